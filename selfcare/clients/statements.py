"""What an account came to in a stretch of time, from the transaction service."""

from datetime import datetime

from selfcare import errors
from selfcare.clients import shapes
from selfcare.clients.connection import NAME, parsed, service
from selfcare.clients.shapes import Identifier, Minor, Moment, Shape, Text
from selfcare.money import Money


class StatementAccount(Shape):
    """The account as the statement names it."""

    id: Identifier
    owner: Identifier | None = None
    name: Text
    currency: shapes.Currency
    iban: Text | None = None


class OtherEntry(Shape):
    """What moved money without being a transaction, such as the balance that was brought in."""

    at: Moment
    name: Text
    amount_minor: int


class Statement(Shape):
    """By booking time: `opening + in − out − fees + others = closing`, or something is wrong."""

    account: StatementAccount
    opening_minor: int
    closing_minor: int
    count: Minor
    in_minor: Minor
    out_minor: Minor
    fees_minor: int
    other: tuple[OtherEntry, ...] = ()

    def money(self, minor: int) -> Money:
        return Money(minor, self.account.currency)

    @property
    def opening(self) -> Money:
        return self.money(self.opening_minor)

    @property
    def closing(self) -> Money:
        return self.money(self.closing_minor)

    @property
    def moved_in(self) -> Money:
        return self.money(self.in_minor)

    @property
    def moved_out(self) -> Money:
        return self.money(-self.out_minor)

    @property
    def fees(self) -> Money:
        return self.money(-self.fees_minor)

    @property
    def others(self) -> Money:
        return self.money(sum(one.amount_minor for one in self.other))

    @property
    def expected_closing(self) -> Money:
        """What the parts add up to."""
        return self.opening + self.moved_in + self.moved_out + self.fees + self.others

    @property
    def adds_up(self) -> bool:
        return self.expected_closing == self.closing


def statement(subject: str, account_id: str, begin: datetime, end: datetime) -> Statement:
    """From `begin` (inclusive) to `end` (exclusive), UTC; errors.NotFound for another's account."""
    params = [("from", shapes.rfc3339(begin)), ("until", shapes.rfc3339(end))]
    path = f"/v1/users/{subject}/accounts/{account_id}/statement"
    reply = service.read("statement", path, params=params)
    told = parsed("statement", Statement, reply.body)
    if told.account.id != account_id or told.account.owner not in {None, subject}:
        raise errors.BadReply(NAME, "statement", "another account than asked for")
    return told
