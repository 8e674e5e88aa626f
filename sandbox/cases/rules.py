"""Windows, deadlines, reasons and lives of putting right, as data; no code that uses it."""

from datetime import timedelta
from typing import NamedTuple

# Repeating and undoing.
OFFER_HOLDS = timedelta(minutes=10)
DAILY_LIMITS = {"EUR": 500_000, "GBP": 450_000, "USD": 500_000, "CZK": 12_500_000}
DAILY_LIMIT = 500_000

# Turns of a case after its first one.
EVIDENCE_WITHIN = timedelta(days=10)
REVIEW_WITHIN = timedelta(days=20)
ESCALATE_WITHIN = timedelta(days=20)
ANSWERED_CLOSES_AFTER = timedelta(days=14)

LARGEST_EVIDENCE = 10 * 1024 * 1024
MOST_EVIDENCE = 20
MEDIA_TYPES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}


class Rule(NamedTuple):
    """One kind of case: `open_within` counts from the payment's completion, None is always."""

    prefix: str
    name: str
    reasons: tuple[str, ...]
    open_within: timedelta | None
    first_state: str
    waits_for: str
    answer_within: timedelta
    when_silent: str
    takes_money: bool = True


RULES = {
    "refund_request": Rule(
        "rfr", "Refund request",
        ("not_received", "not_as_described", "duplicate", "wrong_amount", "changed_mind", "other"),
        timedelta(days=180), "open", "merchant", timedelta(days=10), "lapsed",
    ),
    "dispute": Rule(
        "dsp", "Dispute", ("not_received", "not_as_described", "duplicate", "wrong_amount"),
        timedelta(days=180), "open", "merchant", timedelta(days=10), "under_review",
    ),
    "fraud_report": Rule(
        "frd", "Fraud report", ("not_me", "tricked", "coerced"),
        timedelta(days=80), "under_review", "platform", timedelta(days=7), "ruled",
    ),
    # Ten days on which banks work are two weeks.
    "recall": Rule(
        "rcl", "Recall", ("wrong_payee", "wrong_amount", "duplicate", "tricked"),
        timedelta(days=14), "open", "bank", timedelta(days=14), "lapsed",
    ),
    "inquiry": Rule(
        "inq", "Question", (), None, "open", "merchant", timedelta(days=14), "closed",
        takes_money=False,
    ),
}  # fmt: skip
KIND_OF = {rule.prefix: kind for kind, rule in RULES.items()}

# Which states follow which; a state that leads nowhere is the end.
GRANTED = ("accepted", "partly_accepted")
ENDINGS = ("withdrawn", "closed")
LIVES: dict[str, dict[str, tuple[str, ...]]] = {
    "refund_request": {"open": (*GRANTED, "declined", "lapsed", *ENDINGS)},
    "dispute": {
        "open": (*GRANTED, "needs_user", "under_review", *ENDINGS),
        "needs_user": ("under_review", *ENDINGS),
        "under_review": (*GRANTED, "declined", *ENDINGS),
    },
    "fraud_report": {"under_review": ("accepted", "declined", *ENDINGS)},
    "recall": {"open": ("accepted", "declined", "lapsed", *ENDINGS)},
    "inquiry": {"open": ("answered", *ENDINGS), "answered": ("open", *ENDINGS)},
}
OPEN_STATES = ("open", "needs_user", "under_review", "answered")
ESCALATABLE = ("partly_accepted", "declined", "lapsed")
# What the timeline calls the step into a state, where it isn't the state's own name; "" where
# the message that led to it says enough.
STEP_NAMES = {"needs_user": "contested", "open": ""}
