"""What the console shows of webhooks beyond the merchant API: how an endpoint did, what is planned,
and what came to our own receiver; changes nothing."""

import json
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.conf import settings

from sandbox.clock import rfc3339
from sandbox.webhooks import receiving, wire
from sandbox.webhooks.models import Delivery, DeliveryAttempt, Endpoint

type Json = dict[str, Any]

HOURS = 24
MOST_ATTEMPTS = 5000


def endpoint(row: Endpoint) -> Json:
    """With how many deliveries are in which state, and what our receiver answers if it is one."""
    receiver = getattr(row, "receiver", None)
    return {
        **wire.endpoint(row),
        "counts": wire.counts(row.deliveries.all()),
        "answers_with": receiver.answers_with if receiver else None,
    }


def lately(row: Endpoint, now: datetime) -> Json:
    """Attempts of the last day by the merchant's time: taken and not by hour, oldest first."""
    since = now - timedelta(hours=HOURS)
    attempts = DeliveryAttempt.objects.filter(delivery__endpoint=row, at__gt=since, at__lte=now)
    rows = attempts.order_by("-at").values_list("at", "status", "error", "ms")[:MOST_ATTEMPTS]
    taken, failed, lasted = [0] * HOURS, [0] * HOURS, []
    for at, status, error, ms in rows:
        hour = min(HOURS - 1, int((at - since) / timedelta(hours=1)))
        if status and 200 <= status < 300 and not error:
            taken[hour] += 1
            lasted.append(ms)
        else:
            failed[hour] += 1
    return {"taken": taken, "failed": failed, "typical_ms": int(median(lasted)) if lasted else None}


def plan(row: Delivery) -> Json:
    """When this round's attempts were and will be, if all of them fail."""
    waits = settings.SANDBOX_WEBHOOK_WAITS
    made = list(row.attempts.order_by("-number").values_list("at", flat=True)[: row.tries])
    ahead = []
    if row.state == Delivery.State.WAITING:
        at = row.due_at
        ahead.append(at)
        for seconds in waits[row.tries :]:
            at += timedelta(seconds=seconds)
            ahead.append(at)
    return {
        "made": [rfc3339(at) for at in reversed(made)],
        "ahead": [rfc3339(at) for at in ahead],
    }


def received(row: Endpoint) -> list[Json]:
    """What came to our own receiver, the latest first; nothing where it isn't one of ours."""
    receiver = getattr(row, "receiver", None)
    if receiver is None:
        return []
    return [
        {
            "id": f"rcv_{one.pk}",
            "at": rfc3339(one.at),
            "event": one.event_id or None,
            "type": one.type or None,
            "sequence": one.sequence,
            "problem": one.problem or None,
            "answered": one.answered,
            "headers": json.loads(one.headers),
            "body": one.body,
        }
        for one in receiver.received.order_by("-pk")[: receiving.KEPT]
    ]
