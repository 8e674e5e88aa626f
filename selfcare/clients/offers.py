"""What the transaction service offers for doing the same again, checked as it comes in."""

from selfcare.clients.shapes import (
    Code,
    Currency,
    Identifier,
    Minor,
    Moment,
    Shape,
    Text,
    TransactionId,
)
from selfcare.money import Money


class PayeeCheck(Shape):
    """Who is paid, and whether their bank knows the account by that name.

    `check` is match, close_match, no_match, closed or unavailable; `name_found` what the bank
    says instead, where it tells.
    """

    name: Text
    iban: Text | None = None
    check: Code
    name_found: Text | None = None

    @property
    def tail(self) -> str:
        return (self.iban or "")[-4:]


class RepeatOffer(Shape):
    """The same again, as it would be now; `reason` says why not where it isn't allowed."""

    id: Identifier
    transaction_id: TransactionId
    allowed: bool
    reason: Code | None = None
    payee: PayeeCheck
    amount_minor: Minor
    currency: Currency
    fee_minor: Minor = 0
    available_minor: int
    daily_limit_minor: Minor
    left_today_minor: int
    expires_at: Moment

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def amount(self) -> Money:
        return self.money(self.amount_minor)

    @property
    def fee(self) -> Money:
        return self.money(self.fee_minor)

    @property
    def leaves_account(self) -> Money:
        return self.amount + self.fee

    @property
    def available(self) -> Money:
        return self.money(self.available_minor)

    @property
    def stays(self) -> Money:
        """What could be spent afterwards; below zero where there isn't enough."""
        return self.available - self.leaves_account

    @property
    def left_today(self) -> Money:
        return self.money(self.left_today_minor)

    @property
    def daily_limit(self) -> Money:
        return self.money(self.daily_limit_minor)

    @property
    def is_within_funds(self) -> bool:
        return self.stays.amount_minor >= 0

    @property
    def is_within_limit(self) -> bool:
        return self.amount_minor <= self.left_today_minor
