"""What operators read of causes, outcomes and actions, by the codes of those who write them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.notifications.models import Attempt

CAUSES = {
    "gave_up": noop("No try of sixteen got through"),
    "refused": noop("The provider refused it for good"),
    "bounced": noop("The mailbox isn’t there"),
    "gone": noop("The browser took its subscription back"),
    "private": noop("The address leads into a private network"),
    "invalid": noop("The number can’t be texted"),
    "unreachable": noop("The phone can’t be reached"),
    "broke": noop("We couldn’t make the message"),
    "no_address": noop("There is no address left"),
}
REFUSALS = {
    "conflicting": noop("Another event was taken under this id"),
    "too_old": noop("It was signed more than five minutes before it came"),
    "too_new": noop("It was signed for a time that is more than five minutes ahead"),
}
OUTCOMES = {
    Attempt.Outcome.SENT: (noop("Taken"), "ok", "check"),
    Attempt.Outcome.LATER: (noop("No luck"), "pending", "history"),
    Attempt.Outcome.REFUSED: (noop("Refused"), "failed", "x"),
}
ACTIONS = {
    "deliveries.driven_again": noop("Deliveries driven again"),
    "events.driven_again": noop("Events driven again"),
    "payload.read": noop("A payload read in full"),
}


def cause(code: str) -> str:
    return _said(CAUSES, code)


def refusal(code: str) -> str:
    return _said(REFUSALS, code)


def action(code: str) -> str:
    return _said(ACTIONS, code)


def outcome(code: str) -> tuple[str, str, str]:
    """Words, state and icon."""
    words, state, icon = OUTCOMES[Attempt.Outcome(code)]
    return _(words), state, icon


def _said(table: dict[str, str], code: str) -> str:
    """What nobody has put into words stands as the code that it is."""
    return _(table[code]) if code in table else code
