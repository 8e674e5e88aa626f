"""What completed transactions come to in groups, as asked and as answered; draws nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from selfcare.clients.filters import Filters, LabelSet
from selfcare.clients.shapes import Currency, Moment, Shape, Text
from selfcare.money import Money

Total = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Question:
    """`filters` grouped by month (in `zone`), merchant, or the sets given with their keys."""

    filters: Filters
    group_by: Literal["month", "merchant", "set"]
    zone: str = "UTC"
    limit: int = 50
    sets: Mapping[str, LabelSet] | None = None

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {**self.filters.body(), "group_by": self.group_by}
        told |= {"zone": self.zone, "limit": self.limit}
        if self.sets is not None:
            named = [{"key": key, **one.body()} for key, one in self.sets.items()]
            told["sets_to_group"] = named
        return told


class SummaryRow(Shape):
    """One group in one currency: how many, what came in and what went out."""

    key: Text
    name: Text | None = None
    currency: Currency
    count: Total
    in_minor: Total
    out_minor: Total

    @property
    def money_in(self) -> Money:
        return Money(self.in_minor, self.currency)

    @property
    def money_out(self) -> Money:
        return Money(self.out_minor, self.currency)


class Summary(Shape):
    """The groups, largest first (months in order); `as_of` is the service's clock."""

    data: tuple[SummaryRow, ...]
    as_of: Moment
