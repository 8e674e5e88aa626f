"""What the console says about what the sandbox answered; it asks nobody."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare import errors


class Chip(NamedTuple):
    state: str
    icon: str
    words: str


STATUSES = {
    "created": Chip("pending", "clock", noop("Just begun")),
    "action_required": Chip("waiting", "user", noop("Waits for the customer")),
    "scheduled": Chip("pending", "timer", noop("Scheduled")),
    "processing": Chip("pending", "clock", noop("On its way")),
    "completed": Chip("completed", "check", noop("Completed")),
    "failed": Chip("failed", "x", noop("Failed")),
    "cancelled": Chip("neutral", "ban", noop("Cancelled")),
    "expired": Chip("neutral", "history", noop("Lapsed")),
}
HAPPENED = {
    "created": noop("Asked for"),
    "action_required": noop("Waits for the customer"),
    "confirmed": noop("The customer agreed"),
    "declined": noop("The customer declined"),
    "scheduled": noop("Scheduled"),
    "processing": noop("On its way"),
    "completed": noop("Completed"),
    "failed": noop("Failed"),
    "cancelled": noop("Called off"),
    "expired": noop("Lapsed"),
    "received": noop("Refunded"),
    "opened": noop("The customer asks for something"),
    "accepted": noop("Granted"),
    "undone": noop("The customer took it back"),
}
ACTORS = {
    "customer": noop("the customer"),
    "merchant": noop("you"),
    "platform": noop("the platform"),
    "bank": noop("the bank"),
}
MOVES = {
    "action_required": noop("it waits for the customer again"),
    "scheduled": noop("it is scheduled"),
    "processing": noop("it is on its way, as if the customer had agreed"),
    "completed": noop("it is completed"),
    "failed": noop("it fails"),
    "cancelled": noop("it is called off"),
    "expired": noop("it lapses"),
}
CASES = {
    "refund_request": noop("Refund request"),
    "dispute": noop("Dispute"),
    "inquiry": noop("Question"),
    "fraud_report": noop("Fraud report"),
}
REFUSALS = {
    "idempotency_key_reused": noop(
        "This form was sent before with something else in it. Send it once more."
    ),
    "unknown_person": noop("Nobody signs in here with this address."),
    "already_member": noop("They are on the team already."),
    "last_admin": noop("Somebody has to be the admin: make somebody else one first."),
    "unknown_return_url": noop("That return address isn’t registered any more."),
    "insufficient_funds": noop("The account that has to pay doesn’t hold as much."),
    "action_not_allowed": noop("It has moved on meanwhile, and can’t become that any more."),
}
VERDICTS = {
    "verified": Chip("ok", "check", noop("Signature right")),
    "bearer": Chip("neutral", "eye", noop("Token")),
    "refused": Chip("failed", "ban", noop("Refused")),
}
STEPS = {
    "rate": noop("Not too many at once"),
    "target": noop("The address is written in the one way"),
    "headers": noop("The headers are there, once each"),
    "components": noop("What has to be signed is covered"),
    "parameters": noop("The signature’s parameters are complete"),
    "key": noop("The key is known and good"),
    "time": noop("Signed within the last minute"),
    "algorithm": noop("The algorithm is the key’s"),
    "digest": noop("The digest fits the body"),
    "signature": noop("The signature fits the lines"),
    "nonce": noop("The nonce was never used before"),
    "scope": noop("The key may do this"),
}


def status(code: str) -> Chip:
    return _said(STATUSES.get(code, Chip("neutral", "circle-question-mark", code)))


def verdict(code: str) -> Chip:
    return _said(VERDICTS.get(code, Chip("neutral", "circle-question-mark", code)))


def word(table: dict[str, str], code: str) -> str:
    """The words for a code; one that we don't know stands for itself."""
    found = table.get(code)
    return _(found) if found else code


def _said(chip: Chip) -> Chip:
    return chip._replace(words=_(chip.words))


def no_answer(error: errors.NoAnswer, *, wrote: bool) -> str:
    """Where things stand when the sandbox can't be used right now."""
    if wrote and not isinstance(error, errors.NotSent):
        return _(
            "We don’t know yet whether it was done. Send it again: "
            "it is done once, however often you send it."
        )
    if wrote:
        return _("Nothing was sent. Send it again in a moment.")
    return _("What you have there is as it was; this page only looks.")


def refused(error: errors.Rejected) -> str:
    """Why the sandbox said no. Its own words are for programmers, and English."""
    if error.code in REFUSALS:
        return _(REFUSALS[error.code])
    why = str(error.problem.get("detail") or error.code)
    return _("The sandbox says no: %(why)s") % {"why": why}
