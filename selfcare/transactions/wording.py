"""What codes of the transaction service mean, in words: tables first, and how to look them up.

No call, no rule about what is allowed and no HTML live here. Placeholders in braces are filled by
`say`: {name} the other side, {amount}, {account} ours, {actor} who did it, {at} and {until} times.
"""

from datetime import date
from typing import Any, NamedTuple

from selfcare.web.moments import Zone


class Chip(NamedTuple):
    """How a state looks: the chip's `data-state`, its icon, its words."""

    state: str
    icon: str
    words: str


class Kind(NamedTuple):
    """`words` on their own, and the title towards somebody (`out`) or from them (`into`)."""

    words: str
    out: str
    into: str


class Say(NamedTuple):
    """`headline`: what happened and where the money is; `next`: what happens next."""

    headline: str
    next: str


class Reason(NamedTuple):
    """Why something failed or stopped, and what a person can do about it."""

    words: str
    advice: str


class Action(NamedTuple):
    """One thing that a person can do: words for the list, the button and its page."""

    words: str
    icon: str
    fine: str
    button: str
    url_name: str
    headline: str


class Refusal(NamedTuple):
    """Why not; `way` is said instead where a refund can still be asked for."""

    words: str
    way: str = ""


KINDS = {
    "payment": Kind("Payment", "Payment to {name}", "Payment from {name}"),
    "payout": Kind("Payout", "Payout to {name}", "Payout from {name}"),
    "deposit": Kind("Deposit", "Deposit to {name}", "Deposit from {name}"),
    "withdrawal": Kind("Withdrawal", "Withdrawal to {name}", "Withdrawal from {name}"),
    "transfer": Kind("Transfer", "Transfer to {name}", "Transfer from {name}"),
    "refund": Kind("Refund", "Refund to {name}", "Refund from {name}"),
}
OTHER_KIND = Kind("Transaction", "Transaction with {name}", "Transaction with {name}")
DIRECTIONS = {"in": "Money in", "out": "Money out"}
SHAPES = {"merchant": "merchant", "person": "person", "bank": "bank"}

STATUSES = {
    "created": Chip("pending", "clock", "Just begun"),
    "action_required": Chip("waiting", "pen-line", "Waiting for you"),
    "scheduled": Chip("pending", "timer", "Scheduled"),
    "processing": Chip("pending", "clock", "On its way"),
    "completed": Chip("completed", "check", "Completed"),
    "failed": Chip("failed", "x", "Failed"),
    "cancelled": Chip("neutral", "ban", "Cancelled"),
    "expired": Chip("neutral", "history", "Lapsed"),
}
OTHER_STATUS = Chip("neutral", "circle-question-mark", "State not known")
REFUND_ASKED = Chip("neutral", "undo-2", "Refund asked")
PARTLY_REFUNDED = Chip("neutral", "undo-2", "Partly refunded")
REFUNDED = Chip("neutral", "undo-2", "Refunded")
STATUS_GROUPS = {
    "waiting": "Waiting for you",
    "pending": "Pending",
    "completed": "Completed",
    "unsuccessful": "Failed or cancelled",
}
REFUND_STATES = {
    "open": "waiting for their answer",
    "accepted": "accepted",
    "partly_accepted": "accepted in part",
    "declined": "declined",
    "lapsed": "not answered in time",
}

# How a filter in use is called; the value follows.
FILTERS = {
    "q": "with",
    "status": "status",
    "kind": "kind",
    "currency": "currency",
    "from": "since",
    "until": "until",
}

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
        "Nothing has left your account yet.", "we send {amount} to {name} on {scheduled}."
    ),
    ("scheduled", "in"): Say(
        "{name} is going to send you {amount}.", "it leaves them on {scheduled}."
    ),
    ("processing", "out"): Say(
        "Your {amount} is set aside and on its way to {name}.",
        "it arrives, or it is yours again in full. You need do nothing.",
    ),
    ("processing", "in"): Say(
        "{amount} from {name} is on its way to you.", "it arrives by itself, you need do nothing."
    ),
    ("completed", "out"): Say(
        "{name} has the money.", "nothing by itself. This is final since {at}."
    ),
    ("completed", "in"): Say(
        "{amount} from {name} is yours.", "nothing by itself. This is final since {at}."
    ),
    ("failed", "out"): Say(
        "{name} didn’t get your {amount}. Nothing left your account.", "nothing by itself."
    ),
    ("failed", "in"): Say(
        "The {amount} from {name} didn’t arrive.", "nothing by itself. Ask {name} to send it again."
    ),
    ("cancelled", "out"): Say(
        "It was cancelled. Your {amount} stay yours.", "nothing. {name} was told."
    ),
    ("cancelled", "in"): Say(
        "{name} won’t send you the {amount}: it was cancelled.", "nothing by itself."
    ),
    ("expired", "out"): Say(
        "It lapsed before anybody confirmed it. Your {amount} stay yours.",
        "nothing. If you still want to pay, ask {name} to begin again.",
    ),
    ("expired", "in"): Say("It lapsed, and no money moved.", "nothing. Ask {name} to begin again."),
}
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

ACTIONS = {
    "confirm": Action(
        "Confirm", "pen-line", "Next comes a one-time code for this payment alone.",
        "Review and confirm", "transactions:confirmation_new", "Confirm your payment",
    ),
    "decline": Action(
        "Don’t pay", "x", "{name} is told, and no money moves.",
        "Decline", "transactions:confirmation_new", "Decline to pay",
    ),
    "cancel": Action(
        "Cancel", "ban", "Your {amount} stay yours, and {name} is told.",
        "Cancel it", "transactions:cancellation_new", "Cancel your {kind}",
    ),
    "request_refund": Action(
        "Ask for a refund", "undo-2", "{name} must answer within 10 days.",
        "Ask for up to {most}", "transactions:refund_request_new", "Ask {name} for a refund",
    ),
}  # fmt: skip
OTHER_ACTION = Action("{action}", "circle-question-mark", "", "", "", "")

# (action, reason), or the reason alone where it reads the same for every action.
REFUSALS: dict[tuple[str, str], Refusal] = {
    ("cancel", "already_final"): Refusal(
        "the money reached {name} at {at}, and what is final can’t be called back.",
        "the money reached {name} at {at}, and what is final can’t be called back. "
        "Ask for a refund instead.",
    ),
    ("cancel", "already_sent"): Refusal("it is already with the bank and can’t be called back."),
    ("cancel", "deadline_passed"): Refusal("it could be cancelled until {until}."),
    ("cancel", "recipient_decides"): Refusal(
        "{name} has the money since {at}, and only they can give it back. Ask them."
    ),
    ("confirm", "deadline_passed"): Refusal("it could be confirmed until {until}."),
    ("decline", "deadline_passed"): Refusal("it could be declined until {until}."),
    ("request_refund", "deadline_passed"): Refusal(
        "a refund could be asked for until {until}. Write to {name} yourself."
    ),
    ("request_refund", "already_final"): Refusal("nothing is left that could come back."),
    ("request_refund", "failed"): Refusal("it failed, so there is nothing to give back."),
    ("request_refund", "expired"): Refusal("it lapsed, so there is nothing to give back."),
    ("request_refund", "already_cancelled"): Refusal(
        "it was cancelled, so there is nothing to give back."
    ),
    ("", "already_final"): Refusal("it is done since {at}, and nothing waits for you."),
    ("", "already_sent"): Refusal("it is already with the bank."),
    ("", "not_waiting_for_you"): Refusal("nothing about it waits for you."),
    ("", "deadline_passed"): Refusal("the time for it ran out at {until}."),
    ("", "account_restricted"): Refusal(
        "your account may look, but not move money. Ask support to lift the restriction."
    ),
    ("", "already_refunded"): Refusal("all of it has come back already."),
    ("", "refund_request_open"): Refusal("you have asked already, and {name} has yet to answer."),
    ("", "not_a_payment"): Refusal("only payments to a merchant can be refunded this way."),
    ("", "not_completed"): Refusal("no money has reached {name} that could come back."),
    ("", "recipient_decides"): Refusal("only {name} can give it back. Ask them."),
    ("", "already_cancelled"): Refusal("it was cancelled already."),
    ("", "failed"): Refusal("it failed already, and nothing moved."),
    ("", "expired"): Refusal("it lapsed already, and nothing moved."),
}
OTHER_REFUSAL = Refusal("the platform says no, without a reason that we know.")

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
        "{name}’s bank took it: final", "It arrived on {account}: final",
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

CANCEL_REASONS = [
    ("changed_mind", "I changed my mind"),
    ("wrong_amount", "The amount is wrong"),
    ("wrong_payee", "It goes to the wrong place"),
    ("duplicate", "I paid already"),
    ("other", "Something else"),
]
REFUND_REASONS = [
    ("not_received", "It never came"),
    ("not_as_described", "It isn’t what was promised"),
    ("duplicate", "I paid twice"),
    ("wrong_amount", "The amount is wrong"),
    ("changed_mind", "I changed my mind"),
    ("other", "Something else"),
]


def kind_of(code: str) -> Kind:
    return KINDS.get(code, OTHER_KIND)


def title(transaction: Any) -> str:
    """`Payment to Tandem Bikes`; also for a linked one."""
    kind = kind_of(transaction.kind)
    return (kind.into if transaction.direction == "in" else kind.out).format(
        name=name_of(transaction)
    )


def name_of(transaction: Any) -> str:
    """Who is on the other side."""
    counterparty = getattr(transaction, "counterparty", None)
    if counterparty is not None:
        return str(counterparty.name)
    return str(getattr(transaction, "counterparty_name", None) or "somebody")


def what(transaction: Any) -> str:
    """The second line of a row: kind and the reference that says most."""
    references = transaction.references
    about = (
        references.merchant_reference
        or references.remittance_information
        or references.end_to_end_id
    )
    words = kind_of(transaction.kind).words
    return f"{words} · {about}" if about else words


def status_of(transaction: Any) -> Chip:
    """The chip: what has come back of a completed payment says more than `completed`."""
    if transaction.status == "completed":
        back = getattr(transaction, "refunded_minor", 0)
        request = getattr(transaction, "refund_request", None)
        if back:
            return REFUNDED if back >= transaction.amount_minor else PARTLY_REFUNDED
        if request is not None and request.state == "open":
            return REFUND_ASKED
    return STATUSES.get(transaction.status, OTHER_STATUS)


def say_of(transaction: Any) -> Say:
    return SAY.get((transaction.status, transaction.direction), OTHER_SAY)


def reason_of(code: str) -> Reason:
    """Words for a reason code; an unknown one is shown as it came, for support."""
    known = REASONS.get(code)
    return known or Reason(OTHER_REASON.words.format(code=code), OTHER_REASON.advice)


def refusal_of(action: str, reason: str | None) -> Refusal:
    code = reason or ""
    return REFUSALS.get((action, code)) or REFUSALS.get(("", code)) or OTHER_REFUSAL


def event_of(name: str, who: str, direction: str) -> str:
    """The sentence of a line in the timeline, its braces still open."""
    sentences = TIMELINE.get((name, who)) or TIMELINE.get((name, "")) or OTHER_EVENT
    return sentences[1 if direction == "in" else 0]


def filter_value(name: str, value: object) -> str:
    """A filter in use, as a person would say it."""
    if isinstance(value, date):
        return Zone.named("UTC").day(value)
    text = str(value)
    if name == "kind":
        return kind_of(text).words
    if name == "status":
        return STATUSES[text].words if text in STATUSES else STATUS_GROUPS.get(text, text)
    return f"“{text}”" if name == "q" else text
