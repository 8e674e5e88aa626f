"""What a person can have put right, and say in a case; called by pages and JSON API alike."""

from collections.abc import Sequence
from typing import Any

from selfcare.cases.evidence import Piece
from selfcare.cases.story import added
from selfcare.clients.case_shapes import Case
from selfcare.clients.shapes import Transaction
from selfcare.instructions import actions as instructions
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction
from selfcare.money import Money
from selfcare.transactions import actions as transactions


def intent_for(txn: Transaction, action: str, *, key: str) -> Intent:
    """The intent of a person who sees `txn` as it is now; `most_minor` is what it may bring."""
    verdict = txn.action(action)
    most = verdict.max_amount_minor if verdict and verdict.max_amount_minor else 0
    return transactions.intent_for(txn, action, key=key).seen(most_minor=most)


def intent_in(case: Case, action: str, *, key: str) -> Intent:
    """The intent of a person who looks at a case of theirs."""
    return Intent(
        key=key,
        subject=case.owner,
        action=action,
        transaction_id=case.transaction_id,
        version=case.version,
        amount_minor=(case.amount or case.transaction.amount).amount_minor,
        fee_minor=0,
        currency=case.currency,
        payee=case.transaction.name,
        account="",
        case_id=case.id,
    )


def request_refund(
    *,
    intent: Intent,
    amount: Money,
    reason: str,
    message: str,
    evidence: Sequence[Piece] = (),
    request_id: str,
) -> Instruction:
    """Asks the merchant for `amount` back."""
    payload = _claim(intent, amount, reason) | _said(message, evidence)
    return _carry_out(intent, payload, request_id=request_id, amount=amount)


def dispute(
    *,
    intent: Intent,
    amount: Money,
    reason: str,
    message: str,
    evidence: Sequence[Piece] = (),
    request_id: str,
) -> Instruction:
    """Asks the platform to decide about `amount` between the person and the merchant."""
    payload = _claim(intent, amount, reason) | _said(message, evidence)
    return _carry_out(intent, payload, request_id=request_id, amount=amount)


def report_fraud(
    *,
    intent: Intent,
    reason: str,
    message: str,
    evidence: Sequence[Piece] = (),
    request_id: str,
) -> Instruction:
    """Says that the person didn't want this payment."""
    payload = {"expected_version": intent.version, "reason": reason}
    return _carry_out(intent, payload | _said(message, evidence), request_id=request_id)


def recall(*, intent: Intent, reason: str, message: str, request_id: str) -> Instruction:
    """Asks the payee's bank to give back what was sent by mistake."""
    payload = {"expected_version": intent.version, "reason": reason}
    return _carry_out(intent, payload | _said(message), request_id=request_id)


def ask_merchant(
    *, intent: Intent, message: str, evidence: Sequence[Piece] = (), request_id: str
) -> Instruction:
    """Asks the merchant a question; no money is asked for."""
    return _carry_out(intent, _said(message, evidence), request_id=request_id)


def say(
    *, intent: Intent, text: str, evidence: Sequence[Piece] = (), request_id: str
) -> Instruction:
    """Writes into a case, or adds files to it."""
    words = text or added(piece.name for piece in evidence)
    payload: dict[str, Any] = {"case_id": intent.case_id, "text": words[:2000]}
    if evidence:
        payload["evidence"] = [piece.named for piece in evidence]
    return _carry_out(intent, payload, request_id=request_id)


def withdraw(*, intent: Intent, request_id: str) -> Instruction:
    """Ends a case without a decision."""
    return _carry_out(intent, {"case_id": intent.case_id}, request_id=request_id)


def escalate(*, intent: Intent, reason: str, message: str, request_id: str) -> Instruction:
    """Makes a dispute of a refund request that didn't bring what was asked."""
    payload = {"case_id": intent.case_id, "reason": reason}
    return _carry_out(intent, payload | _said(message), request_id=request_id)


def _claim(intent: Intent, amount: Money, reason: str) -> dict[str, Any]:
    return {
        "expected_version": intent.version,
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "reason": reason,
    }


def _said(message: str, evidence: Sequence[Piece] = ()) -> dict[str, Any]:
    said: dict[str, Any] = {"message": message} if message else {}
    if evidence:
        said["evidence"] = [piece.named for piece in evidence]
    return said


def _carry_out(
    intent: Intent, payload: dict[str, Any], *, request_id: str, amount: Money | None = None
) -> Instruction:
    shown = intent.shown
    if amount is not None:
        shown |= {"amount_minor": amount.amount_minor}
    instruction, claimed = instructions.claim(
        subject=intent.subject,
        key=intent.key,
        action=intent.action,
        transaction_id=intent.transaction_id,
        payload=payload,
        shown=shown,
        needs_proof=False,
        request_id=request_id,
    )
    if claimed:
        instructions.send(instruction)
    return instruction
