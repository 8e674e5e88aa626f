"""The shapes that the service answers with, for its OpenAPI document and the tests that hold it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Minor = Annotated[int, Field(ge=0)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Kind = Literal["payment", "payout", "deposit", "withdrawal", "transfer", "refund"]
Direction = Literal["in", "out"]
Status = Literal[
    "created",
    "action_required",
    "scheduled",
    "processing",
    "completed",
    "failed",
    "cancelled",
    "expired",
]
Reason = Literal[
    "already_final",
    "already_sent",
    "not_waiting_for_you",
    "deadline_passed",
    "account_restricted",
    "already_refunded",
    "refund_request_open",
    "not_a_payment",
    "not_completed",
    "recipient_decides",
    "already_cancelled",
    "failed",
    "expired",
    "undo_window_over",
    "not_confirmed_by_you",
    "dispute_open",
    "case_open",
    "not_recallable",
    "no_merchant",
]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
ReasonCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{4}$", description="ISO 20022")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OwnAccount(Shape):
    id: str
    name: str
    currency: Currency
    iban: str | None


class Account(OwnAccount):
    owner: str
    balance_minor: int
    available_minor: int
    reserved_minor: Minor


class Accounts(Shape):
    data: list[Account]
    as_of: AwareDatetime


class OriginalAmount(Shape):
    amount_minor: Minor
    currency: Currency
    rate: str


class Counterparty(Shape):
    kind: Literal["merchant", "person", "bank"]
    name: str
    iban: str | None


class Merchant(Shape):
    id: str
    name: str
    legal_name: str
    website: str | None
    support_email: str | None
    support_phone: str | None


class References(Shape):
    end_to_end_id: str | None
    merchant_reference: str | None
    remittance_information: str | None


class RefundRequest(Shape):
    id: str
    state: Literal[
        "open", "accepted", "partly_accepted", "declined", "lapsed", "withdrawn", "closed"
    ]
    amount_minor: Minor
    currency: Currency
    reason: str
    message: str | None
    created_at: AwareDatetime
    respond_by: Annotated[AwareDatetime | None, Field(description="While it is open")]


class AllowedAction(Shape):
    action: Literal[
        "cancel",
        "confirm",
        "decline",
        "undo",
        "withdraw_confirmation",
        "request_refund",
        "dispute",
        "report_fraud",
        "recall",
        "ask_merchant",
        "repeat",
    ]
    allowed: bool
    until: AwareDatetime | None
    reason: Reason | None
    max_amount_minor: Minor | None


class StreamedTransaction(Shape):
    """A line of the stream: a transaction without what only its page needs."""

    id: Annotated[str, Field(pattern=r"^txn_[0-9a-f]{32}$")]
    owner: str
    version: Annotated[int, Field(ge=1)]
    kind: Kind
    direction: Direction
    status: Status
    reason_code: ReasonCode | None
    amount_minor: Annotated[int, Field(ge=1)]
    currency: Currency
    fee_minor: Minor
    original_amount: OriginalAmount | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    completed_at: AwareDatetime | None
    scheduled_for: AwareDatetime | None
    expires_at: AwareDatetime | None
    account: OwnAccount
    counterparty: Counterparty
    merchant: Merchant | None
    references: References
    refunded_minor: Minor


class Transaction(StreamedTransaction):
    """Amounts are positive magnitudes in minor units; `direction` gives the sign."""

    refund_request: RefundRequest | None
    allowed_actions: list[AllowedAction]


class Actor(Shape):
    kind: Literal["user", "merchant", "platform", "bank"]
    name: str | None


class TimelineEvent(Shape):
    at: AwareDatetime
    name: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    actor: Actor
    status: Status | None
    reason_code: ReasonCode | None
    note: str | None


class Linked(Shape):
    id: str
    relation: Literal["refund", "refund_of"]
    kind: Kind
    direction: Direction
    status: Status
    amount_minor: Minor
    currency: Currency
    created_at: AwareDatetime
    counterparty_name: str


CaseKind = Literal["refund_request", "dispute", "fraud_report", "recall", "inquiry"]
CaseState = Literal[
    "open",
    "needs_user",
    "under_review",
    "accepted",
    "partly_accepted",
    "declined",
    "lapsed",
    "withdrawn",
    "answered",
    "closed",
]
CaseId = Annotated[str, Field(pattern=r"^(rfr|dsp|frd|rcl|inq)_[0-9a-f]{32}$")]
WaitingFor = Literal["user", "merchant", "platform", "bank"]


class CaseInShort(Shape):
    """One of a transaction's cases; the rest is at `/cases/{case_id}`."""

    id: CaseId
    kind: CaseKind
    state: CaseState
    waiting_for: WaitingFor | None
    amount_minor: Minor | None
    currency: Currency
    respond_by: AwareDatetime | None
    created_at: AwareDatetime


class WayBack(Shape):
    """Of what was begun at a merchant: its hand-off, and where its person goes back to.

    The address says which payment or payout it was and never how it ended. It is null where the
    merchant has taken it off its list.
    """

    token: Token
    return_url: str | None


class TransactionDetail(Transaction):
    timeline: list[TimelineEvent]
    linked: list[Linked]
    cases: list[CaseInShort]
    handoff: WayBack | None


class TransactionPage(Shape):
    """`next_cursor` is null on the last page."""

    data: list[Transaction]
    next_cursor: str | None
    as_of: AwareDatetime


class CancellationDone(Shape):
    id: str
    transaction: TransactionDetail


class ConfirmationDone(Shape):
    id: str
    decision: Literal["confirm", "decline"]
    transaction: TransactionDetail


class TakenBack(Shape):
    """A confirmation undone or withdrawn: it waits again, or is cancelled."""

    id: str
    transaction: TransactionDetail


class PayeeCheck(Shape):
    """What the payee's bank says now of name and account."""

    name: str
    iban: str | None
    check: Literal["match", "close_match", "no_match", "closed", "unavailable"]
    name_found: str | None


class RepeatOffer(Shape):
    """A fresh look at payee and limits; `id` holds until `expires_at` for just this amount."""

    id: str
    transaction_id: str
    allowed: bool
    reason: Reason | Literal["payee_closed", "limit_exceeded", "insufficient_funds"] | None
    payee: PayeeCheck
    amount_minor: Annotated[int, Field(ge=1)]
    currency: Currency
    fee_minor: Minor
    available_minor: int
    daily_limit_minor: Minor
    left_today_minor: Minor
    expires_at: AwareDatetime


class RepetitionDone(Shape):
    """`transaction` is the new one."""

    id: str
    transaction: TransactionDetail


class Outcome(Shape):
    """Once the write's deadline and two seconds have passed, 404 is final: it never will happen."""

    idempotency_key: str
    operation: Literal[
        "cancel",
        "confirm",
        "undo",
        "withdraw_confirmation",
        "repeat",
        "refund_request",
        "dispute",
        "fraud_report",
        "recall",
        "inquiry",
        "case_message",
        "case_withdrawal",
        "case_escalation",
        "handoff_claim",
    ]
    state: Literal["done", "in_progress"]
    status: int | None
    body: dict[str, object] | None
    completed_at: AwareDatetime | None


class Problem(BaseModel):
    """RFC 9457; further members depend on `code`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    request_id: str
