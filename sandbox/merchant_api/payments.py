"""A merchant's payments: found, told and asked for; a customer's side of them is elsewhere."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from sandbox import clock, ids
from sandbox.merchant_api import handoffs, return_addresses, writing
from sandbox.merchant_api.contract import Cancellation, NewPayment
from sandbox.merchant_api.door import Visit
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import carry, machine, once
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]

FILTERS = ("status", "merchant_reference")
Kind, Status = Transaction.Kind, Transaction.Status


def page(merchant: Merchant, asked: Asked, now: datetime) -> Json:
    """Newest first: what customers have taken on, and what still waits for one."""
    status, reference = asked.filters.get("status"), asked.filters.get("merchant_reference")
    if status is not None and status not in Status.values:
        raise bad_filter("status", f"is one of {', '.join(Status.values)}")
    taken = _taken(merchant).filter(**({"status": status} if status else {}))
    waiting = _waiting(merchant).filter(_has_status(status, now))
    if reference is not None:
        taken = taken.filter(merchant_reference=reference)
        waiting = waiting.filter(merchant_reference=reference)
    if asked.after:
        taken = taken.filter(asked.after.older("created_at"))
        waiting = waiting.filter(asked.after.older("created_at"))
    order = ("-created_at", "-id")
    both: list[Transaction | Demand] = [
        *taken.order_by(*order)[: asked.limit + 1],
        *waiting.order_by(*order)[: asked.limit + 1],
    ]
    both.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    found = both[: asked.limit]
    last = found[-1] if len(both) > asked.limit else None
    return {
        "data": [_payment(row, now) for row in found],
        "next_cursor": Place(last.created_at, last.id).cursor() if last else None,
        "as_of": clock.rfc3339(now),
    }


def one(merchant: Merchant, wire_id: str, now: datetime) -> Json:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire("pay", wire_id)
    row = pk and (
        _taken(merchant).filter(pk=pk).first() or _waiting(merchant).filter(pk=pk).first()
    )
    if not row:
        raise ProblemError(404, "unknown_payment", "There is no such payment.")
    return _payment(row, now)


def create(visit: Visit, body: NewPayment) -> once.Answer:
    """Ask for a payment, once for the visit's key."""
    merchant = visit.merchant

    def check() -> None:
        if not return_addresses.is_registered(merchant, body.return_url):
            told = "return_url isn't one that you registered, character by character."
            raise ProblemError(422, "unknown_return_url", told, field="return_url")

    return writing.carry_out(
        visit, body, lambda now: _payment(ask_for(merchant, body, now), now),
        operation="merchant_payment", happened="payment.created", check=check,
    )  # fmt: skip


def call_off(visit: Visit, wire_id: str, body: Cancellation) -> once.Answer:
    """Take a payment back that its customer hasn't agreed to yet. ProblemError 404 as in `one`."""
    merchant = visit.merchant
    one(merchant, wire_id, visit.at)
    pk = UUID(wire_id.removeprefix("pay_"))

    def effect(now: datetime) -> Json:
        # Who hands off takes this lock too, so that a payment is never both.
        demand = Demand.objects.select_for_update().filter(pk=pk, transaction=None).first()
        if demand is None:
            _cancel_taken(merchant, pk, body, now)
        elif demand.status(now) != Status.ACTION_REQUIRED:
            raise _too_late(demand.status(now))
        else:
            demand.called_off_at = now
            demand.save(update_fields=["called_off_at"])
        return one(merchant, wire_id, now)

    return writing.carry_out(
        visit, body, effect, operation="merchant_cancellation", happened="payment.cancelled"
    )


def _cancel_taken(merchant: Merchant, pk: UUID, body: Cancellation, now: datetime) -> None:
    """The customer has it already, but hasn't agreed."""
    row = carry.locked(pk, now)
    if row.status not in {Status.CREATED, Status.ACTION_REQUIRED}:
        raise _too_late(row.status)
    by = machine.Actor("merchant", merchant.name)
    machine.move(row, Status.CANCELLED, by=by, at=now, note=body.note or "")


def _too_late(status: str) -> ProblemError:
    told = f"Only a payment that waits for its customer can be called off; this one is {status}."
    return ProblemError(409, "action_not_allowed", told, action="cancel", reason=status)


def handoff_url(answer: once.Answer) -> str:
    """Where to send the customer of a payment that was just asked for, now or before."""
    way = Handoff.objects.get(demand_id=UUID(answer.body["id"].removeprefix("pay_")))
    return handoffs.url_of(way)


def ask_for(merchant: Merchant, body: NewPayment, now: datetime) -> Demand:
    demand = Demand.objects.create(
        id=ids.uuid7(now),
        merchant=merchant,
        amount_minor=body.amount_minor,
        currency=body.currency,
        merchant_reference=body.merchant_reference or "",
        remittance_information=body.remittance_information or "",
        return_url=body.return_url,
        created_at=now,
        expires_at=now + timedelta(seconds=body.expires_in_seconds),
    )
    handoffs.make(demand, now)
    return demand


def _taken(merchant: Merchant) -> Any:
    rows = Transaction.objects.filter(merchant=merchant, kind=Kind.PAYMENT)
    return rows.select_related("demand").prefetch_related("refunds")


def _waiting(merchant: Merchant) -> Any:
    return Demand.objects.filter(merchant=merchant, transaction=None)


def _has_status(status: str | None, now: datetime) -> Q:
    match status:
        case None:
            return Q()
        case Status.CANCELLED:
            return Q(called_off_at__isnull=False)
        case Status.ACTION_REQUIRED:
            return Q(called_off_at=None, expires_at__gt=now)
        case Status.EXPIRED:
            return Q(called_off_at=None, expires_at__lte=now)
    return Q(pk__in=[])


def _payment(row: Transaction | Demand, now: datetime) -> Json:
    """On the wire; of the customer there is nothing in it."""
    if isinstance(row, Demand):
        return _told(
            row,
            status=row.status(now), amount_minor=row.amount_minor, currency=row.currency,
            updated_at=_last_change(row, now), expires_at=row.expires_at,
            return_url=row.return_url,
        )  # fmt: skip
    exchanged = row.original_amount_minor is not None
    demand: Demand | None = getattr(row, "demand", None)
    return _told(
        row,
        status=row.status, reason_code=row.reason_code or None,
        amount_minor=(row.original_amount_minor or 0) if exchanged else row.amount_minor,
        currency=row.original_currency if exchanged else row.currency,
        refunded_minor=_refunded(row), updated_at=row.updated_at,
        completed_at=row.completed_at, expires_at=row.expires_at,
        return_url=demand.return_url if demand else None,
    )  # fmt: skip


def _told(row: Transaction | Demand, **facts: Any) -> Json:
    return {
        "id": ids.wire("pay", row.id),
        "status": facts["status"],
        "reason_code": facts.get("reason_code"),
        "amount_minor": facts["amount_minor"],
        "currency": facts["currency"],
        "refunded_minor": facts.get("refunded_minor", 0),
        "merchant_reference": row.merchant_reference or None,
        "remittance_information": row.remittance_information or None,
        "return_url": facts["return_url"],
        "created_at": clock.rfc3339(row.created_at),
        "updated_at": clock.rfc3339(facts["updated_at"]),
        "completed_at": clock.maybe(facts.get("completed_at")),
        "expires_at": clock.maybe(facts["expires_at"]),
    }


def _last_change(row: Demand, now: datetime) -> datetime:
    return row.called_off_at or (row.expires_at if row.expires_at <= now else row.created_at)


def _refunded(row: Transaction) -> int:
    """In the merchant's currency: each refund says what it was there."""
    if row.original_amount_minor is None:
        return row.refunded_minor
    done = [refund for refund in row.refunds.all() if refund.status == Status.COMPLETED]
    return sum(refund.original_amount_minor or 0 for refund in done)
