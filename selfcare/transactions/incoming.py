"""What is said otherwise where the money comes to the person: tables for `wording` and `story`."""

from django.utils.translation import gettext_noop as noop

# As the rows of `wording.ACTIONS`.
ACTIONS = {
    "confirm": (
        noop("Take it"), "pen-line", noop("Next comes a one-time code for this alone."),
        noop("Review and take it"), "transactions:confirmation_new",
        noop("Take {amount} from {name}"),
    ),
    "decline": (
        noop("Don’t take it"), "x", noop("{name} is told, and no money moves."),
        noop("Decline"), "transactions:confirmation_new", noop("Decline to take it"),
    ),
}  # fmt: skip
# (action, reason), or the reason alone.
REFUSALS = {
    ("cancel", "already_final"): noop(
        "you have had the money since {at}, and what is final can’t be called back."
    ),
    ("cancel", "already_sent"): noop("{name} sends it, so only they can call it back. Ask them."),
    ("", "not_completed"): noop("no money has come yet that could go back."),
}
# The button of the decision, and what to know before it.
PRIMARY = {"confirm": noop("Take {amount}"), "decline": noop("Don’t take it")}
NOTICES = {
    "confirm": noop("It goes to {account}. Not sure? Leave it: nothing moves until you take it."),
    "decline": noop("{name} is told. To have it later, ask them to send it again."),
}
