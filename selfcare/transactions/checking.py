"""What the payee's bank says of a name, in words: a table, and how to look it up; asks nobody."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop


class Check(NamedTuple):
    """What the payee's bank says of the name, as a notice: state, icon, words, and what to do."""

    state: str
    icon: str
    words: str
    advice: str


# The payee's bank compares the name with the account's holder.
CHECKS = {
    "match": Check(
        "ok",
        "check",
        noop("The name matches"),
        noop("Their bank says that this account belongs to {name}."),
    ),
    "close_match": Check(
        "pending",
        "info",
        noop("The name is almost the same"),
        noop("Their bank knows the holder as “{found}”. If that is who you mean, go on."),
    ),
    "no_match": Check(
        "failed",
        "triangle-alert",
        noop("The name does not match"),
        noop(
            "Their bank says that this account belongs to somebody else than {name}. The "
            "money would go there, and could be lost. Ask {name} first, by a way that you knew "
            "before."
        ),
    ),
    "closed": Check(
        "failed",
        "ban",
        noop("The account is closed"),
        noop("Nothing can be sent to it. Ask {name} for new details."),
    ),
    "unavailable": Check(
        "pending",
        "circle-question-mark",
        noop("The name could not be checked"),
        noop(
            "Their bank doesn’t answer just now. You can go on, but make sure that the account is "
            "still theirs."
        ),
    ),
}
OTHER_CHECK = Check(
    "pending",
    "circle-question-mark",
    noop("We don’t know what their bank says"),
    noop("It answered in a way that is new to us. Make sure that the account is still theirs."),
)
# Going on needs a tick beneath these.
CHECKS_TO_TICK = frozenset({"no_match"})


def check_of(payee: Any) -> Check:
    """What their bank says of the payee, in words."""
    check = CHECKS.get(payee.check, OTHER_CHECK)
    found = payee.name_found or _("somebody with a similar name")
    advice = _(check.advice).format(name=payee.name, found=found)
    return check._replace(words=_(check.words), advice=advice)
