"""What happened to a transaction, in whole sentences: tables and how to look them up.

Placeholders in braces stay open for `story`: {name} is the other side, {amount} what moves,
{account} ours, {actor} who did it, {at}, {until} and {scheduled} times, {status} and {code} raw.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.transactions import case_steps


class Say(NamedTuple):
    """`headline`: what happened and where the money is; `next`: what happens next."""

    headline: str
    next: str


SAY = {
    ("created", "out"): Say(
        noop("Nothing has left your account yet."), noop("we send it on, usually within a minute.")
    ),
    ("created", "in"): Say(
        noop("{name} has begun to send you {amount}."),
        noop("it arrives by itself, you need do nothing."),
    ),
    ("action_required", "out"): Say(
        noop("{name} asks you for {amount}. No money has moved."),
        noop("nothing before you decide. After {until} it lapses and no money moves."),
    ),
    ("action_required", "in"): Say(
        noop("{name} wants to send you {amount}, and it waits for you."),
        noop("nothing before you decide. After {until} it lapses and no money moves."),
    ),
    ("scheduled", "out"): Say(
        noop("Nothing has left your account yet."),
        noop("we send {amount} to {name}, from {scheduled} on."),
    ),
    ("scheduled", "in"): Say(
        noop("{name} is going to send you {amount}."), noop("it leaves them from {scheduled} on.")
    ),
    ("processing", "out"): Say(
        noop("Your {amount} is set aside and on its way to {name}."),
        noop("it arrives, or it is yours again in full. You need do nothing."),
    ),
    ("processing", "in"): Say(
        noop("{amount} from {name} is on its way to you."),
        noop("it arrives by itself, you need do nothing."),
    ),
    ("completed", "out"): Say(
        noop("{name} has the money."), noop("nothing by itself. It has been final since {at}.")
    ),
    ("completed", "in"): Say(
        noop("{amount} from {name} is yours."),
        noop("nothing by itself. It has been final since {at}."),
    ),
    ("failed", "out"): Say(
        noop("{name} didn’t get your {amount}. Nothing left your account."),
        noop("nothing by itself."),
    ),
    ("failed", "in"): Say(
        noop("The {amount} from {name} didn’t arrive."),
        noop("nothing by itself. Ask {name} to send it again."),
    ),
    ("cancelled", "out"): Say(
        noop("It was cancelled. Your {amount} stays yours."), noop("nothing. {name} was told.")
    ),
    ("cancelled", "in"): Say(
        noop("{name} won’t send you the {amount}: it was cancelled."), noop("nothing by itself.")
    ),
    ("expired", "out"): Say(
        noop("It lapsed before anybody confirmed it. Your {amount} stays yours."),
        noop("nothing. If you still want to pay, ask {name} to begin again."),
    ),
    ("expired", "in"): Say(
        noop("It lapsed, and no money moved."), noop("nothing. Ask {name} to begin again.")
    ),
}
# What an open case waits for: (kind of case, who has the next word), or the kind alone.
WAITS = {
    ("refund_request", ""): noop("{name} has until {by} to answer your request for {asked}."),
    ("dispute", "merchant"): noop("{name} has until {by} to answer your dispute about {asked}."),
    ("dispute", "user"): noop(
        "we wait for your side of the dispute until {by}, then go on without."
    ),
    ("dispute", ""): noop("we look into your dispute about {asked} and decide by {by}."),
    ("fraud_report", ""): noop("we look into your fraud report and tell you by {by}."),
    ("recall", ""): noop("their bank has until {by} to answer whether {asked} comes back."),
    ("inquiry", ""): noop("{name} has your question, and until {by} to answer it."),
}
OTHER_SAY = Say(
    noop("The platform calls its state “{status}”, which we have no words for yet."),
    noop("we don’t know. Look again later, or ask support and give them our ID below."),
)

# (event, who) → (sentence for money out, sentence for money in). Who: you, person, merchant,
# platform, bank, or "" for anybody.
TIMELINE = {
    ("transaction.created", "you"): (noop("You began it"), noop("You began it")),
    ("transaction.created", "merchant"): (
        noop("{actor} asked for {amount}"),
        noop("{actor} began to send {amount}"),
    ),
    ("transaction.created", "person"): (
        noop("{actor} asked for {amount}"),
        noop("{actor} began to send {amount}"),
    ),
    ("transaction.created", ""): (noop("It was begun"), noop("It was begun")),
    ("transaction.action_required", ""): (
        noop("We asked you to confirm it"),
        noop("We asked you to confirm it"),
    ),
    ("transaction.confirmed", "you"): (
        noop("You confirmed with a one-time code"),
        noop("You confirmed with a one-time code"),
    ),
    ("transaction.confirmed", ""): (noop("It was confirmed"), noop("It was confirmed")),
    ("transaction.undone", "you"): (
        noop("You called it back in time"),
        noop("You called it back in time"),
    ),
    ("transaction.undone", ""): (noop("It was called back"), noop("It was called back")),
    ("transaction.confirmation_withdrawn", "you"): (
        noop("You withdrew your confirmation"),
        noop("You withdrew your confirmation"),
    ),
    ("transaction.confirmation_withdrawn", ""): (
        noop("The confirmation was withdrawn"),
        noop("The confirmation was withdrawn"),
    ),
    ("transaction.repeated", ""): (
        noop("You sent the same again"),
        noop("The same was sent again"),
    ),
    ("transaction.declined", "you"): (noop("You declined to pay"), noop("You declined it")),
    ("transaction.declined", ""): (noop("It was declined"), noop("It was declined")),
    ("transaction.scheduled", "you"): (
        noop("You set a date for it"),
        noop("A date was set for it"),
    ),
    ("transaction.scheduled", ""): (noop("A date was set for it"), noop("A date was set for it")),
    ("transaction.processing", ""): (
        noop("We sent it from {account}"),
        noop("It is on its way to {account}"),
    ),
    ("transaction.completed", "bank"): (
        noop("Their bank took it: final"),
        noop("It arrived on {account}: final"),
    ),
    ("transaction.completed", ""): (
        noop("{name} has it: final"),
        noop("It arrived on {account}: final"),
    ),
    ("transaction.failed", "bank"): (noop("The bank sent it back"), noop("The bank sent it back")),
    ("transaction.failed", ""): (noop("It failed"), noop("It failed")),
    ("transaction.cancelled", "you"): (noop("You cancelled it"), noop("You cancelled it")),
    ("transaction.cancelled", "merchant"): (
        noop("{actor} called it off"),
        noop("{actor} called it off"),
    ),
    ("transaction.cancelled", ""): (noop("It was cancelled"), noop("It was cancelled")),
    ("transaction.expired", ""): (noop("It lapsed unconfirmed"), noop("It lapsed unconfirmed")),
    ("refund_request.opened", "you"): (
        noop("You asked {name} for a refund"),
        noop("You asked for a refund"),
    ),
    ("refund_request.opened", ""): (noop("A refund was asked for"), noop("A refund was asked for")),
    ("refund_request.accepted", ""): (
        noop("{name} agreed to a refund"),
        noop("The refund was agreed to"),
    ),
    ("refund_request.partly_accepted", ""): (
        noop("{name} agreed to a part of the refund"),
        noop("A part of the refund was agreed to"),
    ),
    ("refund_request.declined", ""): (
        noop("{name} declined the refund"),
        noop("The refund was declined"),
    ),
    ("refund_request.lapsed", ""): (
        noop("{name} didn’t answer in time"),
        noop("Nobody answered in time"),
    ),
    ("refund.received", ""): (noop("{name} sent money back"), noop("Money came back")),
}
OTHER_EVENT = (noop("Something changed"), noop("Something changed"))


def say_of(transaction: Any) -> Say:
    return Say(*map(_, SAY.get((transaction.status, transaction.direction), OTHER_SAY)))


def waits_of(case: str, who: str) -> str:
    """What an open case waits for, its braces still open; empty for one that is new to us."""
    return _(WAITS.get((case, who)) or WAITS.get((case, ""), ""))


def event_of(name: str, who: str, direction: str) -> str:
    """The sentence of a line in the timeline, its braces still open."""
    sentences = TIMELINE.get((name, who)) or TIMELINE.get((name, ""))
    if sentences is None:
        case, _dot, step = name.partition(".")
        words = case_steps.of(case, step, who)
        if words:
            return words
        sentences = OTHER_EVENT
    return _(sentences[1 if direction == "in" else 0])
