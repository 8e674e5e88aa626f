"""The shapes that the merchant API takes and answers with, for it and its OpenAPI document."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sandbox.transactions.bodies import MOST, Body, Currency, Text
from sandbox.transactions.contract import Minor, ReasonCode, Shape, Status

PaymentId = Annotated[str, Field(pattern=r"^pay_[0-9a-f]{32}$")]
PayoutId = Annotated[str, Field(pattern=r"^out_[0-9a-f]{32}$")]
RequestId = Annotated[str, Field(pattern=r"^req_[0-9a-f]{32}$")]
KeyId = Annotated[str, Field(pattern=r"^key_(test|live)_[0-9a-f]{32}$")]
Step = Literal[
    "rate",
    "target",
    "headers",
    "components",
    "parameters",
    "key",
    "time",
    "algorithm",
    "digest",
    "signature",
    "nonce",
    "scope",
]


class Balance(Shape):
    """What one account holds; `reserved_minor` is under way to somebody."""

    currency: Currency
    balance_minor: int
    available_minor: int
    reserved_minor: Minor


class Balances(Shape):
    data: list[Balance]
    as_of: AwareDatetime


class NewPayment(Body):
    """Money asked for of a customer, whom the hand-off will make known."""

    amount_minor: Annotated[int, Field(ge=1, le=MOST)]
    currency: Currency
    return_url: Annotated[
        Text, Field(max_length=500, description="One that you registered, as you registered it")
    ]
    merchant_reference: Annotated[Text, Field(min_length=1, max_length=80)] | None = None
    remittance_information: Annotated[Text, Field(min_length=1, max_length=140)] | None = None
    expires_in_seconds: Annotated[int, Field(ge=60, le=7 * 86_400)] = 3600


class NewPayout(NewPayment):
    """Money for a customer, who chooses at the hand-off which account it goes to."""


class Cancellation(Body):
    """Why, for the customer's timeline if they have it already."""

    note: Annotated[Text, Field(min_length=1, max_length=140)] | None = None


class Payment(Shape):
    """Amounts in the merchant's currency. It waits in `action_required` until `expires_at`."""

    id: PaymentId
    status: Status
    reason_code: ReasonCode | None
    amount_minor: Annotated[int, Field(ge=1)]
    currency: Currency
    refunded_minor: Minor
    merchant_reference: str | None
    remittance_information: str | None
    return_url: str | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    completed_at: AwareDatetime | None
    expires_at: AwareDatetime | None


class PaymentCreated(Payment):
    """With where to send the customer; only who asked for the payment is told."""

    handoff_url: str


class PaymentPage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Payment]
    next_cursor: str | None
    as_of: AwareDatetime


class Payout(Shape):
    """Amounts in the merchant's currency. It waits in `action_required` until `expires_at`."""

    id: PayoutId
    status: Status
    reason_code: ReasonCode | None
    amount_minor: Annotated[int, Field(ge=1)]
    currency: Currency
    merchant_reference: str | None
    remittance_information: str | None
    return_url: str | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    completed_at: AwareDatetime | None
    expires_at: AwareDatetime | None


class PayoutCreated(Payout):
    """With where to send the customer; only who asked for the payout is told."""

    handoff_url: str


class PayoutPage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Payout]
    next_cursor: str | None
    as_of: AwareDatetime


class LoggedRequest(Shape):
    """One of your requests. `step` is where it was refused; `times` counts those too many."""

    id: RequestId
    at: AwareDatetime
    key: KeyId
    method: str
    target: str
    status: int
    latency_ms: Minor
    idempotency_key: str | None
    verdict: Literal["verified", "bearer", "refused"]
    step: Step | None
    code: str | None
    times: Annotated[int, Field(ge=1)]


class RequestPage(Shape):
    data: list[LoggedRequest]
    next_cursor: str | None
    as_of: AwareDatetime


class SentRequest(Shape):
    headers: dict[str, str]
    body: str


class GivenResponse(Shape):
    body: str


class StepTaken(BaseModel):
    """What was looked at; a failed step says what was expected and what came."""

    model_config = ConfigDict(extra="forbid")

    step: Step
    result: Literal["passed", "failed", "not_reached"]
    detail: str = ""
    expected: str = ""
    received: str = ""


class ExplainedRequest(LoggedRequest):
    """How its sender was examined, in order. Secrets are struck out."""

    request: SentRequest
    response: GivenResponse
    steps: list[StepTaken]
    signature_base: Annotated[str, Field(description="As we computed it (RFC 9421, section 2.5)")]
    hint: Annotated[str, Field(description="The slip that explains the signature, if any does")]


class Refusal(BaseModel):
    """RFC 9457. `step` and `explained_at` where the sender wasn't let in."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    request_id: RequestId
    step: Annotated[Step, Field(description="Where it was refused")] | None = None
    explained_at: Annotated[str, Field(description="Why, for the same merchant")] | None = None
