"""Values that make the sandbox do something on purpose, for what is begun at a merchant."""

from datetime import timedelta
from typing import NamedTuple


class Magic(NamedTuple):
    """`kind` is amount (in minor units, of any currency), name or account."""

    kind: str
    value: str
    does: str


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

TABLE = (
    *(
        Magic("amount", str(amount), f"The customer agrees, and a bank refuses: {why} ({code}).")
        for amount, (code, why) in FAILS.items()
    ),
    *(
        Magic("amount", str(amount), f"It takes {takes} to settle, and can be cancelled meanwhile.")
        for amount, takes in ((11106, "two hours"), (11107, "two days"))
    ),
)
