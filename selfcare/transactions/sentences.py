"""What happened to a transaction, in whole sentences: tables and how to look them up.

Placeholders in braces stay open for `story`: {name} is the other side, {amount} what moves,
{account} ours, {actor} who did it, {at}, {until} and {scheduled} times, {status} and {code} raw.
"""

from typing import Any, NamedTuple


class Say(NamedTuple):
    """`headline`: what happened and where the money is; `next`: what happens next."""

    headline: str
    next: str


class Reason(NamedTuple):
    """Why something failed or stopped, and what a person can do about it."""

    words: str
    advice: str


SAY = {
    ("created", "out"): Say(
        "Nothing has left your account yet.", "we send it on, usually within a minute."
    ),
    ("created", "in"): Say(
        "{name} has begun to send you {amount}.", "it arrives by itself, you need do nothing."
    ),
    ("action_required", "out"): Say(
        "{name} asks you for {amount}. No money has moved.",
        "nothing before you decide. After {until} it lapses and no money moves.",
    ),
    ("action_required", "in"): Say(
        "{name} wants to send you {amount}, and it waits for you.",
        "nothing before you decide. After {until} it lapses and no money moves.",
    ),
    ("scheduled", "out"): Say(
        "Nothing has left your account yet.", "we send {amount} to {name}, from {scheduled} on."
    ),
    ("scheduled", "in"): Say(
        "{name} is going to send you {amount}.", "it leaves them from {scheduled} on."
    ),
    ("processing", "out"): Say(
        "Your {amount} is set aside and on its way to {name}.",
        "it arrives, or it is yours again in full. You need do nothing.",
    ),
    ("processing", "in"): Say(
        "{amount} from {name} is on its way to you.", "it arrives by itself, you need do nothing."
    ),
    ("completed", "out"): Say(
        "{name} has the money.", "nothing by itself. It has been final since {at}."
    ),
    ("completed", "in"): Say(
        "{amount} from {name} is yours.", "nothing by itself. It has been final since {at}."
    ),
    ("failed", "out"): Say(
        "{name} didn’t get your {amount}. Nothing left your account.", "nothing by itself."
    ),
    ("failed", "in"): Say(
        "The {amount} from {name} didn’t arrive.", "nothing by itself. Ask {name} to send it again."
    ),
    ("cancelled", "out"): Say(
        "It was cancelled. Your {amount} stays yours.", "nothing. {name} was told."
    ),
    ("cancelled", "in"): Say(
        "{name} won’t send you the {amount}: it was cancelled.", "nothing by itself."
    ),
    ("expired", "out"): Say(
        "It lapsed before anybody confirmed it. Your {amount} stays yours.",
        "nothing. If you still want to pay, ask {name} to begin again.",
    ),
    ("expired", "in"): Say("It lapsed, and no money moved.", "nothing. Ask {name} to begin again."),
}
REFUND_ASKED = "{name} has until {by} to answer your request for {asked}."
OTHER_SAY = Say(
    "The platform calls its state “{status}”, which we have no words for yet.",
    "we don’t know. Look again later, or ask support and give them our ID below.",
)

# ISO 20022, ExternalStatusReason1Code.
REASONS = {
    "AC01": Reason("The account number isn’t right.", "Check it with {name}, then send it again."),
    "AC04": Reason("Their account is closed.", "Ask {name} for new details."),
    "AC06": Reason("Their account is blocked.", "Ask {name} for another account."),
    "AG01": Reason(
        "Their account can’t take this kind of transaction.", "Ask {name} for another account."
    ),
    "AM04": Reason(
        "There wasn’t enough money in the account.", "Add money first, then do it again."
    ),
    "AM05": Reason("It had been sent already.", "Look for the first one; nothing is missing."),
    "CUST": Reason("You asked for it to be stopped.", "Nothing is left to do."),
    "DUPL": Reason("It was asked for twice.", "Look for the other one; nothing is missing."),
    "FRAD": Reason(
        "It looked like fraud, so it was stopped.",
        "If it was you and it is right, ask support to let it through.",
    ),
    "FR01": Reason(
        "It looked like fraud, so it was stopped.",
        "If it was you and it is right, ask support to let it through.",
    ),
    "MS02": Reason("Their bank says the customer wouldn’t say why.", "Ask {name} what went wrong."),
    "MS03": Reason("Their bank gave no reason.", "Ask {name}, or do it again."),
    "RC01": Reason("The bank’s code isn’t right.", "Check it with {name}, then send it again."),
    "RR04": Reason("A rule for banks stopped it.", "Ask support and give them our ID below."),
    "TM01": Reason("It came after the bank’s closing time.", "Do it again on a working day."),
}
OTHER_REASON = Reason("The bank’s code for it is {code}.", "Ask support and give them the code.")

# (event, who) → (sentence for money out, sentence for money in). Who: you, person, merchant,
# platform, bank, or "" for anybody.
TIMELINE = {
    ("transaction.created", "you"): ("You began it", "You began it"),
    ("transaction.created", "merchant"): (
        "{actor} asked for {amount}", "{actor} began to send {amount}",
    ),
    ("transaction.created", "person"): (
        "{actor} asked for {amount}", "{actor} began to send {amount}",
    ),
    ("transaction.created", ""): ("It was begun", "It was begun"),
    ("transaction.action_required", ""): (
        "We asked you to confirm it", "We asked you to confirm it",
    ),
    ("transaction.confirmed", "you"): (
        "You confirmed with a one-time code", "You confirmed with a one-time code",
    ),
    ("transaction.confirmed", ""): ("It was confirmed", "It was confirmed"),
    ("transaction.declined", "you"): ("You declined to pay", "You declined it"),
    ("transaction.declined", ""): ("It was declined", "It was declined"),
    ("transaction.scheduled", "you"): ("You set a date for it", "A date was set for it"),
    ("transaction.scheduled", ""): ("A date was set for it", "A date was set for it"),
    ("transaction.processing", ""): ("We sent it from {account}", "It is on its way to {account}"),
    ("transaction.completed", "bank"): (
        "Their bank took it: final", "It arrived on {account}: final",
    ),
    ("transaction.completed", ""): ("{name} has it: final", "It arrived on {account}: final"),
    ("transaction.failed", "bank"): ("The bank sent it back", "The bank sent it back"),
    ("transaction.failed", ""): ("It failed", "It failed"),
    ("transaction.cancelled", "you"): ("You cancelled it", "You cancelled it"),
    ("transaction.cancelled", "merchant"): ("{actor} called it off", "{actor} called it off"),
    ("transaction.cancelled", ""): ("It was cancelled", "It was cancelled"),
    ("transaction.expired", ""): ("It lapsed unconfirmed", "It lapsed unconfirmed"),
    ("refund_request.opened", "you"): (
        "You asked {name} for a refund", "You asked for a refund",
    ),
    ("refund_request.opened", ""): ("A refund was asked for", "A refund was asked for"),
    ("refund_request.accepted", ""): (
        "{name} agreed to a refund", "The refund was agreed to",
    ),
    ("refund_request.partly_accepted", ""): (
        "{name} agreed to a part of the refund", "A part of the refund was agreed to",
    ),
    ("refund_request.declined", ""): (
        "{name} declined the refund", "The refund was declined",
    ),
    ("refund_request.lapsed", ""): (
        "{name} didn’t answer in time", "Nobody answered in time",
    ),
    ("refund.received", ""): ("{name} sent money back", "Money came back"),
}  # fmt: skip
OTHER_EVENT = ("Something changed", "Something changed")


def say_of(transaction: Any) -> Say:
    return SAY.get((transaction.status, transaction.direction), OTHER_SAY)


def reason_of(code: str) -> Reason:
    """Words for a reason code; an unknown one is shown as it came, for support."""
    known = REASONS.get(code)
    return known or Reason(OTHER_REASON.words.format(code=code), OTHER_REASON.advice)


def event_of(name: str, who: str, direction: str) -> str:
    """The sentence of a line in the timeline, its braces still open."""
    sentences = TIMELINE.get((name, who)) or TIMELINE.get((name, "")) or OTHER_EVENT
    return sentences[1 if direction == "in" else 0]
