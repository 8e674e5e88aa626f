"""What a transaction is called, how its state looks, what can be done: tables, no rules, no HTML.

The tables are plain English; the functions say their rows in the active language.
Placeholders in braces stay open for `story`: {name} is the other side, {amount} what moves,
{most} what can still come back, {at} and {until} times.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop as noop

from selfcare.money import Money
from selfcare.transactions import incoming
from selfcare.web import formats


class Chip(NamedTuple):
    """How a state looks: the chip's `data-state`, its icon, its words."""

    state: str
    icon: str
    words: str


class Kind(NamedTuple):
    """`words` on their own, towards somebody (`out`), from them (`into`), taken back."""

    words: str
    out: str
    into: str
    cancel: str
    undo: str


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


class Refusal(NamedTuple):
    """Why not; `way` is said instead where a refund can still be asked for."""

    words: str
    way: str = ""


KINDS = {
    "payment": Kind(
        noop("Payment"), noop("Payment to {name}"), noop("Payment from {name}"),
        noop("Cancel your payment"), noop("Undo your payment"),
    ),
    "payout": Kind(
        noop("Payout"), noop("Payout to {name}"), noop("Payout from {name}"),
        noop("Cancel your payout"), noop("Undo your payout"),
    ),
    "deposit": Kind(
        noop("Deposit"), noop("Deposit to {name}"), noop("Deposit from {name}"),
        noop("Cancel your deposit"), noop("Undo your deposit"),
    ),
    "withdrawal": Kind(
        noop("Withdrawal"), noop("Withdrawal to {name}"), noop("Withdrawal from {name}"),
        noop("Cancel your withdrawal"), noop("Undo your withdrawal"),
    ),
    "transfer": Kind(
        noop("Transfer"), noop("Transfer to {name}"), noop("Transfer from {name}"),
        noop("Cancel your transfer"), noop("Undo your transfer"),
    ),
    "refund": Kind(
        noop("Refund"), noop("Refund to {name}"), noop("Refund from {name}"),
        noop("Cancel your refund"), noop("Undo your refund"),
    ),
}  # fmt: skip
OTHER_KIND = Kind(
    noop("Transaction"), noop("Transaction with {name}"), noop("Transaction with {name}"),
    noop("Cancel your transaction"), noop("Undo your transaction"),
)  # fmt: skip
SHAPES = {"merchant": "merchant", "person": "person", "bank": "bank"}
ACTOR_SHAPES = {**SHAPES, "user": "person", "platform": "own"}

STATUSES = {
    "created": Chip("pending", "clock", noop("Just begun")),
    "action_required": Chip("waiting", "pen-line", noop("Waiting for you")),
    "scheduled": Chip("pending", "timer", noop("Scheduled")),
    "processing": Chip("pending", "clock", noop("On its way")),
    "completed": Chip("completed", "check", noop("Completed")),
    "failed": Chip("failed", "x", noop("Failed")),
    "cancelled": Chip("neutral", "ban", noop("Cancelled")),
    "expired": Chip("neutral", "history", noop("Lapsed")),
}
OTHER_STATUS = Chip("neutral", "circle-question-mark", noop("State not known"))
REFUND_ASKED = Chip("neutral", "undo-2", noop("Refund asked"))
PARTLY_REFUNDED = Chip("neutral", "undo-2", noop("Partly refunded"))
REFUNDED = Chip("neutral", "undo-2", noop("Refunded"))
STATUS_GROUPS = {
    "waiting": noop("Waiting for you"),
    "pending": noop("Pending"),
    "completed": noop("Completed"),
    "unsuccessful": noop("Failed or cancelled"),
}
REFUNDS_ASKED = {
    "open": noop("You asked for {amount} back, waiting for their answer"),
    "accepted": noop("You asked for {amount} back, accepted"),
    "partly_accepted": noop("You asked for {amount} back, accepted in part"),
    "declined": noop("You asked for {amount} back, declined"),
    "lapsed": noop("You asked for {amount} back, not answered in time"),
}
OTHER_REFUND_ASKED = noop("You asked for {amount} back")

SUMS = {
    ("out", "final"): Sum(noop("You paid"), noop("It cost you")),
    ("out", "open"): Sum(noop("You pay"), noop("It will cost you")),
    ("in", "final"): Sum(noop("You got"), noop("You have")),
    ("in", "open"): Sum(noop("You get"), noop("You will have")),
}
OTHER_SUM = Sum(noop("Amount"), noop("It comes to"))

ACTIONS = {
    "confirm": Action(
        noop("Confirm"), "pen-line", noop("Next comes a one-time code for this payment alone."),
        noop("Review and confirm"), "transactions:confirmation_new", noop("Confirm your payment"),
    ),
    "decline": Action(
        noop("Don’t pay"), "x", noop("{name} is told, and no money moves."),
        noop("Decline"), "transactions:confirmation_new", noop("Decline to pay"),
    ),
    "cancel": Action(
        noop("Cancel"), "ban", noop("Your {amount} stays yours, and {name} is told."),
        noop("Cancel it"), "transactions:cancellation_new", "",
    ),
    "request_refund": Action(
        noop("Ask for a refund"), "undo-2", noop("Moves no money: {name} decides."),
        noop("Ask for up to {most}"), "cases:refund_request_new", noop("Ask {name} for a refund"),
    ),
    "undo": Action(
        noop("Undo"), "undo-2", noop("Nothing has left yet, so it can be called back at once."),
        noop("Undo"), "transactions:undo_new", "",
    ),
    "withdraw_confirmation": Action(
        noop("Withdraw your confirmation"), "undo-2",
        noop("It isn’t sent on its day, and waits for you again."),
        noop("Withdraw it"), "transactions:confirmation_withdrawal_new",
        noop("Withdraw your confirmation"),
    ),
    "repeat": Action(
        noop("Repeat"), "refresh-cw",
        noop("We look up {name}, the fee and your limits afresh before anything is sent."),
        noop("Repeat it"), "transactions:repetition_new", noop("Send it once more"),
    ),
}  # fmt: skip
# The same decisions where the money would come to the person.
INCOMING = {name: Action(*row) for name, row in incoming.ACTIONS.items()}
# What leads to a case: one entry asks the questions and finds the right one of them.
WRONG = frozenset({"dispute", "report_fraud", "recall", "ask_merchant"})
OTHER_ACTION = Action("{action}", "circle-question-mark", "", "", "", "")

# (action, reason), or the reason alone where it reads the same for every action.
REFUSALS: dict[tuple[str, str], Refusal] = {
    ("cancel", "already_final"): Refusal(
        noop("{name} has had the money since {at}, and what is final can’t be called back."),
        noop(
            "{name} has had the money since {at}, and what is final can’t be called back. "
            "Ask for a refund instead."
        ),
    ),
    ("cancel", "already_sent"): Refusal(
        noop("it is already with the bank and can’t be called back.")
    ),
    ("cancel", "deadline_passed"): Refusal(noop("it could be cancelled until {until}.")),
    ("cancel", "recipient_decides"): Refusal(
        noop("{name} has had the money since {at}, and only they can give it back. Ask them.")
    ),
    ("confirm", "deadline_passed"): Refusal(noop("it could be confirmed until {until}.")),
    ("decline", "deadline_passed"): Refusal(noop("it could be declined until {until}.")),
    ("request_refund", "deadline_passed"): Refusal(
        noop("a refund could be asked for until {until}. Write to {name} yourself.")
    ),
    ("request_refund", "already_final"): Refusal(noop("nothing is left that could come back.")),
    ("request_refund", "failed"): Refusal(noop("it failed, so there is nothing to give back.")),
    ("request_refund", "expired"): Refusal(noop("it lapsed, so there is nothing to give back.")),
    ("request_refund", "already_cancelled"): Refusal(
        noop("it was cancelled, so there is nothing to give back.")
    ),
    ("undo", "undo_window_over"): Refusal(
        noop("only the first seconds after you confirmed allow it, and they ended {until}.")
    ),
    ("undo", "not_confirmed_by_you"): Refusal(
        noop("you confirmed nothing that could be called back.")
    ),
    ("withdraw_confirmation", "not_confirmed_by_you"): Refusal(
        noop("you confirmed nothing that could be withdrawn.")
    ),
    ("withdraw_confirmation", "deadline_passed"): Refusal(
        noop("it was possible until it was sent.")
    ),
    ("repeat", "not_a_payment"): Refusal(noop("only payments and transfers can be done again.")),
    ("repeat", "not_completed"): Refusal(noop("this one isn’t over yet.")),
    ("repeat", "failed"): Refusal(
        noop("the account of {name} is closed. Ask them for new details.")
    ),
    ("repeat", "payee_closed"): Refusal(
        noop("the account of {name} is closed. Ask them for new details.")
    ),
    ("repeat", "limit_exceeded"): Refusal(noop("it is more than you may still send today.")),
    ("repeat", "insufficient_funds"): Refusal(
        noop("there isn’t enough money on your account for it.")
    ),
    ("", "already_final"): Refusal(
        noop("it has been final since {at}, and nothing waits for you.")
    ),
    ("", "already_sent"): Refusal(noop("it is already with the bank.")),
    ("", "not_waiting_for_you"): Refusal(noop("nothing about it waits for you.")),
    ("", "deadline_passed"): Refusal(noop("it was possible until {until}.")),
    ("", "account_restricted"): Refusal(
        noop("your account may look, but not move money. Ask support to lift the restriction.")
    ),
    ("", "already_refunded"): Refusal(noop("all of it has come back already.")),
    ("", "refund_request_open"): Refusal(
        noop("you have asked already, and {name} has yet to answer.")
    ),
    ("", "not_a_payment"): Refusal(noop("only payments to a merchant can be refunded this way.")),
    ("", "not_completed"): Refusal(noop("no money has reached {name} that could come back.")),
    ("", "recipient_decides"): Refusal(noop("only {name} can give it back. Ask them.")),
    ("", "already_cancelled"): Refusal(noop("it was cancelled already.")),
    ("", "failed"): Refusal(noop("it failed already, and nothing moved.")),
    ("", "expired"): Refusal(noop("it lapsed already, and nothing moved.")),
}
# What is otherwise where the money comes to the person.
INCOMING_REFUSALS = {key: Refusal(words) for key, words in incoming.REFUSALS.items()}
OTHER_REFUSAL = Refusal(noop("the platform says no, without a reason that we know."))

CANCEL_REASONS = [
    ("changed_mind", noop("I changed my mind")),
    ("wrong_amount", noop("The amount is wrong")),
    ("wrong_payee", noop("It goes to the wrong place")),
    ("duplicate", noop("I paid already")),
    ("other", noop("Something else")),
]
REFUND_REASONS = [
    ("not_received", noop("It never came")),
    ("not_as_described", noop("It isn’t what was promised")),
    ("duplicate", noop("I paid twice")),
    ("wrong_amount", noop("The amount is wrong")),
    ("changed_mind", noop("I changed my mind")),
    ("other", noop("Something else")),
]

GIVEN_REASONS = dict(REFUND_REASONS + CANCEL_REASONS)


def note(text: str) -> str:
    """A note of the timeline; the code of a reason that was chosen, in the words of its form."""
    code, colon, typed = text.partition(":")
    return _(GIVEN_REASONS[code]) + colon + typed if code in GIVEN_REASONS else text


def choices(reasons: Iterable[tuple[str, str]]) -> list[tuple[str, str | Promise]]:
    """Reasons for a form, which is made before anybody's language is known."""
    return [(code, _lazy(words)) for code, words in reasons]


def change(now: Money, before: Money) -> str:
    """How an amount compares with the period before; a share of nothing is no share."""
    if not before.amount_minor:
        return _("nothing in the period before") if now.amount_minor else _("as before")
    percent = round(100 * (now.amount_minor - before.amount_minor) / before.amount_minor)
    if not percent:
        return _("as much as before (%(before)s)") % {"before": before}
    more = _("%(percent)s %% more than before (%(before)s)")
    less = _("%(percent)s %% less than before (%(before)s)")
    told = {"percent": formats.number(abs(percent)), "before": before}
    return (more if percent > 0 else less) % told


def kind_of(code: str) -> Kind:
    return Kind(*map(_, KINDS.get(code, OTHER_KIND)))


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
    return str(getattr(transaction, "counterparty_name", None) or _("somebody"))


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
    chip = _chip_of(transaction)
    return chip._replace(words=_(chip.words))


def _chip_of(transaction: Any) -> Chip:
    if transaction.status == "completed":
        back = getattr(transaction, "refunded_minor", 0)
        request = getattr(transaction, "refund_request", None)
        if back:
            return REFUNDED if back >= transaction.amount_minor else PARTLY_REFUNDED
        if request is not None and request.state == "open":
            return REFUND_ASKED
    return STATUSES.get(transaction.status, OTHER_STATUS)


def sum_of(transaction: Any) -> Sum:
    return Sum(*map(_, SUMS.get((transaction.direction, transaction.line), OTHER_SUM)))


def refund_asked(request: Any) -> str:
    """`You asked for 40.00 EUR back, waiting for their answer`."""
    words = REFUNDS_ASKED.get(request.state, OTHER_REFUND_ASKED)
    return _(words).format(amount=request.money)


def action_of(name: str, direction: str = "out") -> Action:
    """What can be done, in words, its braces still open; for what is new to us just its name."""
    into = INCOMING.get(name) if direction == "in" else None
    action = into or ACTIONS.get(name, OTHER_ACTION)
    return action._replace(
        words=_(action.words),
        fine=_(action.fine),
        button=_(action.button),
        headline=_(action.headline),
    )


def headline(transaction: Any, action: str) -> str:
    """What the page of one decision is called; of some it matters what kind it is about."""
    kind = kind_of(transaction.kind)
    by_kind = {"cancel": kind.cancel, "undo": kind.undo}
    return by_kind.get(action) or action_of(action, transaction.direction).headline


def refusal_of(action: str, reason: str | None) -> Refusal:
    return Refusal(*map(_, refusal_row(action, reason)))


def refusal_row(action: str, reason: str | None, direction: str = "out") -> Refusal:
    """The row of the table itself, to be kept and said later."""
    tables = (INCOMING_REFUSALS, REFUSALS) if direction == "in" else (REFUSALS,)
    keys = ((action, reason or ""), ("", reason or ""))
    rows = (table.get(key) for table in tables for key in keys)
    return next(filter(None, rows), OTHER_REFUSAL)


def status_words(code: str) -> str:
    """`On its way`, for a status by itself or one of their groups; what is new to us as it came."""
    if code in STATUSES:
        return _(STATUSES[code].words)
    return _(STATUS_GROUPS[code]) if code in STATUS_GROUPS else code
