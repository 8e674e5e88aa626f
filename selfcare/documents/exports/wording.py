"""What an export's states and failures are called on the pages: tables, no rules."""

from typing import NamedTuple

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.documents.exports.booking import ADDED, COUNTED, NEVER_MOVED
from selfcare.documents.exports.models import State
from selfcare.web import formats


class Told(NamedTuple):
    """A chip (`state`, `icon`, `words`), and the headline and sentence of the page."""

    state: str
    icon: str
    words: str
    headline: str
    lead: str


STATES = {
    State.WAITING: Told(
        "pending", "clock", noop("Waiting for its turn"), noop("Your file waits for its turn"),
        noop(
            "It begins as soon as a place is free. You may close this page: we go on without you."
        ),
    ),
    State.RUNNING: Told(
        "pending", "timer", noop("Being made"), noop("Your file is being made"),
        noop("You may close this page: we go on without you, and you find the file under Exports."),
    ),
    State.READY: Told("completed", "check", noop("Ready"), noop("Your file is ready"), ""),
    State.FAILED: Told(
        "failed", "x", noop("Failed"), noop("Your file couldn’t be made"),
        noop("Nothing of it was kept."),
    ),
    State.CANCELLED: Told(
        "neutral", "ban", noop("Cancelled"), noop("You cancelled this file"),
        noop("Nothing of it was kept."),
    ),
}  # fmt: skip

FAILURES = {
    "service_unavailable": noop(
        "The service with your transactions didn’t answer, for longer than we try. Your money is "
        "where it was. Ask for the file again later."
    ),
    "refused": noop(
        "The service doesn’t take this filter any more. Open the list and export it anew."
    ),
    "too_many_rows": noop(
        "There were more rows than the format has room for. Narrow the list, or take CSV."
    ),
    "amount_too_long": noop(
        "An amount in it is longer than this format has room for. Take CSV or JSON Lines."
    ),
    "not_typeset": noop("The PDF couldn’t be set. Take CSV or Excel."),
}
OTHER_FAILURE = noop("That is our fault. Ask for the file again; if it fails again, tell support.")


def of(state: str, failure: str) -> Told:
    """The words for a state; a failure says why."""
    told = STATES[State(state)]
    lead = _(told.lead) if told.lead else ""
    if state == State.FAILED:
        lead = f"{_(FAILURES.get(failure, OTHER_FAILURE))} {lead}"
    return Told(told.state, told.icon, _(told.words), _(told.headline), lead)


def left_out(why: str, count: int) -> str:
    """What a format has no place for; the manifest tells it in English to programs."""
    shown = formats.number(count)
    if why == NEVER_MOVED:
        words = ngettext(
            'Left out, never moved money: <span class="num">{count}</span> row. This format has no '
            "place for them.",
            'Left out, never moved money: <span class="num">{count}</span> rows. This format has '
            "no place for them.",
            count,
        )
    else:
        words = ngettext(
            'Left out, not booked yet: <span class="num">{count}</span> row. This format has no '
            "place for them.",
            'Left out, not booked yet: <span class="num">{count}</span> rows. This format has no '
            "place for them.",
            count,
        )
    return format_html(words, count=shown)


def note(text: str) -> str:
    """A note of the manifest, which is kept in English, as its reader says it."""
    if text == COUNTED:
        return _(COUNTED)
    found = ADDED.fullmatch(text)
    if found is None:
        return text
    count = int(found["count"])
    return ngettext(
        "%(account)s: %(count)d booking that is no transaction is in it, so that the balances add "
        "up.",
        "%(account)s: %(count)d bookings that are no transactions are in it, so that the balances "
        "add up.",
        count,
    ) % {"account": found["account"], "count": count}
