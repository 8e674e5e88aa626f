"""The three things a person can do to a transaction; each runs inside a database transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sandbox import ids
from sandbox.clock import rfc3339
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.problems import ProblemError
from sandbox.transactions import machine, wire
from sandbox.transactions.allowed import verdict
from sandbox.transactions.bodies import Body, Cancellation, Confirmation, RefundWish
from sandbox.transactions.models import RefundRequest, Transaction

Status = Transaction.Status

STRONG_ACR = "urn:openbanking:psd2:sca"
PROOF_IS_FRESH = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=30)
ANSWER_WITHIN = timedelta(days=14)


class Done(NamedTuple):
    """The answer to store, and what happened, for the log."""

    body: dict[str, Any]
    effect: str


type Write = Callable[[Transaction, Any, datetime], Done]


def cancel(row: Transaction, body: Cancellation, now: datetime) -> Done:
    _check(row, body.expected_version, "cancel", now)
    code = "DUPL" if body.reason == "duplicate" else "CUST"
    note = f"{body.reason}: {body.note}" if body.note else body.reason
    machine.move(row, Status.CANCELLED, by=_person(row), at=now, reason_code=code, note=note)
    answer = {"id": ids.wire("can", ids.uuid7(now)), "transaction": wire.detail(row, now)}
    return Done(answer, "transaction.cancelled")


def confirm(row: Transaction, body: Confirmation, now: datetime) -> Done:
    _check_version(row, body.expected_version)
    seen = (body.amount_minor, body.currency, body.fee_minor)
    if seen != (row.amount_minor, row.currency, row.fee_minor):
        raise ProblemError(409, "amount_changed", "Amount or fee are not what you were shown.")
    _check(row, body.expected_version, body.decision, now)
    if body.decision == "decline":
        machine.tell(row, "transaction.declined", by=_person(row), at=now)
        machine.move(row, Status.CANCELLED, by=_person(row), at=now, reason_code="CUST")
        effect = "transaction.declined"
    else:
        _confirm(row, now)
        effect = "transaction.confirmed"
    answer = {
        "id": ids.wire("cnf", ids.uuid7(now)),
        "decision": body.decision,
        "transaction": wire.detail(row, now),
    }
    return Done(answer, effect)


def _confirm(row: Transaction, now: datetime) -> None:
    later = row.scheduled_for is not None and row.scheduled_for > now
    machine.tell(row, "transaction.confirmed", by=_person(row), at=now)
    try:
        target = Status.SCHEDULED if later else Status.PROCESSING
        machine.move(row, target, by=_person(row), at=now)
    except InsufficientFundsError:
        raise ProblemError(
            409, "insufficient_funds", "The account doesn't cover amount and fee."
        ) from None


def request_refund(row: Transaction, body: RefundWish, now: datetime) -> Done:
    _check_version(row, body.expected_version)
    if body.currency != row.currency:
        raise ProblemError(409, "amount_changed", f"The payment was in {row.currency}.")
    found = _check(row, body.expected_version, "request_refund", now)
    if body.amount_minor > (found or 0):
        told = "More than is left to refund."
        raise ProblemError(422, "amount_exceeds_refundable", told, refundable_minor=found)
    wish = RefundRequest.objects.create(
        id=ids.uuid7(now),
        transaction=row,
        amount_minor=body.amount_minor,
        currency=row.currency,
        reason=body.reason,
        message=body.message or "",
        created_at=now,
        respond_by=now + ANSWER_WITHIN,
    )
    row.refund_request = wish
    row.version += 1
    row.updated_at = now
    row.save(update_fields=["refund_request", "version", "updated_at"])
    note = body.message or body.reason
    machine.tell(row, "refund_request.opened", by=_person(row), at=now, note=note)
    answer = {
        "id": wish.wire_id,
        "state": wish.state,
        "respond_by": rfc3339(wish.respond_by),
        "amount_minor": wish.amount_minor,
        "currency": wish.currency,
        "transaction": wire.detail(row, now),
    }
    return Done(answer, "refund_request.opened")


def check_proof(body: Body, now: datetime) -> None:
    """A confirmation needs a fresh strong proof of identity; 403 `step_up_required` otherwise.

    Asked before the key is used, since it depends on the body alone and not on the transaction.
    """
    if not isinstance(body, Confirmation) or body.decision == "decline":
        return
    proof = body.authentication
    fresh = proof and now - PROOF_IS_FRESH <= proof.authenticated_at <= now + CLOCK_SKEW
    if proof is None or proof.acr != STRONG_ACR or not fresh:
        raise ProblemError(403, "step_up_required", "Confirming needs a fresh second factor.")


def _check(row: Transaction, expected_version: int, action: str, now: datetime) -> int | None:
    """ProblemError unless the person may; gives the largest amount, if there is one."""
    if row.person.restricted:
        raise ProblemError(403, "account_restricted", "This person may look, not move money.")
    _check_version(row, expected_version)
    found = verdict(action, row, now)
    if found.reason:
        raise ProblemError(
            409,
            "action_not_allowed",
            f"{action} is not allowed: {found.reason}.",
            action=action,
            reason=found.reason,
        )
    return found.max_amount_minor


def _check_version(row: Transaction, expected: int) -> None:
    if row.version != expected and not row.person.restricted:
        told = "The transaction has changed since you saw it."
        raise ProblemError(409, "version_conflict", told, current_version=row.version)


def _person(row: Transaction) -> machine.Actor:
    return machine.Actor("user", row.person.name)


WRITES: dict[str, tuple[Write, type[Body]]] = {
    "cancel": (cancel, Cancellation),
    "confirm": (confirm, Confirmation),
    "refund_request": (request_refund, RefundWish),
}
