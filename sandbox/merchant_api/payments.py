"""A merchant's payments and payouts: found and asked for; a customer's side is elsewhere."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sandbox import clock, ids
from sandbox.merchant_api import handoffs, return_addresses, telling, wire, writing
from sandbox.merchant_api.contract import Cancellation, NewPayment
from sandbox.merchant_api.door import Visit
from sandbox.merchant_api.models import PREFIXES, Demand, Handoff
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import carry, machine, once
from sandbox.transactions.models import Transaction
from sandbox.worlds import errands

type Json = dict[str, Any]

FILTERS = ("status", "merchant_reference")
Kind, Status = Demand.Kind, Transaction.Status


def page(merchant: Merchant, asked: Asked, now: datetime, kind: str = Kind.PAYMENT) -> Json:
    """Newest first: what customers have taken on, and what still waits for one."""
    status, reference = asked.filters.get("status"), asked.filters.get("merchant_reference")
    if status is not None and status not in Status.values:
        raise bad_filter("status", f"is one of {', '.join(Status.values)}")
    taken = taken_on(merchant, kind).filter(**({"status": status} if status else {}))
    waiting = _waiting(merchant, kind).filter(has_status(status, now))
    if reference is not None:
        taken = taken.filter(merchant_reference=reference)
        waiting = waiting.filter(merchant_reference=reference)
    if asked.after:
        taken = taken.filter(asked.after.older("created_at"))
        waiting = waiting.filter(asked.after.older("created_at"))
    both = newest(waiting, taken, asked.limit + 1)
    found = both[: asked.limit]
    last = found[-1] if len(both) > asked.limit else None
    return {
        "data": [wire.asked_for(row, now) for row in found],
        "next_cursor": Place(last.created_at, last.id).cursor() if last else None,
        "as_of": clock.rfc3339(now),
    }


def one(merchant: Merchant, wire_id: str, now: datetime, kind: str = Kind.PAYMENT) -> Json:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire(PREFIXES[kind], wire_id)
    # In this order: what is taken on between the two is found by the second.
    row = pk and (
        _waiting(merchant, kind).filter(pk=pk).first()
        or taken_on(merchant, kind).filter(pk=pk).first()
    )
    if not row:
        raise ProblemError(404, f"unknown_{kind}", f"There is no such {kind}.")
    return wire.asked_for(row, now)


def create(visit: Visit, body: NewPayment, kind: str = Kind.PAYMENT) -> once.Answer:
    """Ask for a payment or a payout, once for the visit's key."""
    merchant = visit.merchant

    def check() -> None:
        if not return_addresses.is_registered(merchant, body.return_url):
            told = "return_url isn't one that you registered, character by character."
            raise ProblemError(422, "unknown_return_url", told, field="return_url")

    return writing.carry_out(
        visit, body, lambda now: wire.asked_for(ask_for(merchant, body, now, kind), now),
        operation=f"merchant_{kind}", happened=f"{kind}.created", check=check,
    )  # fmt: skip


def call_off(
    visit: Visit, wire_id: str, body: Cancellation, kind: str = Kind.PAYMENT
) -> once.Answer:
    """Take back what its customer hasn't agreed to yet. ProblemError 404 as in `one`."""
    merchant = visit.merchant
    one(merchant, wire_id, visit.at, kind)
    pk = ids.unwire(PREFIXES[kind], wire_id)
    assert pk is not None  # noqa: S101 (by `one`)

    def effect(now: datetime) -> Json:
        # Who hands off takes this lock too, so that nothing is ever both.
        demand = Demand.objects.select_for_update().filter(pk=pk, transaction=None).first()
        if demand is None:
            _cancel_taken(merchant, pk, body, now)
        elif demand.status(now) != Status.ACTION_REQUIRED:
            raise _too_late(demand.status(now))
        else:
            demand.called_off_at = now
            demand.save(update_fields=["called_off_at"])
            telling.of_demand(demand, "cancelled", now)
        return one(merchant, wire_id, now, kind)

    return writing.carry_out(
        visit, body, effect, operation="merchant_cancellation", happened=f"{kind}.cancelled"
    )


def _cancel_taken(merchant: Merchant, pk: UUID, body: Cancellation, now: datetime) -> None:
    """The customer has it already, but hasn't agreed."""
    row = carry.locked(pk, now)
    if row.status not in {Status.CREATED, Status.ACTION_REQUIRED}:
        raise _too_late(row.status)
    by = machine.Actor("merchant", merchant.name)
    machine.move(row, Status.CANCELLED, by=by, at=now, note=body.note or "")


def _too_late(status: str) -> ProblemError:
    told = f"Only what waits for its customer can be called off; this is {status}."
    return ProblemError(409, "action_not_allowed", told, action="cancel", reason=status)


def handoff_url(answer: once.Answer) -> str:
    """Where to send the customer of what was just asked for, now or before."""
    way = Handoff.objects.get(demand_id=UUID(answer.body["id"].partition("_")[2]))
    return handoffs.url_of(way)


def ask_for(
    merchant: Merchant, body: NewPayment, now: datetime, kind: str = Kind.PAYMENT
) -> Demand:
    demand = Demand.objects.create(
        id=ids.uuid7(now),
        merchant=merchant,
        kind=kind,
        amount_minor=body.amount_minor,
        currency=body.currency,
        merchant_reference=body.merchant_reference or "",
        remittance_information=body.remittance_information or "",
        return_url=body.return_url,
        created_at=now,
        expires_at=now + timedelta(seconds=body.expires_in_seconds),
    )
    handoffs.make(demand, now)
    telling.of_demand(demand, "created", now)
    errands.expect(demand, now)
    return demand


def newest(
    waiting: QuerySet[Demand], taken: QuerySet[Transaction], most: int
) -> list[Transaction | Demand]:
    """Both together. What waits is read first: taken on meanwhile, a row is found twice and told
    once, where it would else be missing."""
    order = ("-created_at", "-id")
    found: dict[UUID, Transaction | Demand] = {}
    for rows in (waiting, taken):
        found |= {row.id: row for row in rows.order_by(*order)[:most]}
    return sorted(found.values(), key=lambda row: (row.created_at, row.id), reverse=True)[:most]


def taken_on(merchant: Merchant, kind: str) -> Any:
    """Those that have their customer."""
    rows = Transaction.objects.filter(merchant=merchant, kind=kind)
    return rows.select_related("demand").prefetch_related("refunds")


def _waiting(merchant: Merchant, kind: str) -> Any:
    return Demand.objects.filter(merchant=merchant, transaction=None, kind=kind)


def has_status(status: str | None, now: datetime) -> Q:
    """Which of those without a customer stand like this."""
    match status:
        case None:
            return Q()
        case Status.CANCELLED:
            return Q(called_off_at__isnull=False)
        case Status.ACTION_REQUIRED:
            return Q(called_off_at=None, lapsed_at=None, expires_at__gt=now)
        case Status.EXPIRED:
            over = Q(expires_at__lte=now) | Q(lapsed_at__isnull=False)
            return Q(called_off_at=None) & over
    return Q(pk__in=[])
