"""What is due is claimed, sent and written down; when, and by how many at once, is up to others.

A delivery is leased in real time and due in its merchant's own. Only who holds the lease writes
down how its attempt ended, so each attempt counts once, however many workers there are.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.db import transaction as database
from django.db.models import DateTimeField, F, Q, QuerySet, Value

from sandbox import clock
from sandbox.events import signing
from sandbox.people.models import Merchant
from sandbox.webhooks import endpoints, outgoing
from sandbox.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from sandbox.worlds import ahead_of
from sandbox.worlds.models import World

log = logging.getLogger("sandbox.webhooks")

# Longer than any attempt takes: whoever died with a lease leaves the rest to the others.
LEASE = timedelta(seconds=30)
GONE = 410
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt that is to be made, with all that it takes: a thread needs no database."""

    delivery_id: UUID
    endpoint_id: UUID
    merchant_id: int
    leased_until: datetime
    ahead: timedelta
    at: datetime
    url: str
    event_id: str
    content: bytes
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    job: Job
    reply: outgoing.Reply
    ms: int


def due(now: datetime) -> QuerySet[Delivery]:
    """Everybody's that is due and that nobody is at, each by its merchant's own time.

    A scripted world's are its script's alone. What is due where time is ahead is found beside the
    rest, each by its own index: the query is the same however many worlds there are. This is to
    look at. Who claims asks `due_of`: its conditions are the row's own and hold once it is locked.
    """
    waiting = Delivery.objects.filter(state=State.WAITING)
    there = waiting.filter(
        merchant__world__ahead__gt=timedelta(0),
        due_at__lte=Value(now, DateTimeField()) + F("merchant__world__ahead"),
    )
    found = waiting.filter(due_at__lte=now).values("pk").union(there.values("pk"), all=True)
    scripted = World.objects.filter(scripted=True).values("merchant")
    return _free(now).filter(pk__in=found).exclude(merchant__in=scripted)


def due_of(merchant: Merchant | int, now: datetime) -> QuerySet[Delivery]:
    """One merchant's, `now` by their time."""
    return _free(clock.real_now()).filter(merchant=merchant, due_at__lte=now)


def _free(now: datetime) -> QuerySet[Delivery]:
    nobodys = Q(leased_until=None) | Q(leased_until__lte=now)
    return Delivery.objects.filter(nobodys, state=State.WAITING)


def claim(
    rows: QuerySet[Delivery],
    most: int,
    *,
    lease: timedelta = LEASE,
    at: datetime | None = None,
) -> list[Job]:
    """The oldest of these, and nobody else's for a while; `at` is what their attempts will say
    they were at, where it isn't simply now."""
    until = clock.real_now() + lease
    with database.atomic():
        pks = list(
            rows.select_for_update(skip_locked=True)
            .order_by("due_at", "event_id")
            .values_list("pk", flat=True)[:most]
        )
        Delivery.objects.filter(pk__in=pks).update(leased_until=until)
    whole = Delivery.objects.filter(pk__in=pks).select_related(
        "endpoint", "event", "merchant__world"
    )
    return [_job(row, until, at) for row in whole.order_by("due_at", "event_id")]


def _job(row: Delivery, until: datetime, at: datetime | None) -> Job:
    now, ahead = clock.real_now(), ahead_of(row.merchant)
    return Job(
        delivery_id=row.pk,
        endpoint_id=row.endpoint_id,
        merchant_id=row.merchant_id,
        leased_until=until,
        ahead=ahead,
        at=at or now + ahead,
        url=row.endpoint.url,
        event_id=row.event.wire_id,
        content=row.event.content(),
        keys=tuple(endpoints.live_keys(row.endpoint, now)),
    )


def release(some: Iterable[Job]) -> None:
    """Give back what was claimed and not sent."""
    for job in some:
        held = Delivery.objects.filter(pk=job.delivery_id, leased_until=job.leased_until)
        held.update(leased_until=None)


def send(job: Job) -> Outcome:
    """One attempt, in whichever thread; touches no database."""
    began = clock.real_now()
    signed = signing.headers([*job.keys], job.event_id, int(began.timestamp()), job.content)
    headers = {"Content-Type": "application/json", "User-Agent": "Selfcare-Sandbox/1", **signed}
    reply = outgoing.post(job.url, job.content, headers, settings.SANDBOX_WEBHOOK_SECONDS)
    return Outcome(job, reply, int((clock.real_now() - began).total_seconds() * 1000))


def note(outcomes: Iterable[Outcome]) -> None:
    """Write down how attempts ended, and when the next ones are."""
    by_endpoint = attrgetter("job.endpoint_id")
    for endpoint_id, some in groupby(sorted(outcomes, key=by_endpoint), by_endpoint):
        with database.atomic():
            # Always first, so that nobody waits for one that waits for them.
            endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
            if endpoint is None:
                continue  # it was removed meanwhile, with all that was to be sent to it
            for one in some:
                _note(endpoint, one)


def _note(endpoint: Endpoint, one: Outcome) -> None:
    held = Delivery.objects.select_for_update().filter(leased_until=one.job.leased_until)
    row = held.filter(pk=one.job.delivery_id).first()
    if row is None:
        log.warning("webhook.lease_lost %s", one.job.delivery_id)
        return
    at = one.job.at
    row.leased_until = None
    row.tries += 1
    row.attempt_count += 1
    DeliveryAttempt.objects.create(
        delivery=row, number=row.attempt_count, at=at, status=one.reply.status,
        error=one.reply.error, ms=one.ms, request=one.reply.request, response=one.reply.response,
    )  # fmt: skip
    waits = settings.SANDBOX_WEBHOOK_WAITS
    if one.reply.taken:
        row.state, row.delivered_at = State.DELIVERED, at
    elif row.state == State.WAITING and row.tries > len(waits):
        row.state = State.GIVEN_UP
    elif row.state == State.WAITING:
        row.due_at = at + timedelta(seconds=waits[row.tries - 1])
    row.save()
    _judge(endpoint, one, at)


def _judge(endpoint: Endpoint, one: Outcome, at: datetime) -> None:
    """What an attempt says of its endpoint."""
    if one.reply.taken:
        if endpoint.failing_since:
            endpoint.failing_since = None
            endpoint.save(update_fields=["failing_since"])
        return
    if endpoint.failing_since is None:
        endpoint.failing_since = at
        endpoint.save(update_fields=["failing_since"])
    if endpoint.state != Endpoint.State.ACTIVE:
        return
    longest = timedelta(seconds=sum(settings.SANDBOX_WEBHOOK_WAITS))
    if one.reply.status == GONE and not one.reply.error:
        endpoints.switch_off(endpoint, Endpoint.Why.GONE, at)
    elif at - endpoint.failing_since >= longest:
        endpoints.switch_off(endpoint, Endpoint.Why.FAILING, at)
