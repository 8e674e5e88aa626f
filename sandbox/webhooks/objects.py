"""Which news of a transaction or a case is a merchant's, and as what they know the object."""

from datetime import datetime
from typing import Any, NamedTuple

from sandbox import ids
from sandbox.cases.models import Case
from sandbox.merchant_api import wire
from sandbox.merchant_api.models import Demand
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]

Kind = Transaction.Kind
# What was confirmed, declined or undone is the customer's; its outcome is told by the status.
STATUSES = frozenset(Transaction.Status.values)
# Every type that a merchant may be told, in the order in which they read well.
STEPS = (
    "created", "action_required", "scheduled", "processing", "completed", "failed", "cancelled",
    "expired",
)  # fmt: skip
CASE_STEPS = {
    "refund_request": (
        "opened", "message", "accepted", "partly_accepted", "declined", "lapsed", "withdrawn",
        "closed", "escalated", "money_returned",
    ),
    "dispute": (
        "opened", "message", "needs_user", "under_review", "accepted", "partly_accepted",
        "declined", "withdrawn", "closed", "money_returned",
    ),
    "inquiry": ("opened", "message", "answered", "open", "withdrawn", "closed"),
}  # fmt: skip
TYPES = (
    *(f"payment.{step}" for step in STEPS),
    *(f"payout.{step}" for step in STEPS),
    "refund.completed",
    *(f"{kind}.{step}" for kind, steps in CASE_STEPS.items() for step in steps),
)


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
        return Told("refund.completed", ids.wire("ref", row.id), wire.refund(row))
    if row.kind not in {Kind.PAYMENT, Kind.PAYOUT}:
        return None
    if status == "created" and Demand.objects.filter(pk=row.pk).exists():
        return None  # that was when the merchant asked for it
    data = wire.asked_for(row, at)
    return Told(f"{row.kind}.{status}", data["id"], data)


def of_case(case: Case, type_: str, at: datetime) -> Told | None:
    if case.kind not in CASE_STEPS:
        return None
    step = type_.removeprefix("case.")
    return Told(f"{case.kind}.{step}", case.wire_id, wire.case(case))
