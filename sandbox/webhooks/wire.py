"""Endpoints and deliveries as the contract spells them, and how they are looked up; no HTTP."""

from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from sandbox import clock, ids
from sandbox.clock import maybe, rfc3339
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.webhooks import endpoints, numbering
from sandbox.webhooks.models import Delivery, DeliveryAttempt, Endpoint, MerchantEvent
from sandbox.webhooks.objects import TYPES

type Json = dict[str, Any]

DELIVERY_FILTERS = ("state", "type")
MOST_ATTEMPTS = 100
CONFLICTS = ("too_many", "endpoint_disabled")


def refused(error: endpoints.NotPossibleError) -> ProblemError:
    facts = {"field": error.field} if error.field else {}
    return ProblemError(409 if error.code in CONFLICTS else 422, error.code, str(error), **facts)


# ── Events ──────────────────────────────────────────────────────────────────────────────────
def event_page(merchant: Merchant, *, after: int, limit: int, type_: str, now: datetime) -> Json:
    """In the order of their numbers, without a gap among what there will be."""
    # Whoever asks sees all that has happened until now, also with nobody sending.
    numbering.number(merchant)
    rows = MerchantEvent.objects.filter(merchant=merchant, sequence__gt=after)
    if type_:
        rows = rows.filter(type=type_)
    found = list(rows.order_by("sequence")[:limit])
    return {
        "data": [row.body() for row in found],
        "next_after": found[-1].sequence if found else after,
        "as_of": rfc3339(now),
    }


def event(merchant: Merchant, wire_id: str) -> MerchantEvent:
    """ProblemError 404 for another merchant's as for what never was; samples are no events."""
    pk = ids.unwire("evt", wire_id)
    numbering.number(merchant)
    rows = MerchantEvent.objects.filter(merchant=merchant, sample=False, sequence__isnull=False)
    found = rows.filter(id=pk).first() if pk else None
    if found is None:
        raise ProblemError(404, "unknown_event", "There is no such event.")
    return found


# ── Endpoints ───────────────────────────────────────────────────────────────────────────────
def endpoint_list(merchant: Merchant, now: datetime) -> Json:
    rows = merchant.endpoints.select_related("receiver").order_by("created_at", "id")
    return {"data": [endpoint(row) for row in rows], "as_of": rfc3339(now)}


def known_endpoint(merchant: Merchant, wire_id: str) -> Endpoint:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire("whe", wire_id)
    rows = merchant.endpoints.select_related("receiver", "merchant")
    found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise ProblemError(404, "unknown_endpoint", "There is no such endpoint.")
    return found


def endpoint(row: Endpoint) -> Json:
    ends = row.former_until
    return {
        "id": row.wire_id,
        "url": row.url,
        "description": row.description,
        "types": row.types,
        "state": row.state,
        "disabled_reason": row.disabled_reason or None,
        "disabled_at": maybe(row.disabled_at),
        "failing_since": maybe(row.failing_since),
        "secret_hint": endpoints.hint(row),
        "former_secret_until": rfc3339(ends) if ends and clock.real_now() < ends else None,
        "receiver": hasattr(row, "receiver"),
        "created_at": rfc3339(row.created_at),
    }


def secret_of(told: Json) -> str | None:
    """The secret that belongs to what was told of an endpoint; None if it was replaced since."""
    pk = ids.unwire("whe", told["id"])
    row = Endpoint.objects.filter(pk=pk).first() if pk else None
    fits = row is not None and endpoints.hint(row) == told["secret_hint"]
    return endpoints.secret_of(row) if row and fits else None


# ── Deliveries ──────────────────────────────────────────────────────────────────────────────
def delivery_page(row: Endpoint, asked: Asked, now: datetime) -> Json:
    """Newest first. ProblemError 400 `bad_filter`."""
    state, type_ = asked.filters.get("state"), asked.filters.get("type")
    if state is not None and state not in Delivery.State.values:
        raise bad_filter("state", f"is one of {', '.join(Delivery.State.values)}")
    if type_ is not None and type_ not in TYPES:
        raise bad_filter("type", "is no type of event")
    rows = row.deliveries.all()
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(event__type=type_) if type_ else rows
    if asked.after:
        rows = rows.filter(asked.after.older("created_at"))
    found = list(_with_last(rows).order_by("-created_at", "-id")[: asked.limit + 1])
    told, more = found[: asked.limit], len(found) > asked.limit
    last = Place(told[-1].created_at, told[-1].id).cursor() if more else None
    return {"data": [delivery(one) for one in told], "next_cursor": last, "as_of": rfc3339(now)}


def known_delivery(merchant: Merchant, wire_id: str) -> Delivery:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire("dlv", wire_id)
    rows = _with_last(Delivery.objects.filter(merchant=merchant))
    found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise ProblemError(404, "unknown_delivery", "There is no such delivery.")
    return found


def delivery(row: Delivery) -> Json:
    """Of a row of `delivery_page` or `known_delivery`."""
    waits = row.state == Delivery.State.WAITING
    facts: Any = row
    return {
        "id": row.wire_id,
        "endpoint": row.endpoint.wire_id,
        "event": row.event.wire_id,
        "type": row.event.type,
        "object_id": row.event.object_id,
        "sequence": row.event.sequence or 0,
        "occurred_at": rfc3339(row.event.occurred_at),
        "state": row.state,
        "attempt_count": row.attempt_count,
        "last_status": facts.last_status,
        "last_error": facts.last_error or None,
        "last_at": maybe(facts.last_at),
        "due_at": rfc3339(row.due_at) if waits else None,
        "delivered_at": maybe(row.delivered_at),
    }


def whole_delivery(row: Delivery) -> Json:
    attempts = row.attempts.order_by("-number")[:MOST_ATTEMPTS]
    return {**delivery(row), "attempts": [_attempt(one) for one in attempts]}


def counts(rows: QuerySet[Delivery]) -> dict[str, int]:
    """How many are in each state."""
    found = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    return {str(state): int(found.get(state, 0)) for state in Delivery.State.values}


def _attempt(row: DeliveryAttempt) -> Json:
    return {
        "number": row.number,
        "at": rfc3339(row.at),
        "status": row.status,
        "error": row.error or None,
        "latency_ms": row.ms,
        "request": row.request,
        "response": row.response,
    }


def _with_last(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """With how the latest attempt ended, in the same query."""
    last = DeliveryAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-number")
    return rows.select_related("event", "endpoint").annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_error=Subquery(last.values("error")[:1]),
        last_at=Subquery(last.values("at")[:1]),
    )
