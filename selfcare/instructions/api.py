"""An instruction as JSON, and how each of its states is answered."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Field, Router, Schema, Status

from selfcare.instructions import wording
from selfcare.instructions.models import Instruction, State
from selfcare.instructions.views import own
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["instructions"])


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


@router.get(
    "/{instruction_id}",
    response={200: InstructionOut, **errors_for(401, 404)},
    summary="Look again",
)
def instruction(request: Any, instruction_id: str) -> InstructionOut:
    """One instruction of yours, as it stands now."""
    return as_json(own(request.person.subject, instruction_id))
