"""What happened to a transaction, in whole sentences: tables and how to look them up.

Placeholders in braces stay open for `story`: {name} is the other side, {amount} what moves,
{account} ours, {actor} who did it, {at}, {until} and {scheduled} times, {status} and {code} raw.
"""

from typing import Any, NamedTuple


class Say(NamedTuple):
    """`headline`: what happened and where the money is; `next`: what happens next."""

    headline: str
    next: str


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
# What an open case waits for: (kind of case, who has the next word), or the kind alone.
WAITS = {
    ("refund_request", ""): "{name} has until {by} to answer your request for {asked}.",
    ("dispute", "merchant"): "{name} has until {by} to answer your dispute about {asked}.",
    ("dispute", "user"): "we wait for your side of the dispute until {by}, then go on without.",
    ("dispute", ""): "we look into your dispute about {asked} and decide by {by}.",
    ("fraud_report", ""): "we look into your fraud report and tell you by {by}.",
    ("recall", ""): "their bank has until {by} to answer whether {asked} comes back.",
    ("inquiry", ""): "{name} has your question, and until {by} to answer it.",
}
OTHER_SAY = Say(
    "The platform calls its state “{status}”, which we have no words for yet.",
    "we don’t know. Look again later, or ask support and give them our ID below.",
)

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
    ("transaction.undone", "you"): ("You called it back in time", "You called it back in time"),
    ("transaction.undone", ""): ("It was called back", "It was called back"),
    ("transaction.confirmation_withdrawn", "you"): (
        "You withdrew your confirmation", "You withdrew your confirmation",
    ),
    ("transaction.confirmation_withdrawn", ""): (
        "The confirmation was withdrawn", "The confirmation was withdrawn",
    ),
    ("transaction.repeated", ""): ("You sent the same again", "The same was sent again"),
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
# What happens to a case, by step and who took it; {case} is what it is called below.
CASES = {
    "refund_request": "refund request",
    "dispute": "dispute",
    "fraud_report": "fraud report",
    "recall": "recall",
    "inquiry": "question",
}
CASE_STEPS = {
    ("opened", "you"): "You began a {case}",
    ("opened", ""): "A {case} was begun",
    ("answered", ""): "{actor} answered your {case}",
    ("contested", ""): "{actor} sees it otherwise, and you were asked for your side",
    ("under_review", ""): "We look into your {case}",
    ("accepted", ""): "{actor} agreed to your {case}",
    ("partly_accepted", ""): "{actor} agreed to a part of your {case}",
    ("declined", ""): "{actor} declined your {case}",
    ("lapsed", ""): "Nobody answered your {case} in time",
    ("withdrawn", "you"): "You withdrew your {case}",
    ("withdrawn", ""): "The {case} was withdrawn",
    ("closed", ""): "Your {case} was closed",
    ("escalated", "you"): "You made a dispute of your {case}",
    ("escalated", ""): "The {case} became a dispute",
}
OTHER_EVENT = ("Something changed", "Something changed")


def say_of(transaction: Any) -> Say:
    return SAY.get((transaction.status, transaction.direction), OTHER_SAY)


def event_of(name: str, who: str, direction: str) -> str:
    """The sentence of a line in the timeline, its braces still open."""
    sentences = TIMELINE.get((name, who)) or TIMELINE.get((name, ""))
    if sentences is None:
        case, _, step = name.partition(".")
        words = CASE_STEPS.get((step, who)) or CASE_STEPS.get((step, ""))
        if case in CASES and words:
            return words.replace("{case}", CASES[case])
        sentences = OTHER_EVENT
    return sentences[1 if direction == "in" else 0]
