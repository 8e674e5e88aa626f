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
    if row.status in WHY_FINAL:
        recall = row.status == Status.COMPLETED and row.instant and row.kind == Kind.TRANSFER
        return Verdict("recipient_decides" if recall else WHY_FINAL[Status(row.status)])
    if row.direction == Transaction.Direction.IN:
        return Verdict("already_sent")
    if row.status == Status.PROCESSING and (row.instant or row.kind not in STOPPABLE):
        return Verdict("already_sent")
    until = {
        Status.ACTION_REQUIRED: row.expires_at,
        Status.SCHEDULED: row.scheduled_for,
        Status.PROCESSING: row.cut_off_at,
    }
    return _before(until.get(Status(row.status)), now)


def _answer(row: Transaction, now: datetime) -> Verdict:
    if row.status == Status.ACTION_REQUIRED:
        return _before(row.expires_at, now)
    return Verdict(WHY_FINAL.get(Status(row.status), "not_waiting_for_you"))


def _request_refund(row: Transaction, now: datetime) -> Verdict:
    out = row.direction == Transaction.Direction.OUT
    if row.kind != Kind.PAYMENT or not out or row.merchant_id is None:
        return Verdict("not_a_payment")
    if row.status != Status.COMPLETED or row.completed_at is None:
        return Verdict("not_completed")
    left = row.amount_minor - row.refunded_minor
    until = row.completed_at + REFUND_REQUEST_WITHIN
    open_one = row.refund_request and row.refund_request.state == RefundRequest.State.OPEN
    if open_one or left <= 0:
        return Verdict("refund_request_open" if open_one else "already_refunded")
    return Verdict(None if now < until else "deadline_passed", until, left)


def _before(until: datetime | None, now: datetime) -> Verdict:
    return Verdict("deadline_passed" if until and now >= until else None, until)
