"""Values that make the sandbox do something on purpose, for what is begun at a merchant."""

from datetime import timedelta
from typing import Literal, NamedTuple


class Magic(NamedTuple):
    """`kind` is amount (in minor units, of any currency), name (a merchant_reference) or account
    (of the customer)."""

    kind: str
    value: str
    does: str


class Errand(NamedTuple):
    """What a test customer does by itself: the decision, and which case it opens how much later."""

    decision: Literal["confirm", "decline"]
    case: str = ""
    later: timedelta = timedelta(0)


# The bank refuses it after the customer agreed, for this reason.
FAILS = {
    11101: ("AC04", "the account is closed"),
    11102: ("AM04", "there is too little on the account"),
    11103: ("AC06", "the account is blocked"),
    11104: ("FRAD", "it looks like fraud"),
    11105: ("MS03", "no reason is given"),
}
# It isn't instant, and takes this long to settle.
SLOW = {11106: timedelta(hours=2), 11107: timedelta(days=2)}
# A test customer takes it on, so soon.
COMES_AFTER = timedelta(seconds=10)
ERRANDS = {
    "magic-pays": Errand("confirm"),
    "magic-declines": Errand("decline"),
    "magic-wants-refund": Errand("confirm", "refund_request", timedelta(hours=1)),
    "magic-disputes": Errand("confirm", "dispute", timedelta(days=1)),
}


def fails_with(amount_minor: int) -> str:
    """The reason code of the refusal that comes, or ""."""
    return FAILS[amount_minor][0] if amount_minor in FAILS else ""


TABLE = (
    *(
        Magic("amount", str(amount), f"The customer agrees, and a bank refuses: {why} ({code}).")
        for amount, (code, why) in FAILS.items()
    ),
    Magic("amount", "11106", "It takes two hours to settle, and can be cancelled meanwhile."),
    Magic("amount", "11107", "It takes two days to settle, and can be cancelled meanwhile."),
    Magic("name", "magic-pays", "A test customer agrees by itself ten seconds later."),
    Magic("name", "magic-declines", "A test customer declines by itself ten seconds later."),
    Magic(
        "name", "magic-wants-refund",
        "A test customer agrees, and an hour later asks you for all of it back.",
    ),
    Magic("name", "magic-disputes", "A test customer agrees, and disputes it a day later."),
    Magic(
        "account", "in another currency",
        "It is exchanged for the customer; you get what you asked for, in your currency.",
    ),
    Magic(
        "account", "with too little on it",
        "Agreeing is refused (insufficient_funds); the payment waits until it lapses.",
    ),
    Magic(
        "account", "of somebody restricted",
        "Taking it on is refused (account_restricted), as with carol@example.com of the demo.",
    ),
)  # fmt: skip
