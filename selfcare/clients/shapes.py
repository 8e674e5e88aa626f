"""What the transaction service answers, checked as it comes in, with the rules about it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from selfcare.money import Money

Text = Annotated[str, StringConstraints(max_length=4000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
# As an address of ours takes it (selfcare.web.converters).
TransactionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Minor = Annotated[int, Field(ge=0, le=2**63 - 1)]

FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


def _within_reach(moment: datetime) -> datetime:
    """The ends of time stand for always and never; a day of room lets each zone show them."""
    return min(max(moment, FIRST), LAST)


Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]

FINAL = frozenset({"completed", "failed", "cancelled", "expired"})
VOID = frozenset({"failed", "cancelled", "expired"})
STATUSES = ("created", "action_required", "scheduled", "processing", *sorted(FINAL))
KINDS = ("payment", "payout", "deposit", "withdrawal", "transfer", "refund")


class Shape(BaseModel):
    """Fields that we use are checked strictly, others are ignored, nothing is changed later."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Account(Shape):
    """A person's money in one currency; `available` is the balance less what is reserved."""

    id: Identifier
    owner: Identifier
    name: Text
    currency: Currency
    iban: Text | None = None
    balance_minor: int
    available_minor: int
    reserved_minor: int

    @property
    def balance(self) -> Money:
        return Money(self.balance_minor, self.currency)

    @property
    def available(self) -> Money:
        return Money(self.available_minor, self.currency)

    @property
    def reserved(self) -> Money:
        return Money(self.reserved_minor, self.currency)

    @property
    def tail(self) -> str:
        return (self.iban or "")[-4:]


class OwnAccount(Shape):
    """The account of ours that a transaction touches."""

    id: Identifier
    name: Text
    currency: Currency
    iban: Text | None = None

    @property
    def tail(self) -> str:
        return (self.iban or "")[-4:]


class Counterparty(Shape):
    kind: Code
    name: Text
    iban: Text | None = None

    @property
    def tail(self) -> str:
        return (self.iban or "")[-4:]


class Merchant(Shape):
    id: Identifier
    name: Text
    legal_name: Text | None = None
    website: Text | None = None
    support_email: Text | None = None
    support_phone: Text | None = None


class References(Shape):
    end_to_end_id: Text | None = None
    merchant_reference: Text | None = None
    remittance_information: Text | None = None


class OriginalAmount(Shape):
    amount_minor: Minor
    currency: Currency
    rate: Text | None = None

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class RefundRequest(Shape):
    id: Identifier
    state: Code
    amount_minor: Minor
    currency: Currency
    reason: Code
    message: Text | None = None
    created_at: Moment
    respond_by: Moment | None = None

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class AllowedAction(Shape):
    """`action` is allowed until `until`, or refused for `reason`; the service decides, not we."""

    action: Code
    allowed: bool
    until: Moment | None = None
    reason: Code | None = None
    max_amount_minor: Minor | None = None


class Actor(Shape):
    kind: Code
    name: Text | None = None


class TimelineEvent(Shape):
    at: Moment
    name: Code
    actor: Actor
    status: Code | None = None
    reason_code: Code | None = None
    note: Text | None = None


class Linked(Shape):
    id: TransactionId
    relation: Code
    kind: Code
    direction: Literal["in", "out"]
    status: Code
    amount_minor: Minor
    currency: Currency
    created_at: Moment
    counterparty_name: Text | None = None

    @property
    def signed(self) -> Money:
        return Money(
            self.amount_minor if self.direction == "in" else -self.amount_minor, self.currency
        )

    @property
    def line(self) -> str:
        return finality(self.status)


class CaseBrief(Shape):
    """A case about a transaction, as its page tells of it; the case itself tells the rest."""

    id: Identifier
    kind: Code
    state: Code
    waiting_for: Code | None = None
    amount_minor: Minor | None = None
    currency: Currency | None = None
    respond_by: Moment | None = None
    created_at: Moment

    @property
    def is_open(self) -> bool:
        return self.waiting_for is not None

    @property
    def money(self) -> Money | None:
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)


class WayBack(Shape):
    """Of what was begun at a merchant: the token of its hand-off, and where its person goes back.

    The address is one that the merchant registered, with the id of what it was about.
    """

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    return_url: Text | None = None


class Transaction(Shape):
    """One transaction as its owner sees it; amounts are positive, `direction` gives the sign."""

    id: TransactionId
    owner: Identifier
    version: int
    kind: Code
    direction: Literal["in", "out"]
    status: Code
    reason_code: Code | None = None
    amount_minor: Minor
    currency: Currency
    fee_minor: Minor = 0
    original_amount: OriginalAmount | None = None
    created_at: Moment
    updated_at: Moment
    completed_at: Moment | None = None
    scheduled_for: Moment | None = None
    expires_at: Moment | None = None
    account: OwnAccount
    counterparty: Counterparty
    merchant: Merchant | None = None
    references: References = References()
    refunded_minor: Minor = 0
    refund_request: RefundRequest | None = None
    allowed_actions: tuple[AllowedAction, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    linked: tuple[Linked, ...] = ()
    cases: tuple[CaseBrief, ...] = ()
    handoff: WayBack | None = None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def signed(self) -> Money:
        return self.amount if self.direction == "in" else -self.amount

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def leaves_account(self) -> Money:
        """What an outgoing transaction takes from the account: amount and fee."""
        return self.amount + self.fee

    @property
    def net(self) -> Money:
        """What it comes to for the person: amount, fee and what has come back."""
        return self.signed - self.fee + self.refunded

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_known_status(self) -> bool:
        return self.status in STATUSES

    @property
    def waits_for_person(self) -> bool:
        return self.status == "action_required"

    @property
    def line(self) -> str:
        """How final it is, in the look's code: final, open, void or unknown."""
        return finality(self.status)

    def action(self, name: str) -> AllowedAction | None:
        """What the service says of `name`; None if it says nothing of it."""
        return next((a for a in self.allowed_actions if a.action == name), None)

    def may(self, name: str) -> bool:
        action = self.action(name)
        return action is not None and action.allowed

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be called back at once; None where the service doesn't let it be."""
        action = self.action("undo")
        return action.until if action and action.allowed else None

    @property
    def refundable(self) -> Money:
        action = self.action("request_refund")
        left = action.max_amount_minor if action and action.max_amount_minor is not None else 0
        return Money(left, self.currency)


class TransactionPage(Shape):
    """One page of a list; `next_cursor` is None at its end; `as_of` is the service's clock."""

    data: tuple[Transaction, ...]
    next_cursor: Text | None = None
    as_of: Moment


class Accounts(Shape):
    data: tuple[Account, ...]
    as_of: Moment


class Done(Shape):
    """The answer to a write: what was made, and the transaction as it is now."""

    id: Identifier
    transaction: Transaction

    @property
    def owned(self) -> tuple[Shape, ...]:
        """All in it that belongs to somebody."""
        return (self.transaction,)


class Outcome(Shape):
    """What became of a write, asked by its idempotency key; `status` is the HTTP status stored."""

    idempotency_key: Text
    state: Literal["done", "in_progress"]
    status: int | None = None
    body: dict[str, object] | None = None
    completed_at: Moment | None = None


def finality(status: str) -> str:
    """final, open, void or unknown: which line the look draws under an amount."""
    if status == "completed":
        return "final"
    if status in VOID:
        return "void"
    return "open" if status in STATUSES else "unknown"


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds and `Z`, as it goes on the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
