"""Hand-offs as JSON: by the same actions as the pages."""

from typing import Annotated, Any, Literal

from ninja import Field, Path, Router, Schema, Status
from pydantic import StringConstraints

from selfcare.clients import handoffs as service
from selfcare.clients.handoffs import Handoff
from selfcare.handoffs import actions
from selfcare.instructions.api import ACTED, AmountMinor, Currency, Key, Version, acted
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["hand-offs"])

TOKEN = "m0Zb1VJH3oXk4s1cUo3n1Q0r7dE9yTg2wLq8aPz5KfM"  # noqa: S105 (an example)
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$", examples=[TOKEN])]
AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class HandoffConfirmationIn(Schema):
    """What you saw of the account that you chose, sent back; for a no, what `transaction` says."""

    decision: Literal["confirm", "decline"] = Field(examples=["confirm"])
    expected_version: Version = Field(examples=[2])
    account_id: AccountId | None = Field(None, examples=["acc_01934c04c0007118"])
    amount_minor: AmountMinor = Field(examples=[6490])
    currency: Currency = Field(examples=["EUR"])
    fee_minor: AmountMinor = Field(0, examples=[0])


@router.get(
    "/{token}",
    response={200: Handoff, **errors_for(401, 404, 422, 503)},
    summary="What a merchant asks for",
)
def handoff(request: Any, token: Token) -> Handoff:
    """404 for whatever is over, used by somebody else, called off, or never was."""
    return service.handoff(request.person.subject, token)


@router.post(
    "/{token}/claims",
    response={201: Handoff, **errors_for(401, 403, 404, 409, 415, 422, 503)},
    summary="Take it on",
)
def claim(request: Any, token: Token) -> Status[Handoff]:
    """From then on it waits for you alone. Doing it again changes nothing."""
    subject = request.person.subject
    actions.claim(subject=subject, token=token)
    return Status(201, service.handoff(subject, token))


@router.post(
    "/{token}/confirmations", response=ACTED, summary="Confirm or decline what was taken on"
)
def confirmation(request: Any, token: Token, body: HandoffConfirmationIn, key: Key) -> Any:
    """A confirmation is answered 202 with `step_up_url`: it goes out with a fresh proof alone."""
    subject = request.person.subject
    found = service.handoff(subject, token)
    if found.transaction is None:
        told = "Take it on first. Nothing was sent."
        return problems.response(request, 409, code="not_claimed", detail=told)
    choice = next((one for one in found.accounts if one.id == body.account_id), None)
    if body.account_id and choice is None:
        told = "There is no such account of yours for it. Nothing was sent."
        return problems.response(request, 422, code="unknown_account", detail=told)
    intent = actions.intent_for(found, found.transaction, body.decision, key=key, choice=choice)
    intent = intent.seen(
        version=body.expected_version,
        amount_minor=body.amount_minor,
        currency=body.currency,
        fee_minor=body.fee_minor,
    )
    act = actions.confirm if body.decision == "confirm" else actions.decline
    return acted(request, act, intent=intent)
