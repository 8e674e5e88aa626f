"""Payments and payouts as the sandbox tells them to their merchant."""

from typing import Annotated

from pydantic import Field

from selfcare.clients.shapes import Code, Currency, Identifier, Minor, Moment, Shape, Text
from selfcare.money import Money


class Demand(Shape):
    """`kind` is payment or payout; amounts are in the merchant's currency."""

    id: Identifier
    kind: Code
    status: Code
    reason_code: Text | None
    amount_minor: Minor
    currency: Currency
    refunded_minor: Minor
    merchant_reference: Text | None
    remittance_information: Text | None
    return_url: Text | None
    created_at: Moment
    updated_at: Moment
    completed_at: Moment | None
    expires_at: Moment | None

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def is_payout(self) -> bool:
        return self.kind == "payout"

    @property
    def waits(self) -> bool:
        return self.status == "action_required"


class Page(Shape):
    data: tuple[Demand, ...]
    next_cursor: Text | None


class Customer(Shape):
    """The test person who took it on; `transaction_id` is theirs."""

    name: Text
    email: Text
    transaction_id: Identifier


class Line(Shape):
    at: Moment
    name: Code
    by: Code


class Refund(Shape):
    id: Identifier
    status: Code
    amount_minor: Minor
    currency: Currency
    created_at: Moment

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class LinkedCase(Shape):
    id: Identifier
    kind: Code
    state: Code
    waiting_for: Code | None
    amount_minor: Minor | None
    currency: Currency
    respond_by: Moment | None

    @property
    def money(self) -> Money | None:
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


class Whole(Demand):
    """`next` are the states to which it can be forced; `handoff_url` as long as it is open."""

    handoff_url: Text | None
    customer: Customer | None
    timeline: tuple[Line, ...]
    refunds: tuple[Refund, ...]
    cases: tuple[LinkedCase, ...]
    next: Annotated[tuple[Code, ...], Field(max_length=20)]
    test_customer: Text | None = None
