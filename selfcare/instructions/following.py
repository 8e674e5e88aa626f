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
    """A form of one button: `token` is its intent, good until `until` at the service.

    `as_of` is the service's time, where it told that.
    """

    url: str
    token: str
    until: datetime
    as_of: datetime | None = None


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
    """What was just sent, from the very page that tells of it."""
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
    return undo_by(intent, until)


def undo_by(intent: Intent, until: datetime, *, as_of: datetime | None = None) -> Undo:
    """For as long as the service lets it be; there are only seconds, so the button is the form."""
    url = reverse("transactions:undo_new", args=[intent.transaction_id])
    return Undo(url, intent.token(), until, as_of)
