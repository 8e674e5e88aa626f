"""A transaction as the story tells it, before it has ids or rows; no database here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.seeds.shops import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that happened in a case: `step` as in its timeline (`case.…`)."""

    at: datetime
    step: str
    by: str
    text: str = ""
    file: str = ""
    amount_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """A case on a transaction, from its opening to where it stands."""

    kind: str
    at: datetime
    reason: str
    message: str
    amount_minor: int | None
    turns: list[Turn] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Plan:
    """One transaction of `owner` (a key of the cast); the other side is a shop, a member of the
    cast or a bank's customer outside. Amounts are positive minor units."""

    owner: str
    at: datetime
    kind: str
    direction: str
    currency: str
    amount_minor: int
    status: str = "completed"
    shop: Shop | None = None
    friend: str = ""
    name: str = ""
    iban: str = ""
    fee_minor: int = 0
    original_minor: int | None = None
    original_currency: str = ""
    rate: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    remittance: str = ""
    instant: bool = True
    reason_code: str = ""
    fails_with: str = ""
    settles_after: timedelta = timedelta(seconds=4)
    asks: bool = False
    scheduled_for: datetime | None = None
    expires_at: datetime | None = None
    cut_off_at: datetime | None = None
    due_at: datetime | None = None
    refund_of: "Plan | None" = None
    refunded_minor: int = 0
    tale: Tale | None = None
    refunds: list["Plan"] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Whether money has moved for good."""
        return self.status == "completed"

    @property
    def total_minor(self) -> int:
        """What leaves or reaches the account, with the fee."""
        if self.direction == "out":
            return self.amount_minor + self.fee_minor
        return self.amount_minor - self.fee_minor

    @property
    def settled_at(self) -> datetime:
        return self.at + self.settles_after
