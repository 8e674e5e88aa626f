"""What a person may do with a transaction now, until when, and if not, why; changes nothing."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sandbox.transactions.models import RefundRequest, Transaction

Status = Transaction.Status
Kind = Transaction.Kind

REFUND_REQUEST_WITHIN = timedelta(days=180)
STOPPABLE = frozenset({Kind.PAYMENT, Kind.TRANSFER, Kind.WITHDRAWAL})
ACTIONS = ("cancel", "confirm", "decline", "request_refund")
WHY_FINAL = {
    Status.COMPLETED: "already_final",
    Status.CANCELLED: "already_cancelled",
    Status.FAILED: "failed",
    Status.EXPIRED: "expired",
}


class Verdict(NamedTuple):
    """`reason` is None if it is allowed."""

    reason: str | None
    until: datetime | None = None
    max_amount_minor: int | None = None


def verdict(action: str, row: Transaction, now: datetime) -> Verdict:
    """May the transaction's own person do it?"""
    if row.person.restricted:
        return Verdict("account_restricted")
    if action == "cancel":
        return _cancel(row, now)
    if action == "request_refund":
        return _request_refund(row, now)
    return _answer(row, now)


def _cancel(row: Transaction, now: datetime) -> Verdict:
    if row.direction == Transaction.Direction.IN and row.status not in WHY_FINAL:
        return Verdict("already_sent")
    match row.status:
        case Status.CREATED:
            return Verdict(None)
        case Status.ACTION_REQUIRED:
            return _before(row.expires_at, now)
        case Status.SCHEDULED:
            return _before(row.scheduled_for, now)
        case Status.PROCESSING if row.instant or row.kind not in STOPPABLE:
            return Verdict("already_sent")
        case Status.PROCESSING:
            return _before(row.cut_off_at, now)
        case Status.COMPLETED if row.instant and row.kind == Kind.TRANSFER:
            return Verdict("recipient_decides")
    return Verdict(WHY_FINAL[Status(row.status)])


def _answer(row: Transaction, now: datetime) -> Verdict:
    if row.status == Status.ACTION_REQUIRED:
        return _before(row.expires_at, now)
    return Verdict(WHY_FINAL.get(Status(row.status), "not_waiting_for_you"))


def _request_refund(row: Transaction, now: datetime) -> Verdict:
    if (
        row.kind != Kind.PAYMENT
        or row.direction != Transaction.Direction.OUT
        or not row.merchant_id
    ):
        return Verdict("not_a_payment")
    if row.status != Status.COMPLETED or row.completed_at is None:
        return Verdict("not_completed")
    wish = row.refund_request
    if wish and wish.state == RefundRequest.State.OPEN:
        return Verdict("refund_request_open")
    left = row.amount_minor - row.refunded_minor
    if left <= 0:
        return Verdict("already_refunded")
    until = row.completed_at + REFUND_REQUEST_WITHIN
    return Verdict(None if now < until else "deadline_passed", until, left)


def _before(until: datetime | None, now: datetime) -> Verdict:
    return Verdict("deadline_passed" if until and now >= until else None, until)
