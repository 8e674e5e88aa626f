"""What a merchant asks of whoever comes with its token: the service's answers and questions."""

import re
from typing import Annotated, Literal

from pydantic import StringConstraints

from selfcare import errors
from selfcare.clients import shapes
from selfcare.clients.connection import NAME, Write, read, write
from selfcare.clients.shapes import Code, Currency, Identifier, Minor, Moment, Shape, Text
from selfcare.money import Money

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
Rate = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,12})?$")]


class AccountChoice(shapes.OwnAccount):
    """What it comes to on one of the person's accounts; `rate` where it is exchanged for that.

    `covers` is false where there is too little on it now.
    """

    available_minor: int
    amount_minor: Minor
    fee_minor: Minor = 0
    rate: Rate | None = None
    covers: bool

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def available(self) -> Money:
        return Money(self.available_minor, self.currency)


class Handoff(Shape):
    """What a merchant asks for: `open` to whoever has the token, `yours` once it was taken on.

    Amounts are the merchant's; `as_of` is the time that `expires_at` counts by. `reason` is why
    this person can't take it on, if they can't.
    """

    state: Literal["open", "yours"]
    owner: Identifier
    kind: Code
    merchant: shapes.Merchant
    amount_minor: Minor
    currency: Currency
    merchant_reference: Text | None = None
    remittance_information: Text | None = None
    created_at: Moment
    expires_at: Moment
    as_of: Moment
    return_url: Text | None = None
    reason: Code | None = None
    accounts: tuple[AccountChoice, ...] = ()
    transaction: shapes.Transaction | None = None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_payout(self) -> bool:
        return self.kind == "payout"


def handoff(subject: str, token: str) -> Handoff:
    """What the token leads this person to; errors.NotFound for whatever is over or isn't theirs."""
    _check("handoff", token)
    return read("handoff", Handoff, subject, f"/handoffs/{token}", remember=False)


def create_claim(subject: str, token: str, sent: Write) -> shapes.Done:
    """Makes it this person's; errors.NotFound as above, errors.Rejected where they may not."""
    _check("handoff_claim", token)
    return write("handoff_claim", shapes.Done, subject, f"/handoffs/{token}/claims", sent)


def _check(operation: str, token: str) -> None:
    """Whatever never was a token is asked nobody."""
    if not TOKEN.fullmatch(token):
        raise errors.NotFound(NAME, operation, "no token")
