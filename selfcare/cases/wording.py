"""What cases, their states and their events are called: tables only; no rule and no HTML.

Placeholders stay open for `story`: {name} is the other side, {amount} what is asked for, {granted}
what came back, {by} until when somebody has to act, {until} how long a dispute is open to it.
"""

from typing import NamedTuple


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
    "refund_request": Kind("Refund request", "undo-2", "Refund request to {name}"),
    "dispute": Kind("Dispute", "scale", "Dispute with {name}"),
    "fraud_report": Kind("Fraud report", "triangle-alert", "Fraud report about {name}"),
    "recall": Kind("Recall", "landmark", "Recall from {name}"),
    "inquiry": Kind("Question", "message-square-text", "Question to {name}"),
}
OTHER_KIND = Kind("Case", "circle-question-mark", "Case about {name}")

WAITING = {
    "user": Chip("waiting", "pen-line", "Waiting for you"),
    "merchant": Chip("pending", "clock", "Waiting for {name}"),
    "bank": Chip("pending", "clock", "Waiting for their bank"),
    "platform": Chip("pending", "scale", "We are deciding"),
}
STATES = {
    "open": Chip("pending", "clock", "Open"),
    "needs_user": WAITING["user"],
    "under_review": WAITING["platform"],
    "accepted": Chip("completed", "check", "Money came back"),
    "partly_accepted": Chip("completed", "check", "A part came back"),
    "declined": Chip("failed", "x", "Declined"),
    "lapsed": Chip("neutral", "history", "Not answered"),
    "withdrawn": Chip("neutral", "ban", "Withdrawn"),
    "answered": Chip("ok", "message-square-text", "Answered"),
    "closed": Chip("neutral", "ban", "Closed"),
}
OTHER_STATE = Chip("neutral", "circle-question-mark", "State not known")

DISPUTABLE = "until {until} you can make a dispute of it. After that it stays as it is."
SAY = {
    ("refund_request", "open"): Say(
        "{name} has your request for {amount}. No money has moved.",
        "{name} has until {by} to answer. If it doesn’t suit you, you can dispute it.",
    ),
    ("refund_request", "accepted"): Say(
        "{name} agreed, and {granted} came back to you.", "nothing. It is settled."
    ),
    ("refund_request", "partly_accepted"): Say(
        "{name} gave back {granted} of the {amount} that you asked for.", DISPUTABLE
    ),
    ("refund_request", "declined"): Say("{name} said no. No money has moved.", DISPUTABLE),
    ("refund_request", "lapsed"): Say(
        "{name} didn’t answer in time. No money has moved.", DISPUTABLE
    ),
    ("dispute", "open"): Say(
        "{name} knows that you dispute {amount}, and answers first.",
        "{name} has until {by}. If they disagree or say nothing, we decide.",
    ),
    ("dispute", "needs_user"): Say(
        "{name} disagrees. Now it is for you to show what you have.",
        "until {by} you can say your side and add papers or photos. Then we decide, with or "
        "without them.",
    ),
    ("dispute", "under_review"): Say(
        "We look at what you and {name} have said.",
        "we decide by {by}. What you add until then still counts.",
    ),
    ("dispute", "accepted"): Say(
        "It was settled for you, and {granted} came back.", "nothing. It is settled."
    ),
    ("dispute", "partly_accepted"): Say(
        "It was settled in part: {granted} of {amount} came back.",
        "nothing. This is final here; a court can still look at it.",
    ),
    ("dispute", "declined"): Say(
        "We decided for {name}. No money has moved.",
        "nothing. This is final here; a court can still look at it.",
    ),
    ("fraud_report", "under_review"): Say(
        "We are looking into it. No money has moved yet.",
        "you hear from us by {by}. If it was fraud, the money is back within 11 days.",
    ),
    ("fraud_report", "accepted"): Say(
        "It was fraud, and {granted} came back to you.",
        "change your password, and never read a one-time code to anybody.",
    ),
    ("fraud_report", "declined"): Say(
        "We found no fraud. No money has moved.",
        "nothing by itself. If it is a quarrel with {name}, another way may be open.",
    ),
    ("recall", "open"): Say(
        "The bank of {name} has your request for {amount}. No money has moved yet.",
        "they ask {name}, and have until {by} to answer.",
    ),
    ("recall", "accepted"): Say(
        "{name} agreed, and {granted} came back to you.", "nothing. It is settled."
    ),
    ("recall", "declined"): Say(
        "{name} didn’t agree to give it back. No money has moved.",
        "nothing by itself. Write to {name}: it may not be theirs to keep.",
    ),
    ("recall", "lapsed"): Say(
        "Their bank didn’t answer in time. No money has moved.",
        "nothing by itself. Write to {name}: it may not be theirs to keep.",
    ),
    ("inquiry", "open"): Say(
        "{name} has your question.",
        "{name} answers, usually within days. Without a word by {by} it is closed.",
    ),
    ("inquiry", "answered"): Say(
        "{name} has answered.", "nothing by itself. Write again if it doesn’t help."
    ),
    ("", "withdrawn"): Say("You withdrew it. It moved no money.", "nothing."),
    ("", "closed"): Say("It is closed. It moved no money.", "nothing."),
}
SETTLED = "nothing. It can’t be disputed any more."
OTHER_SAY = Say(
    "The platform calls its state one that we have no words for yet.",
    "we don’t know. Look again later, or ask support.",
)

# (event, who): who is you, merchant, bank, platform, or "" for anybody.
EVENTS = {
    ("case.opened", "you"): "You opened it",
    ("case.opened", ""): "It was opened",
    ("case.answered", ""): "{actor} answered",
    ("case.message", "you"): "You wrote",
    ("case.message", ""): "{actor} wrote",
    ("case.evidence_added", "you"): "You added files",
    ("case.evidence_added", ""): "{actor} added files",
    ("case.contested", ""): "{actor} disagreed",
    ("case.under_review", "platform"): "We began to look at both sides",
    ("case.under_review", ""): "It came to us to decide",
    ("case.accepted", "platform"): "We decided for you",
    ("case.accepted", ""): "{actor} agreed",
    ("case.partly_accepted", "platform"): "We decided for you in part",
    ("case.partly_accepted", ""): "{actor} agreed to a part",
    ("case.declined", "platform"): "We decided against it",
    ("case.declined", ""): "{actor} said no",
    ("case.lapsed", ""): "The time for an answer ran out",
    ("case.withdrawn", "you"): "You withdrew it",
    ("case.withdrawn", ""): "It was withdrawn",
    ("case.escalated", "you"): "You made a dispute of it",
    ("case.escalated", ""): "It became a dispute",
    ("case.closed", ""): "It was closed",
    ("case.money_returned", ""): "Money came back to you",
}
OTHER_EVENT = "Something changed"

REASONS = {
    "not_received": "It never came",
    "not_as_described": "It isn’t what was promised",
    "duplicate": "Paid twice",
    "wrong_amount": "The amount is wrong",
    "changed_mind": "A change of mind",
    "not_me": "You didn’t make it",
    "tricked": "Somebody deceived you",
    "coerced": "Somebody forced you",
    "wrong_payee": "It went to the wrong place",
    "other": "Something else",
}

ACTIONS = {
    "message": "Write a message",
    "add_evidence": "Add files",
    "withdraw": "Withdraw it",
    "escalate": "Make a dispute of it",
}
# By the code of the service, or by action and code where one action needs words of its own.
REFUSALS = {
    "case_closed": "it is closed, and nobody reads what is added now.",
    "withdraw.case_closed": "it is closed already.",
    "escalate.case_closed": "it is closed already.",
    "still_open": "{name} has yet to answer, until {by}.",
    "not_escalatable": "it ended in a way that leaves nothing to dispute.",
    "already_escalated": "you did that already.",
    "dispute_open": "a dispute about the same payment is open already.",
    "already_refunded": "all of it has come back already.",
    "deadline_passed": "it was possible until {until}.",
    "account_restricted": "your account may look, but not act. Ask support to lift that.",
}
OTHER_REFUSAL = "the platform says no, without a reason that we know."
