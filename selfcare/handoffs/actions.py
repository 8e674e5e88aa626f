"""What a person can have done about what a merchant asked for; called by pages and API alike."""

import secrets
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from selfcare import deadline
from selfcare.clients import handoffs as service
from selfcare.clients.connection import Write
from selfcare.clients.handoffs import AccountChoice, Handoff
from selfcare.clients.shapes import Transaction
from selfcare.instructions import actions as instructions
from selfcare.instructions import intents
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction

HANDOFF_CLAIMED = "handoff.claimed"
CLAIM_SECONDS = 2.5

log = structlog.get_logger("selfcare.audit")


def claim(*, subject: str, token: str) -> Transaction:
    """Makes it the person's own. Twice is like once, so each try has a key of its own.

    Raises what the client raises; after errors.NoAnswer the next look shows whose it is.
    """
    ends_at = timezone.now() + timedelta(seconds=deadline.remaining(CLAIM_SECONDS))
    sent = Write(f"hcl_{secrets.token_urlsafe(24)}", ends_at, {})
    with deadline.within(CLAIM_SECONDS):
        made = service.create_claim(subject, token, sent).transaction
    log.info(HANDOFF_CLAIMED, subject=subject, transaction=made.id)
    return made


def intent_for(
    handoff: Handoff, txn: Transaction, action: str, *, key: str = "", choice: AccountChoice | None
) -> Intent:
    """The intent of a person who sees what `choice` comes to; without one, as it lies now."""
    account = choice or txn.account
    seen = choice or txn
    tail = f" •••• {account.tail}" if account.tail else ""
    return Intent(
        key=key or intents.new_key(),
        subject=txn.owner,
        action=action,
        transaction_id=txn.id,
        version=txn.version,
        amount_minor=seen.amount_minor,
        fee_minor=seen.fee_minor,
        currency=seen.currency,
        payee=handoff.merchant.name,
        account=f"{account.name}{tail}",
        account_id=choice.id if choice else "",
        return_url=handoff.return_url or "",
        direction=txn.direction,
    )


def confirm(*, intent: Intent, request_id: str) -> Instruction:
    """Lets it go on the account that was chosen: waits for a proof bound to exactly this."""
    payload = _decision(intent, "confirm")
    if intent.account_id:
        payload["account_id"] = intent.account_id
    return _claimed(intent, payload, request_id=request_id, needs_proof=True)[0]


def decline(*, intent: Intent, request_id: str) -> Instruction:
    """Says no; nothing moves, so no fresh proof is asked."""
    payload = _decision(intent, "decline")
    instruction, is_new = _claimed(intent, payload, request_id=request_id, needs_proof=False)
    return instructions.send(instruction) if is_new else instruction


def _decision(intent: Intent, decision: str) -> dict[str, Any]:
    return {
        "decision": decision,
        "expected_version": intent.version,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
        "fee_minor": intent.fee_minor,
    }


def _claimed(
    intent: Intent, payload: dict[str, Any], *, request_id: str, needs_proof: bool
) -> tuple[Instruction, bool]:
    return instructions.claim(
        subject=intent.subject,
        key=intent.key,
        action=intent.action,
        transaction_id=intent.transaction_id,
        payload=payload,
        shown=intent.shown,
        needs_proof=needs_proof,
        request_id=request_id,
    )
