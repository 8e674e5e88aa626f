"""What a person may do with a transaction now, until when, and if not, why; changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from sandbox import worlds
from sandbox.cases.rules import RULES
from sandbox.transactions.models import Transaction

Status = Transaction.Status
Kind = Transaction.Kind

STOPPABLE = frozenset({Kind.PAYMENT, Kind.TRANSFER, Kind.WITHDRAWAL})
REPEATABLE = frozenset({Kind.PAYMENT, Kind.TRANSFER})
CLOSED_ACCOUNT = "AC04"
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


def actions(row: Transaction) -> tuple[str, ...]:
    """What makes sense to speak of for this kind of transaction."""
    if row.direction == Transaction.Direction.OUT:
        return tuple(VERDICTS)
    return WITH_MONEY_IN


def verdict(action: str, row: Transaction, now: datetime) -> Verdict:
    """May the transaction's own person do it? By the time of its merchant's world."""
    if row.person.restricted and action != "ask_merchant":
        return Verdict("account_restricted")
    return VERDICTS[action](row, worlds.moment(row.merchant, now))


def undo_within() -> timedelta:
    return timedelta(seconds=settings.SANDBOX_UNDO_SECONDS)


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


def _undo(row: Transaction, now: datetime) -> Verdict:
    if row.confirmed_at is None:
        return Verdict("not_confirmed_by_you")
    until = row.confirmed_at + undo_within()
    if row.status not in {Status.PROCESSING, Status.SCHEDULED} or now >= until:
        return Verdict("undo_window_over", until)
    return Verdict(None, until)


def _withdraw(row: Transaction, now: datetime) -> Verdict:
    if row.status in WHY_FINAL:
        return Verdict(WHY_FINAL[Status(row.status)])
    if row.confirmed_at is None:
        return Verdict("not_confirmed_by_you")
    if row.status != Status.SCHEDULED:
        return Verdict("already_sent")
    return _before(row.scheduled_for, now)


def _request_refund(row: Transaction, now: datetime) -> Verdict:
    return _against_merchant("refund_request", "refund_request_open", row, now)


def _dispute(row: Transaction, now: datetime) -> Verdict:
    return _against_merchant("dispute", "dispute_open", row, now)


def _against_merchant(kind: str, taken: str, row: Transaction, now: datetime) -> Verdict:
    out = row.direction == Transaction.Direction.OUT
    if row.kind != Kind.PAYMENT or not out or row.merchant_id is None:
        return Verdict("not_a_payment")
    if row.status != Status.COMPLETED or row.completed_at is None:
        return Verdict("not_completed")
    return _within(kind, taken, row, now)


def _report_fraud(row: Transaction, now: datetime) -> Verdict:
    if row.status in {Status.CANCELLED, Status.FAILED, Status.EXPIRED}:
        return Verdict(WHY_FINAL[Status(row.status)])
    if row.status not in {Status.PROCESSING, Status.COMPLETED}:
        return Verdict("not_completed")
    return _within("fraud_report", "case_open", row, now)


def _recall(row: Transaction, now: datetime) -> Verdict:
    if row.kind != Kind.TRANSFER:
        return Verdict("not_recallable")
    if row.status != Status.COMPLETED:
        return Verdict("not_completed")
    return _within("recall", "case_open", row, now)


def _within(kind: str, taken: str, row: Transaction, now: datetime) -> Verdict:
    """One open case of a kind, something left to come back, and the time that the rules give."""
    left = row.amount_minor - row.refunded_minor
    window = RULES[kind].open_within
    until = row.completed_at + window if row.completed_at and window else None
    if kind in row.open_cases.split():
        return Verdict(taken)
    if left <= 0:
        return Verdict("already_refunded")
    return Verdict("deadline_passed" if until and now >= until else None, until, left)


def _ask_merchant(row: Transaction, now: datetime) -> Verdict:
    if row.merchant_id is None:
        return Verdict("no_merchant")
    return Verdict("case_open" if "inquiry" in row.open_cases.split() else None)


def _repeat(row: Transaction, now: datetime) -> Verdict:
    if row.kind not in REPEATABLE:
        return Verdict("not_a_payment")
    if row.status not in WHY_FINAL:
        return Verdict("not_completed")
    closed = row.status == Status.FAILED and row.reason_code == CLOSED_ACCOUNT
    return Verdict("failed" if closed else None)


def _before(until: datetime | None, now: datetime) -> Verdict:
    return Verdict("deadline_passed" if until and now >= until else None, until)


VERDICTS: dict[str, Callable[[Transaction, datetime], Verdict]] = {
    "cancel": _cancel,
    "confirm": _answer,
    "decline": _answer,
    "undo": _undo,
    "withdraw_confirmation": _withdraw,
    "request_refund": _request_refund,
    "dispute": _dispute,
    "report_fraud": _report_fraud,
    "recall": _recall,
    "ask_merchant": _ask_merchant,
    "repeat": _repeat,
}
WITH_MONEY_IN = ("cancel", "confirm", "decline", "request_refund", "ask_merchant")
