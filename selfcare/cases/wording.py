"""What cases, their states and their events are called: tables only; no rule and no HTML.

Placeholders stay open for `story`: {name} is the other side, {amount} what is asked for, {granted}
what came back, {by} until when somebody has to act, {until} how long a dispute is open to it.
"""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop


class Chip(NamedTuple):
    """How a state looks: the chip's `data-state`, its icon, its words."""

    state: str
    icon: str
    words: str


class Kind(NamedTuple):
    """`words` on their own, and the title of one about somebody."""

    words: str
    icon: str
    title: str


class Say(NamedTuple):
    """`headline`: where it stands and where the money is; `next`: what happens next, by when."""

    headline: str
    next: str


KINDS = {
    "refund_request": Kind(noop("Refund request"), "undo-2", noop("Refund request to {name}")),
    "dispute": Kind(noop("Dispute"), "scale", noop("Dispute with {name}")),
    "fraud_report": Kind(noop("Fraud report"), "triangle-alert", noop("Fraud report about {name}")),
    "recall": Kind(noop("Recall"), "landmark", noop("Recall from {name}")),
    "inquiry": Kind(noop("Question"), "message-square-text", noop("Question to {name}")),
}
OTHER_KIND = Kind(noop("Case"), "circle-question-mark", noop("Case about {name}"))

WAITING = {
    "user": Chip("waiting", "pen-line", noop("Waiting for you")),
    "merchant": Chip("pending", "clock", noop("Waiting for {name}")),
    "bank": Chip("pending", "clock", noop("Waiting for their bank")),
    "platform": Chip("pending", "scale", noop("We are deciding")),
}
STATES = {
    "open": Chip("pending", "clock", noop("Open")),
    "needs_user": WAITING["user"],
    "under_review": WAITING["platform"],
    "accepted": Chip("completed", "check", noop("Money came back")),
    "partly_accepted": Chip("completed", "check", noop("A part came back")),
    "declined": Chip("failed", "x", noop("Declined")),
    "lapsed": Chip("neutral", "history", noop("Not answered")),
    "withdrawn": Chip("neutral", "ban", noop("Withdrawn")),
    "answered": Chip("ok", "message-square-text", noop("Answered")),
    "closed": Chip("neutral", "ban", noop("Closed")),
}
OTHER_STATE = Chip("neutral", "circle-question-mark", noop("State not known"))

DISPUTABLE = noop("until {until} you can make a dispute of it. After that it stays as it is.")
SAY = {
    ("refund_request", "open"): Say(
        noop("{name} has your request for {amount}. No money has moved."),
        noop("{name} has until {by} to answer. If it doesn’t suit you, you can dispute it."),
    ),
    ("refund_request", "accepted"): Say(
        noop("{name} agreed, and {granted} came back to you."), noop("nothing. It is settled.")
    ),
    ("refund_request", "partly_accepted"): Say(
        noop("{name} gave back {granted} of the {amount} that you asked for."), DISPUTABLE
    ),
    ("refund_request", "declined"): Say(noop("{name} said no. No money has moved."), DISPUTABLE),
    ("refund_request", "lapsed"): Say(
        noop("{name} didn’t answer in time. No money has moved."), DISPUTABLE
    ),
    ("dispute", "open"): Say(
        noop("{name} knows that you dispute {amount}, and answers first."),
        noop("{name} has until {by}. If they disagree or say nothing, we decide."),
    ),
    ("dispute", "needs_user"): Say(
        noop("{name} disagrees. Now it is for you to show what you have."),
        noop(
            "until {by} you can say your side and add papers or photos. Then we decide, with or "
            "without them."
        ),
    ),
    ("dispute", "under_review"): Say(
        noop("We look at what you and {name} have said."),
        noop("we decide by {by}. What you add until then still counts."),
    ),
    ("dispute", "accepted"): Say(
        noop("It was settled for you, and {granted} came back."), noop("nothing. It is settled.")
    ),
    ("dispute", "partly_accepted"): Say(
        noop("It was settled in part: {granted} of {amount} came back."),
        noop("nothing. This is final here; a court can still look at it."),
    ),
    ("dispute", "declined"): Say(
        noop("We decided for {name}. No money has moved."),
        noop("nothing. This is final here; a court can still look at it."),
    ),
    ("fraud_report", "under_review"): Say(
        noop("We are looking into it. No money has moved yet."),
        noop("you hear from us by {by}. If it was fraud, the money is back within 11 days."),
    ),
    ("fraud_report", "accepted"): Say(
        noop("It was fraud, and {granted} came back to you."),
        noop("change your password, and never read a one-time code to anybody."),
    ),
    ("fraud_report", "declined"): Say(
        noop("We found no fraud. No money has moved."),
        noop("nothing by itself. If it is a quarrel with {name}, another way may be open."),
    ),
    ("recall", "open"): Say(
        noop("The bank of {name} has your request for {amount}. No money has moved yet."),
        noop("they ask {name}, and have until {by} to answer."),
    ),
    ("recall", "accepted"): Say(
        noop("{name} agreed, and {granted} came back to you."), noop("nothing. It is settled.")
    ),
    ("recall", "declined"): Say(
        noop("{name} didn’t agree to give it back. No money has moved."),
        noop("nothing by itself. Write to {name}: it may not be theirs to keep."),
    ),
    ("recall", "lapsed"): Say(
        noop("Their bank didn’t answer in time. No money has moved."),
        noop("nothing by itself. Write to {name}: it may not be theirs to keep."),
    ),
    ("inquiry", "open"): Say(
        noop("{name} has your question."),
        noop("{name} answers, usually within days. Without a word by {by} it is closed."),
    ),
    ("inquiry", "answered"): Say(
        noop("{name} has answered."), noop("nothing by itself. Write again if it doesn’t help.")
    ),
    ("", "withdrawn"): Say(noop("You withdrew it. It moved no money."), noop("nothing.")),
    ("", "closed"): Say(noop("It is closed. It moved no money."), noop("nothing.")),
}
SETTLED = noop("nothing. It can’t be disputed any more.")
OTHER_SAY = Say(
    noop("The platform calls its state one that we have no words for yet."),
    noop("we don’t know. Look again later, or ask support."),
)

# (event, who): who is you, merchant, bank, platform, or "" for anybody.
EVENTS = {
    ("case.opened", "you"): noop("You opened it"),
    ("case.opened", ""): noop("It was opened"),
    ("case.answered", ""): noop("{actor} answered"),
    ("case.message", "you"): noop("You wrote"),
    ("case.message", ""): noop("{actor} wrote"),
    ("case.evidence_added", "you"): noop("You added files"),
    ("case.evidence_added", ""): noop("{actor} added files"),
    ("case.contested", ""): noop("{actor} disagreed"),
    ("case.under_review", "platform"): noop("We began to look at both sides"),
    ("case.under_review", ""): noop("It came to us to decide"),
    ("case.accepted", "platform"): noop("We decided for you"),
    ("case.accepted", ""): noop("{actor} agreed"),
    ("case.partly_accepted", "platform"): noop("We decided for you in part"),
    ("case.partly_accepted", ""): noop("{actor} agreed to a part"),
    ("case.declined", "platform"): noop("We decided against it"),
    ("case.declined", ""): noop("{actor} said no"),
    ("case.lapsed", ""): noop("The time for an answer ran out"),
    ("case.withdrawn", "you"): noop("You withdrew it"),
    ("case.withdrawn", ""): noop("It was withdrawn"),
    ("case.escalated", "you"): noop("You made a dispute of it"),
    ("case.escalated", ""): noop("It became a dispute"),
    ("case.closed", ""): noop("It was closed"),
    ("case.money_returned", ""): noop("Money came back to you"),
}
OTHER_EVENT = noop("Something changed")

REASONS = {
    "not_received": noop("It never came"),
    "not_as_described": noop("It isn’t what was promised"),
    "duplicate": noop("Paid twice"),
    "wrong_amount": noop("The amount is wrong"),
    "changed_mind": noop("A change of mind"),
    "not_me": noop("You didn’t make it"),
    "tricked": noop("Somebody deceived you"),
    "coerced": noop("Somebody forced you"),
    "wrong_payee": noop("It went to the wrong place"),
    "other": noop("Something else"),
}

ACTIONS = {
    "message": noop("Write a message"),
    "add_evidence": noop("Add files"),
    "withdraw": noop("Withdraw it"),
    "escalate": noop("Make a dispute of it"),
}
# By the code of the service, or by action and code where one action needs words of its own.
REFUSALS = {
    "case_closed": noop("it is closed, and nobody reads what is added now."),
    "withdraw.case_closed": noop("it is closed already."),
    "escalate.case_closed": noop("it is closed already."),
    "still_open": noop("{name} has yet to answer, until {by}."),
    "not_escalatable": noop("it ended in a way that leaves nothing to dispute."),
    "already_escalated": noop("you did that already."),
    "dispute_open": noop("a dispute about the same payment is open already."),
    "already_refunded": noop("all of it has come back already."),
    "deadline_passed": noop("it was possible until {until}."),
    "account_restricted": noop("your account may look, but not act. Ask support to lift that."),
}
# Where no way is left, by the kind of the transaction.
NOTHING_POSSIBLE = {
    "payment": noop(
        "You can’t put this right from here: nothing of the kind can be done about this payment."
    ),
    "payout": noop(
        "You can’t put this right from here: nothing of the kind can be done about this payout."
    ),
    "deposit": noop(
        "You can’t put this right from here: nothing of the kind can be done about this deposit."
    ),
    "withdrawal": noop(
        "You can’t put this right from here: nothing of the kind can be done about this withdrawal."
    ),
    "transfer": noop(
        "You can’t put this right from here: nothing of the kind can be done about this transfer."
    ),
    "refund": noop(
        "You can’t put this right from here: nothing of the kind can be done about this refund."
    ),
}
OTHER_NOTHING_POSSIBLE = noop(
    "You can’t put this right from here: nothing of the kind can be done about this transaction."
)
# The text of a message that is nothing but files; it is sent, so the platform knows it like this.
ADDED = noop("Added {names}")
OTHER_REFUSAL = noop("the platform says no, without a reason that we know.")
