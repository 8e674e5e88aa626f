"""What a transaction is called, how its state looks, what can be done: tables, no rules, no HTML.

Placeholders in braces stay open for `story`: {name} is the other side, {amount} what moves,
{kind} its kind, {most} what can still come back, {at} and {until} times.
"""

from datetime import date
from typing import Any, NamedTuple

from selfcare.money import Money
from selfcare.web.moments import UTC, Zone


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


class Sum(NamedTuple):
    """The first and the last line of what a transaction comes to."""

    first: str
    last: str


class Action(NamedTuple):
    """One thing that a person can do: words for the list, the button and its page."""

    words: str
    icon: str
    fine: str
    button: str
    url_name: str
    headline: str


class Check(NamedTuple):
    """What the payee's bank says of the name, as a notice: state, icon, words, and what to do."""

    state: str
    icon: str
    words: str
    advice: str


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
SHAPES = {"merchant": "merchant", "person": "person", "bank": "bank"}
ACTOR_SHAPES = {**SHAPES, "user": "person", "platform": "own"}

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

SUMS = {
    ("out", "final"): Sum("You paid", "It cost you"),
    ("out", "open"): Sum("You pay", "It will cost you"),
    ("in", "final"): Sum("You got", "You have"),
    ("in", "open"): Sum("You get", "You will have"),
}
OTHER_SUM = Sum("Amount", "It comes to")

# How a filter in use is called; the value follows.
FILTERS = {
    "q": "text",
    "status": "status",
    "kind": "kind",
    "currency": "currency",
    "from": "since",
    "until": "until",
}

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
        "Cancel", "ban", "Your {amount} stays yours, and {name} is told.",
        "Cancel it", "transactions:cancellation_new", "Cancel your {kind}",
    ),
    "request_refund": Action(
        "Ask for a refund", "undo-2", "Moves no money: {name} decides.",
        "Ask for up to {most}", "cases:refund_request_new", "Ask {name} for a refund",
    ),
    "undo": Action(
        "Undo", "undo-2", "Nothing has left yet, so it can be called back at once.",
        "Undo", "transactions:undo_new", "Undo your {kind}",
    ),
    "withdraw_confirmation": Action(
        "Withdraw your confirmation", "undo-2",
        "It isn’t sent on its day, and waits for you again.",
        "Withdraw it", "transactions:confirmation_withdrawal_new", "Withdraw your confirmation",
    ),
    "repeat": Action(
        "Repeat", "refresh-cw",
        "We look up {name}, the fee and your limits afresh before anything is sent.",
        "Repeat it", "transactions:repetition_new", "Send it once more",
    ),
}  # fmt: skip
# What leads to a case: one entry asks the questions and finds the right one of them.
WRONG = frozenset({"dispute", "report_fraud", "recall", "ask_merchant"})
OTHER_ACTION = Action("{action}", "circle-question-mark", "", "", "", "")

# The payee's bank compares the name with the account's holder.
CHECKS = {
    "match": Check(
        "ok", "check", "The name matches",
        "Their bank says that this account belongs to {name}.",
    ),
    "close_match": Check(
        "pending", "info", "The name is almost the same",
        "Their bank knows the holder as {found}. If that is who you mean, go on.",
    ),
    "no_match": Check(
        "failed", "triangle-alert", "The name does not match",
        "Their bank says that this account belongs to somebody else than {name}. The money would "
        "go there, and could be lost. Ask {name} first, by a way that you knew before.",
    ),
    "closed": Check(
        "failed", "ban", "The account is closed",
        "Nothing can be sent to it. Ask {name} for new details.",
    ),
    "unavailable": Check(
        "pending", "circle-question-mark", "The name could not be checked",
        "Their bank doesn’t answer just now. You can go on, but make sure that the account is "
        "still theirs.",
    ),
}  # fmt: skip
OTHER_CHECK = Check(
    "pending", "circle-question-mark", "We don’t know what their bank says",
    "It answered in a way that is new to us. Make sure that the account is still theirs.",
)  # fmt: skip
# Going on needs a tick beneath these.
CHECKS_TO_TICK = frozenset({"no_match"})

# (action, reason), or the reason alone where it reads the same for every action.
REFUSALS: dict[tuple[str, str], Refusal] = {
    ("cancel", "already_final"): Refusal(
        "{name} has had the money since {at}, and what is final can’t be called back.",
        "{name} has had the money since {at}, and what is final can’t be called back. "
        "Ask for a refund instead.",
    ),
    ("cancel", "already_sent"): Refusal("it is already with the bank and can’t be called back."),
    ("cancel", "deadline_passed"): Refusal("it could be cancelled until {until}."),
    ("cancel", "recipient_decides"): Refusal(
        "{name} has had the money since {at}, and only they can give it back. Ask them."
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
    ("undo", "undo_window_over"): Refusal(
        "only the first seconds after you confirmed allow it, and they ended {until}."
    ),
    ("undo", "not_confirmed_by_you"): Refusal("you confirmed nothing that could be called back."),
    ("withdraw_confirmation", "not_confirmed_by_you"): Refusal(
        "you confirmed nothing that could be withdrawn."
    ),
    ("withdraw_confirmation", "deadline_passed"): Refusal("it was possible until it was sent."),
    ("repeat", "not_a_payment"): Refusal("only payments and transfers can be done again."),
    ("repeat", "not_completed"): Refusal("this one isn’t over yet."),
    ("repeat", "failed"): Refusal("the account of {name} is closed. Ask them for new details."),
    ("repeat", "payee_closed"): Refusal(
        "the account of {name} is closed. Ask them for new details."
    ),
    ("repeat", "limit_exceeded"): Refusal("it is more than you may still send today."),
    ("repeat", "insufficient_funds"): Refusal("there isn’t enough money on your account for it."),
    ("", "already_final"): Refusal("it has been final since {at}, and nothing waits for you."),
    ("", "already_sent"): Refusal("it is already with the bank."),
    ("", "not_waiting_for_you"): Refusal("nothing about it waits for you."),
    ("", "deadline_passed"): Refusal("it was possible until {until}."),
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

GIVEN_REASONS = dict(REFUND_REASONS + CANCEL_REASONS)


def note(text: str) -> str:
    """A note of the timeline; the code of a reason that was chosen, in the words of its form."""
    code, colon, typed = text.partition(":")
    return GIVEN_REASONS[code] + colon + typed if code in GIVEN_REASONS else text


def check_of(payee: Any) -> Check:
    """What their bank says of the payee, in words."""
    check = CHECKS.get(payee.check, OTHER_CHECK)
    found = payee.name_found or "somebody with a similar name"
    return check._replace(advice=check.advice.format(name=payee.name, found=f"“{found}”"))


def change(now: Money, before: Money) -> str:
    """How an amount compares with the period before; a share of nothing is no share."""
    if not before.amount_minor:
        return "nothing in the period before" if now.amount_minor else "as before"
    percent = round(100 * (now.amount_minor - before.amount_minor) / before.amount_minor)
    if not percent:
        return f"as much as before ({before})"
    return f"{abs(percent):,} % {'more' if percent > 0 else 'less'} than before ({before})"


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


def sum_of(transaction: Any) -> Sum:
    return SUMS.get((transaction.direction, transaction.line), OTHER_SUM)


def refusal_of(action: str, reason: str | None) -> Refusal:
    code = reason or ""
    return REFUSALS.get((action, code)) or REFUSALS.get(("", code)) or OTHER_REFUSAL


def filter_value(name: str, value: object) -> str:
    """A filter in use, as a person would say it."""
    if isinstance(value, date):
        return Zone.of(UTC).day(value)
    text = str(value)
    if name == "kind":
        return kind_of(text).words
    if name == "status":
        return STATUSES[text].words if text in STATUSES else STATUS_GROUPS.get(text, text)
    return text
