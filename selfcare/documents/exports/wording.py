"""What an export's states and failures are called on the pages: tables, no rules."""

from typing import NamedTuple

from selfcare.documents.exports.models import State


class Told(NamedTuple):
    """A chip (`state`, `icon`, `words`), and the headline and sentence of the page."""

    state: str
    icon: str
    words: str
    headline: str
    lead: str


STATES = {
    State.WAITING: Told(
        "pending", "clock", "Waiting for its turn", "Your file waits for its turn",
        "It begins as soon as a place is free. You may close this page: we go on without you.",
    ),
    State.RUNNING: Told(
        "pending", "timer", "Being made", "Your file is being made",
        "You may close this page: we go on without you, and you find the file under Exports.",
    ),
    State.READY: Told("completed", "check", "Ready", "Your file is ready", ""),
    State.FAILED: Told(
        "failed", "x", "Failed", "Your file couldn’t be made", "Nothing of it was kept.",
    ),
    State.CANCELLED: Told(
        "neutral", "ban", "Cancelled", "You cancelled this file", "Nothing of it was kept.",
    ),
}  # fmt: skip

FAILURES = {
    "service_unavailable": "The service with your transactions didn’t answer, for longer than we "
    "try. Your money is where it was. Ask for the file again later.",
    "refused": "The service doesn’t take this filter any more. Open the list and export it anew.",
    "too_many_rows": "There were more rows than the format has room for. Narrow the list, or take "
    "CSV.",
    "amount_too_long": "An amount in it is longer than this format has room for. Take CSV or JSON "
    "Lines.",
    "not_typeset": "The PDF couldn’t be set. Take CSV or Excel.",
}
OTHER_FAILURE = "That is our fault. Ask for the file again; if it fails again, tell support."


def of(state: str, failure: str) -> Told:
    """The words for a state; a failure says why."""
    told = STATES[State(state)]
    if state == State.FAILED:
        return told._replace(lead=f"{FAILURES.get(failure, OTHER_FAILURE)} {told.lead}")
    return told
