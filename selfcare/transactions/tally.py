"""What is shown, added up: by currency, what is settled apart from the rest; it calls nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.shapes import finality
from selfcare.clients.totals import Totals, TotalsRow
from selfcare.money import Money
from selfcare.transactions.forms import STATUS_GROUPS
from selfcare.web import formats

# In this order on the page; the words say what the look's lines show.
STATES = {
    "final": noop("Settled"),
    "open": noop("Not settled yet"),
    "void": noop("Did not happen"),
    "unknown": noop("State not known"),
}


@dataclass(slots=True)
class Sum:
    """Magnitudes in one currency and one state of finality."""

    state: str
    currency: str
    count: int = 0
    in_minor: int = 0
    out_minor: int = 0
    fee_minor: int = 0

    def add(self, row: TotalsRow) -> None:
        self.count += row.count
        self.in_minor += row.in_minor
        self.out_minor += row.out_minor
        self.fee_minor += row.fee_minor

    @property
    def line(self) -> str:
        """How the look draws the sum's amounts; a sum of final ones in a table has no rule."""
        return "" if self.state == "final" else self.state

    @property
    def words(self) -> str:
        return _(STATES[self.state])

    @property
    def count_words(self) -> str:
        return formats.number(self.count)

    @property
    def money_in(self) -> Money:
        return Money(self.in_minor, self.currency)

    @property
    def money_out(self) -> Money:
        return Money(-self.out_minor, self.currency)

    @property
    def fees(self) -> Money:
        return Money(-self.fee_minor, self.currency)

    @property
    def net(self) -> Money:
        return self.money_in + self.money_out + self.fees


@dataclass(slots=True)
class Tally:
    """`sums` of what is shown, settled first; `counts` of each tab, `""` for all of them."""

    sums: list[Sum] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    shown: int = 0

    @property
    def shown_words(self) -> str:
        return formats.number(self.shown)

    @property
    def settled(self) -> list[Sum]:
        return [one for one in self.sums if one.state == "final"]

    @property
    def others(self) -> list[Sum]:
        return [one for one in self.sums if one.state != "final"]


def add_up(totals: Totals, statuses: Iterable[str]) -> Tally:
    """From totals of every status: the sums of those that are shown, the counts of every tab."""
    wanted = set(statuses)
    counts: dict[str, Any] = dict.fromkeys(("", *STATUS_GROUPS), 0)
    for row in totals.data:
        counts[""] += row.count
        for name, members in STATUS_GROUPS.items():
            counts[name] += row.count if row.status in members else 0
    shown = [row for row in totals.data if not wanted or row.status in wanted]
    return Tally(sums_of(shown), counts, sum(row.count for row in shown))


def sums_of(rows: Iterable[TotalsRow]) -> list[Sum]:
    """By state and currency, settled first: money that never moved is in no sum of what did."""
    sums: dict[tuple[str, str], Sum] = {}
    for row in rows:
        key = (finality(row.status), row.currency)
        sums.setdefault(key, Sum(*key)).add(row)
    order = list(STATES)
    return sorted(sums.values(), key=lambda one: (order.index(one.state), one.currency))
