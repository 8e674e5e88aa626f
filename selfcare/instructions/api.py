"""An instruction as JSON, how each of its states is answered, and what such operations take."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Field, Header, Router, Schema, Status
from pydantic import StringConstraints

from selfcare import money
from selfcare.instructions import wording
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.models import Instruction, State
from selfcare.instructions.views import own
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["instructions"])

# What operations that move money take, in whichever room.
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{16,128}$")]
Version = Annotated[int, Field(strict=True, ge=0, le=2**53, description="the version that you saw")]
AmountMinor = Annotated[int, Field(strict=True, ge=0, le=money.LARGEST_MINOR)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class InstructionOut(Schema):
    """What you told us to do, and what became of it. `open` means that it may still change."""

    id: str = Field(examples=["ins_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
    action: str = Field(examples=["cancel"])
    state: str = Field(
        examples=["done"],
        description="awaiting_proof, queued, sending, unknown, done, rejected or not_done",
    )
    open: bool
    transaction_id: str
    amount_minor: int
    currency: str
    created_at: datetime
    settled_at: datetime | None
    headline: str
    detail: str
    code: str = Field(description="why it was refused or not done; empty otherwise")
    step_up_url: str | None = Field(
        description="the page that asks for the proof, while the state is awaiting_proof"
    )


ACTED: dict[int, Any] = {
    201: InstructionOut,
    202: InstructionOut,
    **errors_for(400, 401, 403, 404, 409, 415, 422, 429, 503),
}


def as_json(instruction: Instruction) -> InstructionOut:
    words = wording.of(instruction)
    waits = instruction.state == State.AWAITING_PROOF
    return InstructionOut(
        id=instruction.public_id,
        action=instruction.action,
        state=instruction.state,
        open=instruction.is_open,
        transaction_id=instruction.transaction_id,
        amount_minor=instruction.amount.amount_minor,
        currency=instruction.amount.currency,
        created_at=instruction.created_at,
        settled_at=instruction.settled_at,
        headline=words.headline,
        detail=words.lead,
        code=instruction.code,
        step_up_url=reverse("instructions:detail", args=[instruction.public_id]) if waits else None,
    )


def answer(request: Any, instruction: Instruction) -> Status[InstructionOut] | HttpResponse:
    """201 when done, 202 while it may still change, otherwise the refusal as a problem."""
    if instruction.state == State.DONE:
        return Status(201, as_json(instruction))
    if instruction.is_open:
        return Status(202, as_json(instruction))
    rejected = instruction.state == State.REJECTED
    status = int((instruction.outcome or {}).get("status", 409)) if rejected else 503
    return problems.response(
        request,
        status,
        code=instruction.code if rejected else "not_done",
        detail=wording.of(instruction).lead,
        instruction_id=instruction.public_id,
    )


def acted(request: Any, act: Any, **arguments: Any) -> Any:
    """Has it done, once, and answers as the instruction stands."""
    try:
        instruction: Instruction = act(request_id=request.request_id, **arguments)
    except KeyReused:
        return problems.response(
            request,
            422,
            code="idempotency_key_reused",
            detail="This Idempotency-Key came before with another body. Nothing was sent.",
        )
    return answer(request, instruction)


@router.get(
    "/{instruction_id}",
    response={200: InstructionOut, **errors_for(401, 404)},
    summary="Look again",
)
def instruction(request: Any, instruction_id: str) -> InstructionOut:
    """One instruction of yours, as it stands now."""
    return as_json(own(request.person.subject, instruction_id))
