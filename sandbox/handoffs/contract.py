"""The shapes of a hand-off as its customer's side sees it, for the service's OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from sandbox.transactions.bodies import Body
from sandbox.transactions.contract import (
    Currency,
    Merchant,
    Minor,
    OwnAccount,
    Shape,
    TransactionDetail,
)


class Claim(Body):
    """Nothing: the address says all."""


class AccountChoice(OwnAccount):
    """What it comes to on one of the person's accounts; `rate` is null where nothing is exchanged.

    `covers` is false where there is too little on it for a payment now.
    """

    available_minor: int
    amount_minor: Annotated[int, Field(ge=1)]
    fee_minor: Minor
    rate: str | None
    covers: bool


class Handoff(Shape):
    """What a merchant asks for: `open` to whoever has the token, or `yours` from then on.

    `owner` is the person who looks. Amounts are the merchant's; `as_of` is the merchant's time, by
    which `expires_at` counts. `reason` is why this person can't take it on, if they can't.
    """

    state: Literal["open", "yours"]
    owner: str
    kind: Literal["payment", "payout"]
    merchant: Merchant
    amount_minor: Annotated[int, Field(ge=1)]
    currency: Currency
    merchant_reference: str | None
    remittance_information: str | None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    as_of: AwareDatetime
    return_url: str | None
    reason: Literal["account_restricted", "no_account"] | None
    accounts: list[AccountChoice]
    transaction: TransactionDetail | None


class HandoffClaimed(Shape):
    id: Annotated[str, Field(pattern=r"^hcl_[0-9a-f]{32}$")]
    transaction: TransactionDetail


HANDOFF = "/v1/users/{sub}/handoffs/{token}"
OPERATIONS = (
    (HANDOFF, "get", "handoff", "What a merchant asks for", Handoff),
    (f"{HANDOFF}/claims", "post", "handoff_claim", "Take it on", HandoffClaimed, Claim),
)
PATH: dict[str, dict[str, Any]] = {
    "token": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
}
