"""What a person can have done about a transaction; called by pages and JSON API alike."""

from typing import Any

from selfcare.clients.shapes import Transaction
from selfcare.instructions import actions as instructions
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction


def intent_for(transaction: Transaction, action: str, *, key: str) -> Intent:
    """The intent of a person who sees `transaction` as it is now."""
    return Intent(
        key=key,
        subject=transaction.owner,
        action=action,
        transaction_id=transaction.id,
        version=transaction.version,
        amount_minor=transaction.amount_minor,
        fee_minor=transaction.fee_minor,
        currency=transaction.currency,
        payee=transaction.counterparty.name,
        account=f"{transaction.account.name} •••• {transaction.account.tail}",
        most_minor=transaction.refundable.amount_minor,
        return_url=transaction.handoff.return_url or "" if transaction.handoff else "",
        direction=transaction.direction,
    )


def cancel(*, intent: Intent, reason: str, note: str, request_id: str) -> Instruction:
    """Takes the transaction back, if it is still the version that the person saw."""
    payload: dict[str, Any] = {"expected_version": intent.version, "reason": reason}
    if note:
        payload["note"] = note
    return _carry_out(intent, payload, request_id=request_id)


def confirm(*, intent: Intent, request_id: str) -> Instruction:
    """Lets the money go: waits for a proof of identity that is bound to exactly this."""
    return _carry_out(intent, _decision(intent, "confirm"), request_id=request_id, proof=True)


def decline(*, intent: Intent, request_id: str) -> Instruction:
    """Says that the person doesn't pay; nothing moves, so no fresh proof is asked."""
    return _carry_out(intent, _decision(intent, "decline"), request_id=request_id)


def undo(*, intent: Intent, request_id: str) -> Instruction:
    """Calls back what was confirmed or repeated seconds ago; nothing has left, so no proof."""
    return _carry_out(intent, {"expected_version": intent.version}, request_id=request_id)


def withdraw_confirmation(*, intent: Intent, request_id: str) -> Instruction:
    """Takes back the confirmation of what is still scheduled."""
    return _carry_out(intent, {"expected_version": intent.version}, request_id=request_id)


def repeat(*, intent: Intent, request_id: str) -> Instruction:
    """Does the same again as it was offered: money moves, so it waits for a proof of its own."""
    payload = {
        "offer_id": intent.offer_id,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
        "fee_minor": intent.fee_minor,
    }
    return _carry_out(intent, payload, request_id=request_id, proof=True)


def _decision(intent: Intent, decision: str) -> dict[str, Any]:
    # What the person saw goes along, so that a page that was open too long is refused.
    return {
        "decision": decision,
        "expected_version": intent.version,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
        "fee_minor": intent.fee_minor,
    }


def _carry_out(
    intent: Intent,
    payload: dict[str, Any],
    *,
    request_id: str,
    proof: bool = False,
) -> Instruction:
    instruction, claimed = instructions.claim(
        subject=intent.subject,
        key=intent.key,
        action=intent.action,
        transaction_id=intent.transaction_id,
        payload=payload,
        shown=intent.shown,
        needs_proof=proof,
        request_id=request_id,
    )
    if claimed and not proof:
        instructions.send(instruction)
    return instruction
