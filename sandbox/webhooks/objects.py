"""Which news of a transaction or a case is a merchant's, and as what they know the object."""

from datetime import datetime
from typing import Any, NamedTuple

from sandbox.cases.models import Case
from sandbox.clock import maybe, rfc3339
from sandbox.ids import wire
from sandbox.merchant_api.models import Demand
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]

Kind = Transaction.Kind
# What was confirmed, declined or undone is the customer's; its outcome is told by the status.
STATUSES = frozenset(Transaction.Status.values)
CASES = ("refund_request", "dispute")


class Told(NamedTuple):
    type: str
    id: str
    data: Json


def of_transaction(row: Transaction, type_: str, at: datetime) -> Told | None:
    """None for what isn't a merchant's business, or what they have been told already."""
    status = type_.removeprefix("transaction.")
    if status not in STATUSES:
        return None
    if row.kind == Kind.REFUND:
        if status != "completed":
            return None
        return Told("refund.completed", wire("ref", row.id), refund(row))
    if row.kind not in {Kind.PAYMENT, Kind.PAYOUT}:
        return None
    if status == "created" and Demand.objects.filter(pk=row.pk).exists():
        return None  # that was when the merchant asked for it
    data = _asked_for(row, at)
    return Told(f"{row.kind}.{status}", data["id"], data)


def of_case(case: Case, type_: str, at: datetime) -> Told | None:
    if case.kind not in CASES:
        return None
    step = type_.removeprefix("case.")
    return Told(f"{case.kind}.{step}", case.wire_id, case_data(case))


def refund(row: Transaction) -> Json:
    """In the merchant's currency."""
    exchanged = row.original_amount_minor is not None
    return {
        "id": wire("ref", row.id),
        "payment_id": wire("pay", row.refund_of_id) if row.refund_of_id else None,
        "amount_minor": row.original_amount_minor if exchanged else row.amount_minor,
        "currency": row.original_currency if exchanged else row.currency,
        "created_at": rfc3339(row.created_at),
    }


def case_data(case: Case) -> Json:
    return {
        "id": case.wire_id,
        "kind": case.kind,
        "payment_id": wire("pay", case.transaction_id),
        "state": case.state,
        "reason": case.reason or None,
        "amount_minor": case.amount_minor,
        "currency": case.currency,
        "granted_minor": case.granted_minor,
        "respond_by": maybe(case.respond_by),
        "created_at": rfc3339(case.created_at),
        "updated_at": rfc3339(case.updated_at),
    }


def _asked_for(row: Transaction, at: datetime) -> Json:
    try:
        from sandbox.merchant_api.wire import asked_for  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from sandbox.merchant_api.payments import _payment as asked_for
    found: Json = asked_for(row, at)
    return found
