"""What a person can do to a transaction of theirs; each runs inside a database transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sandbox import ids
from sandbox.events import telling
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.problems import ProblemError
from sandbox.transactions import choosing, machine, wire
from sandbox.transactions.allowed import verdict
from sandbox.transactions.bodies import Body, Cancellation, Confirmation, Repetition, Seen
from sandbox.transactions.models import Transaction

Status = Transaction.Status

STRONG_ACR = "urn:openbanking:psd2:sca"
PROOF_IS_FRESH = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=30)


class Done(NamedTuple):
    """The answer to store, and what happened, for the log."""

    body: dict[str, Any]
    effect: str


class Write(NamedTuple):
    """The shape of its body, and what it does with the locked row."""

    shape: type[Body]
    act: Callable[[Any, Any, datetime], Done]


def cancel(row: Transaction, body: Cancellation, now: datetime) -> Done:
    check(row, body.expected_version, "cancel", now)
    code = "DUPL" if body.reason == "duplicate" else "CUST"
    note = f"{body.reason}: {body.note}" if body.note else body.reason
    machine.move(row, Status.CANCELLED, by=_person(row), at=now, reason_code=code, note=note)
    answer = {"id": ids.wire("can", ids.uuid7(now)), "transaction": wire.detail(row, now)}
    return Done(answer, "transaction.cancelled")


def confirm(row: Transaction, body: Confirmation, now: datetime) -> Done:
    check_version(row, body.expected_version)
    if body.decision == "confirm" and body.account_id is not None:
        choosing.choose(row, body.account_id, now)
    seen = (body.amount_minor, body.currency, body.fee_minor)
    if seen != (row.amount_minor, row.currency, row.fee_minor):
        raise ProblemError(409, "amount_changed", "Amount or fee are not what you were shown.")
    check(row, body.expected_version, body.decision, now)
    if body.decision == "decline":
        machine.tell(row, "transaction.declined", by=_person(row), at=now)
        machine.move(row, Status.CANCELLED, by=_person(row), at=now, reason_code="CUST")
        effect = "transaction.declined"
    else:
        _confirm(row, now)
        effect = "transaction.confirmed"
    telling.of_transaction(row, effect, by="user", at=now)
    answer = {
        "id": ids.wire("cnf", ids.uuid7(now)),
        "decision": body.decision,
        "transaction": wire.detail(row, now),
    }
    return Done(answer, effect)


def _confirm(row: Transaction, now: datetime) -> None:
    later = row.scheduled_for is not None and row.scheduled_for > now
    machine.tell(row, "transaction.confirmed", by=_person(row), at=now)
    row.confirmed_at = now
    try:
        target = Status.SCHEDULED if later else Status.PROCESSING
        machine.move(row, target, by=_person(row), at=now)
    except InsufficientFundsError:
        raise ProblemError(
            409, "insufficient_funds", "The account doesn't cover amount and fee."
        ) from None


def undo(row: Transaction, body: Seen, now: datetime) -> Done:
    check(row, body.expected_version, "undo", now)
    return _take_back(row, "und", "transaction.undone", now)


def withdraw_confirmation(row: Transaction, body: Seen, now: datetime) -> Done:
    check(row, body.expected_version, "withdraw_confirmation", now)
    return _take_back(row, "wdr", "transaction.confirmation_withdrawn", now)


def _take_back(row: Transaction, prefix: str, effect: str, now: datetime) -> Done:
    """As if never confirmed: it waits again, or ends where it can't wait any more."""
    machine.tell(row, effect, by=_person(row), at=now)
    row.confirmed_at = row.cut_off_at = None
    if row.expires_at and now < row.expires_at:
        machine.move(row, Status.ACTION_REQUIRED, by=_person(row), at=now)
    else:
        machine.move(row, Status.CANCELLED, by=_person(row), at=now, reason_code="CUST")
    telling.of_transaction(row, effect, by="user", at=now)
    answer = {"id": ids.wire(prefix, ids.uuid7(now)), "transaction": wire.detail(row, now)}
    return Done(answer, effect)


def check_proof(body: Body, now: datetime) -> None:
    """Whatever sends money needs a fresh strong proof of identity; 403 `step_up_required` else.

    Asked before the key is used, since it depends on the body alone and not on the transaction.
    """
    if not isinstance(body, Confirmation | Repetition):
        return
    if isinstance(body, Confirmation) and body.decision == "decline":
        return
    proof = body.authentication
    fresh = proof and now - PROOF_IS_FRESH <= proof.authenticated_at <= now + CLOCK_SKEW
    if proof is None or proof.acr != STRONG_ACR or not fresh:
        raise ProblemError(403, "step_up_required", "Confirming needs a fresh second factor.")


def check(row: Transaction, expected_version: int, action: str, now: datetime) -> int | None:
    """ProblemError unless the person may; gives the largest amount, if there is one."""
    found = verdict(action, row, now)
    if found.reason == "account_restricted":
        raise ProblemError(403, "account_restricted", "This person may look, not move money.")
    check_version(row, expected_version)
    if found.reason:
        raise ProblemError(
            409,
            "action_not_allowed",
            f"{action} is not allowed: {found.reason}.",
            action=action,
            reason=found.reason,
        )
    return found.max_amount_minor


def check_version(row: Transaction, expected: int) -> None:
    if row.version != expected and not row.person.restricted:
        told = "The transaction has changed since you saw it."
        raise ProblemError(409, "version_conflict", told, current_version=row.version)


def _person(row: Transaction) -> machine.Actor:
    return machine.Actor("user", row.person.name)


WRITES: dict[str, Write] = {
    "cancel": Write(Cancellation, cancel),
    "confirm": Write(Confirmation, confirm),
    "undo": Write(Seen, undo),
    "withdraw_confirmation": Write(Seen, withdraw_confirmation),
}
