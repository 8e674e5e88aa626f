"""Transactions as JSON: the same filters, actions and refusals as on the pages."""

from typing import Annotated, Any, Literal

from django.middleware.csrf import get_token
from ninja import Path, Router, Schema
from pydantic import StringConstraints

from selfcare.clients import shapes
from selfcare.clients import transactions as service
from selfcare.instructions.api import ACTED, AmountMinor, Currency, Key, Version, acted
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction
from selfcare.transactions import actions
from selfcare.web.api import errors_for

router = Router(tags=["transactions"])

TransactionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
# No database keeps NUL in a text.
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2000)]
Note = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)]


class Me(Schema):
    """Who is signed in, and the token that requests with an effect carry."""

    subject: str
    name: str
    email: str
    roles: list[str]
    zone: str
    csrf_token: str


class CancellationIn(Schema):
    expected_version: Version
    reason: Literal["changed_mind", "wrong_amount", "wrong_payee", "duplicate", "other"]
    note: Note = ""


class ConfirmationIn(Schema):
    decision: Literal["confirm", "decline"]
    expected_version: Version
    amount_minor: AmountMinor
    currency: Currency
    fee_minor: AmountMinor = 0


@router.get("/me", response={200: Me, **errors_for(401)}, summary="Who am I", tags=["person"])
def me(request: Any) -> Me:
    """You, as the platform's sign-in told us."""
    person = request.person
    return Me(
        subject=person.subject,
        name=person.name,
        email=person.email,
        roles=sorted(person.roles),
        zone=person.zone,
        csrf_token=get_token(request),
    )


@router.get(
    "/accounts", response={200: shapes.Accounts, **errors_for(401, 404, 503)}, summary="Balances"
)
def accounts(request: Any) -> shapes.Accounts:
    """Your accounts with what is on them, what is set aside and what is left to spend."""
    return service.accounts(request.person.subject)


@router.get(
    "/transactions/{transaction_id}",
    response={200: shapes.Transaction, **errors_for(401, 404, 503)},
    summary="One transaction",
)
def transaction(request: Any, transaction_id: TransactionId) -> shapes.Transaction:
    """With its timeline, linked ones, and what you can do until when, or why not."""
    return service.transaction(request.person.subject, transaction_id)


@router.post("/transactions/{transaction_id}/cancellations", response=ACTED, summary="Cancel")
def cancellation(
    request: Any, transaction_id: TransactionId, body: CancellationIn, key: Key
) -> Any:
    """Takes a transaction back before it is final."""
    intent = intent_of(request, transaction_id, "cancel", key, body.expected_version)
    return acted(request, actions.cancel, intent=intent, reason=body.reason, note=body.note.strip())


@router.post(
    "/transactions/{transaction_id}/confirmations", response=ACTED, summary="Confirm or decline"
)
def confirmation(
    request: Any, transaction_id: TransactionId, body: ConfirmationIn, key: Key
) -> Any:
    """Money moves only with a fresh proof: a confirmation is answered 202 with `step_up_url`."""
    seen = {
        "amount_minor": body.amount_minor,
        "currency": body.currency,
        "fee_minor": body.fee_minor,
    }
    intent = intent_of(request, transaction_id, body.decision, key, body.expected_version, **seen)
    act = actions.confirm if body.decision == "confirm" else actions.decline
    return acted(request, act, intent=intent)


def intent_of(
    request: Any, transaction_id: str, action: str, key: str, version: int | None, **seen: Any
) -> Intent:
    """What the caller saw, with the names as they are now for the page that tells of it.

    A key that came before needs no look at the service: its answer is stored, whatever is down.
    """
    subject = request.person.subject
    before = Instruction.objects.of(subject).filter(key=key).first()
    if before is not None:
        intent = Intent(
            key=key,
            subject=subject,
            action=action,
            transaction_id=transaction_id,
            **before.shown,
        )
    else:
        txn = service.transaction(subject, transaction_id)
        intent = actions.intent_for(txn, action, key=key)
    return intent.seen(version=intent.version if version is None else version, **seen)
