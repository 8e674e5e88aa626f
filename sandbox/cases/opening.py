"""Opening a case on a transaction; each runs inside a database transaction under its row's lock."""

from datetime import datetime
from typing import Any

from sandbox.cases import evidence, life, wire
from sandbox.cases.bodies import DisputeClaim, FraudReport, Piece, Question, RecallWish, RefundWish
from sandbox.cases.models import Case
from sandbox.clock import maybe
from sandbox.problems import ProblemError
from sandbox.transactions.machine import Actor
from sandbox.transactions.models import Transaction
from sandbox.transactions.wire import detail
from sandbox.transactions.writes import Done, Write, check, check_version


def request_refund(row: Transaction, body: RefundWish, now: datetime) -> Done:
    left = _claimable(row, body, "request_refund", now)
    _check_amount(body.amount_minor, left)
    case = life.opened(
        row,
        "refund_request",
        at=now,
        reason=body.reason,
        amount_minor=body.amount_minor,
        message=body.message or "",
    )
    _add(case, body.evidence, now)
    done = _done(row, case, now)
    done.body.update(
        state=case.state, respond_by=maybe(case.respond_by), amount_minor=case.amount_minor,
        currency=case.currency,
    )  # fmt: skip
    return done


def dispute(row: Transaction, body: DisputeClaim, now: datetime) -> Done:
    left = _claimable(row, body, "dispute", now)
    _check_amount(body.amount_minor, left)
    case = life.opened(
        row,
        "dispute",
        at=now,
        reason=body.reason,
        amount_minor=body.amount_minor,
        message=body.message or "",
    )
    _add(case, body.evidence, now)
    return _done(row, case, now)


def report_fraud(row: Transaction, body: FraudReport, now: datetime) -> Done:
    left = check(row, body.expected_version, "report_fraud", now)
    case = life.opened(
        row,
        "fraud_report",
        at=now,
        reason=body.reason,
        amount_minor=left,
        message=body.message or "",
    )
    _add(case, body.evidence, now)
    return _done(row, case, now)


def recall(row: Transaction, body: RecallWish, now: datetime) -> Done:
    left = check(row, body.expected_version, "recall", now)
    case = life.opened(
        row, "recall", at=now, reason=body.reason, amount_minor=left, message=body.message or ""
    )
    return _done(row, case, now)


def ask_merchant(row: Transaction, body: Question, now: datetime) -> Done:
    check(row, row.version, "ask_merchant", now)
    case = life.opened(
        row, "inquiry", at=now, reason="", amount_minor=None, message=body.message or ""
    )
    _add(case, body.evidence, now)
    return _done(row, case, now)


def _claimable(
    row: Transaction, body: RefundWish | DisputeClaim, action: str, now: datetime
) -> int | None:
    check_version(row, body.expected_version)
    if body.currency != row.currency:
        raise ProblemError(409, "amount_changed", f"The payment was in {row.currency}.")
    return check(row, body.expected_version, action, now)


def _check_amount(amount_minor: int, left: int | None) -> None:
    if amount_minor > (left or 0):
        told = "More than is left to refund."
        raise ProblemError(422, "amount_exceeds_refundable", told, refundable_minor=left)


def _add(case: Case, pieces: list[Piece], now: datetime) -> None:
    person = Actor("user", case.person.name)
    if evidence.attach(case, pieces, by=person, at=now):
        life.tell(case, "case.evidence_added", by=person, at=now)


def _done(row: Transaction, case: Case, now: datetime) -> Done:
    answer: dict[str, Any] = {
        "id": case.wire_id,
        "case": wire.case(case, now),
        "transaction": detail(row, now),
    }
    return Done(answer, f"{case.kind}.opened")


WRITES: dict[str, Write] = {
    "refund_request": Write(RefundWish, request_refund),
    "dispute": Write(DisputeClaim, dispute),
    "fraud_report": Write(FraudReport, report_fraud),
    "recall": Write(RecallWish, recall),
    "inquiry": Write(Question, ask_merchant),
}
