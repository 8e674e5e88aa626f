"""What can follow an instruction: begin it again, call it back; decides and calls nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from selfcare.instructions import intents, wording
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction, State


@dataclass(frozen=True, slots=True)
class Undo:
    """A form of one button: `token` is its intent, good until `until` at the service."""

    url: str
    token: str
    until: datetime


def again_url(instruction: Instruction) -> str:
    """The page on which it begins; empty where there is no way back to one."""
    name = wording.AGAIN.get(instruction.action)
    about = instruction.payload.get("case_id") or instruction.transaction_id
    return reverse(name, args=[about]) if name else ""


def case_url(instruction: Instruction) -> str:
    """The page of the case that it made or spoke in; empty where it was about none."""
    made = (instruction.outcome or {}).get("id") if instruction.action in wording.MAKE_CASES else ""
    case_id = made or instruction.payload.get("case_id")
    return reverse("cases:detail", args=[case_id]) if case_id else ""


def undo_of(instruction: Instruction) -> Undo | None:
    """What was just sent can be called back for seconds, from the very page that tells of it."""
    outcome = instruction.outcome or {}
    if instruction.state != State.DONE or "undo_until" not in outcome:
        return None
    until = datetime.fromisoformat(str(outcome["undo_until"]))
    if until <= timezone.now():
        return None
    shown = {**instruction.shown, "version": int(outcome["transaction_version"])}
    intent = Intent(
        key=intents.new_key(),
        subject=instruction.subject,
        action="undo",
        transaction_id=instruction.made_id,
        **shown,
    )
    return Undo(reverse("transactions:undo_new", args=[instruction.made_id]), intent.token(), until)
