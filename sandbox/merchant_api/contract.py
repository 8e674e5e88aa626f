"""The shapes that the merchant API takes and answers with, for it and its OpenAPI document."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from sandbox.transactions.bodies import MOST, Body, Currency, Text
from sandbox.transactions.contract import Minor, ReasonCode, Shape, Status

PaymentId = Annotated[str, Field(pattern=r"^pay_[0-9a-f]{32}$")]
PayoutId = Annotated[str, Field(pattern=r"^out_[0-9a-f]{32}$")]
RefundId = Annotated[str, Field(pattern=r"^ref_[0-9a-f]{32}$")]
CaseId = Annotated[str, Field(pattern=r"^(rfr|dsp|inq)_[0-9a-f]{32}$")]
Amount = Annotated[int, Field(ge=1, le=MOST)]
Side = Literal["customer", "merchant", "platform", "bank"]
CaseState = Literal[
    "open", "needs_user", "under_review", "accepted", "partly_accepted", "declined", "lapsed",
    "withdrawn", "answered", "closed",
]  # fmt: skip
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


class NewRefund(Body):
    """In the payment's currency as you asked for it; never more in all than was paid."""

    amount_minor: Amount
    currency: Currency
    note: Annotated[Text, Field(min_length=1, max_length=140)] | None = None


class Refund(Shape):
    """Money that went back to a customer, by whatever way it was asked for."""

    id: RefundId
    payment_id: PaymentId | None
    status: Status
    amount_minor: Minor
    currency: Currency
    created_at: AwareDatetime
    completed_at: AwareDatetime | None


class RefundPage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Refund]
    next_cursor: str | None
    as_of: AwareDatetime


class Answer(Body):
    """Without an amount, yes is yes to all that was asked for."""

    amount_minor: Amount | None = None
    currency: Currency | None = None
    message: Annotated[Text, Field(min_length=1, max_length=2000)] | None = None

    @model_validator(mode="after")
    def amounts_have_their_currency(self) -> Self:
        if (self.amount_minor is None) != (self.currency is None):
            raise ValueError("amount_minor and currency belong together")
        if self.amount_minor is not None and getattr(self, "answer", "") != "accept":
            raise ValueError("an amount belongs to a yes")
        return self


class RefundRequestAnswer(Answer):
    answer: Literal["accept", "decline"]


class DisputeAnswer(Answer):
    answer: Literal["accept", "contest"]


class NewMessage(Body):
    text: Annotated[Text, Field(min_length=1, max_length=2000)]


class Case(Shape):
    """A customer wants money back, disputes a payment or asks. Amounts in your currency."""

    id: CaseId
    kind: Literal["refund_request", "dispute", "inquiry"]
    payment_id: PaymentId
    state: CaseState
    waiting_for: Side | None
    reason: str | None
    amount_minor: Minor | None
    currency: Currency
    granted_minor: Minor
    respond_by: AwareDatetime | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class CasePage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Case]
    next_cursor: str | None
    as_of: AwareDatetime


class CaseLine(Shape):
    at: AwareDatetime
    name: str
    by: Side
    note: str | None
    amount_minor: Minor | None


class CaseMessage(Shape):
    id: Annotated[str, Field(pattern=r"^msg_[0-9a-f]{32}$")]
    at: AwareDatetime
    by: Side
    text: str


class CaseFile(Shape):
    sha256: str
    name: str
    media_type: str
    size: Minor
    added_at: AwareDatetime
    by: Side


class WholeCase(Case):
    """With all that was said, done and shown; `message` is what the customer began with."""

    message: str | None
    escalated_from: str | None
    timeline: list[CaseLine]
    messages: list[CaseMessage]
    evidence: list[CaseFile]


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
