"""Money that a merchant sends back for a payment, in the currency in which it asked for it."""

from datetime import datetime
from typing import Any

from sandbox import clock, ids
from sandbox.cases import answering
from sandbox.merchant_api import payments, wire, writing
from sandbox.merchant_api.contract import NewRefund
from sandbox.merchant_api.door import Visit
from sandbox.merchant_api.models import PREFIXES
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import carry, machine, once
from sandbox.transactions.models import Transaction
from sandbox.transactions.refunds import give_back
from sandbox.transactions.shares import left_at_merchant, left_of, share_of_customer

type Json = dict[str, Any]

FILTERS = ("payment",)
Kind, Status = Transaction.Kind, Transaction.Status


def page(merchant: Merchant, asked: Asked, now: datetime) -> Json:
    """Newest first, whoever asked for them: the merchant, a customer, a ruling."""
    rows = Transaction.objects.filter(merchant=merchant, kind=Kind.REFUND)
    if (wanted := asked.filters.get("payment")) is not None:
        if (pk := ids.unwire(PREFIXES[Kind.PAYMENT], wanted)) is None:
            raise bad_filter("payment", "is the id of a payment")
        rows = rows.filter(refund_of=pk)
    if asked.after:
        rows = rows.filter(asked.after.older("created_at"))
    found = list(rows.order_by("-created_at", "-id")[: asked.limit + 1])
    told, more = found[: asked.limit], len(found) > asked.limit
    return {
        "data": [wire.refund(row) for row in told],
        "next_cursor": Place(told[-1].created_at, told[-1].id).cursor() if more else None,
        "as_of": clock.rfc3339(now),
    }


def one(merchant: Merchant, wire_id: str) -> Json:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire("ref", wire_id)
    row = pk and Transaction.objects.filter(pk=pk, merchant=merchant, kind=Kind.REFUND).first()
    if not row:
        raise ProblemError(404, "unknown_refund", "There is no such refund.")
    return wire.refund(row)


def create(visit: Visit, payment_id: str, body: NewRefund) -> once.Answer:
    """Send money back, once for the visit's key. ProblemError 404 as for the payment itself."""
    merchant = visit.merchant
    payments.one(merchant, payment_id, visit.at)

    def effect(now: datetime) -> Json:
        payment = _locked(merchant, payment_id, now)
        amount = _checked(payment, body)
        by = machine.Actor("merchant", merchant.name)
        refund = give_back(
            payment, amount, now, by=by, note=body.note or "", original_minor=body.amount_minor
        )
        if left_of(payment) == 0:
            answering.close_all(payment, now)
        return wire.refund(refund)

    return writing.carry_out(
        visit, body, effect, operation="merchant_refund", happened="refund.completed"
    )


def _locked(merchant: Merchant, payment_id: str, now: datetime) -> Transaction:
    pk = ids.unwire(PREFIXES[Kind.PAYMENT], payment_id)
    taken = payments.taken_on(merchant, Kind.PAYMENT).filter(pk=pk)
    if pk is None or not taken.exists():
        # It still waits for a customer, or never will have one.
        raise _not_paid(payments.one(merchant, payment_id, now)["status"])
    payment = carry.locked(pk, now)
    if payment.status != Status.COMPLETED:
        raise _not_paid(payment.status)
    return payment


def _checked(payment: Transaction, body: NewRefund) -> int:
    """What the customer gets, in their account's currency. ProblemError 422."""
    _, currency = wire.amount_of(payment)
    if body.currency != currency:
        told = f"The payment was asked for in {currency}, and is refunded in it."
        raise ProblemError(422, "wrong_currency", told, currency=currency)
    left = left_at_merchant(payment)
    if body.amount_minor > left:
        told = "More than is left to refund."
        raise ProblemError(422, "amount_exceeds_refundable", told, refundable_minor=left)
    amount = share_of_customer(payment, body.amount_minor)
    if amount < 1:
        told = "Too little to be anything in the currency of the customer's account."
        raise ProblemError(422, "amount_too_small", told)
    return amount


def _not_paid(status: str) -> ProblemError:
    told = f"Only a completed payment can be refunded; this one is {status}."
    return ProblemError(409, "action_not_allowed", told, action="refund", reason=status)
