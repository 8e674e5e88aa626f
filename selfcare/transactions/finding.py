"""The one reader of what is shown: a query string becomes filters, sort, chips and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from selfcare.clients.filters import Filters
from selfcare.transactions import wording
from selfcare.transactions.forms import STATUS_GROUPS, FilterForm
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

NAMES = ("q", "status", "kind", "currency", "from", "until", "sort")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood, in words, and the query string without it."""

    name: str
    words: str
    value: str
    without: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a query string asks for.

    `errors` are sentences by the name of their field; what they are about is left out of
    `filters`. `query_string` is canonical, without cursor; `words` tell all of it in one line.
    """

    filters: Filters
    sort: str = "-created_at"
    chips: tuple[Chip, ...] = ()
    errors: dict[str, list[str]] = field(default_factory=dict)
    query_string: str = ""
    words: str = "All transactions"

    @property
    def is_valid(self) -> bool:
        """Whether all of it was understood."""
        return not self.errors


def read(params: Mapping[str, Any], person: Person) -> Finding:
    """Never raises: what can't be read is told in `errors` and left out."""
    form = FilterForm(params, zone=zone_of(person))
    found = {name: [str(one) for one in told] for name, told in form.errors.items()}
    used = {name: str(params[name]) for name in NAMES if params.get(name)}
    if found:
        return Finding(Filters(), errors=found, query_string=urlencode(used))
    chips = tuple(
        Chip(
            name,
            wording.FILTERS[name],
            wording.filter_value(name, form.cleaned_data[name]),
            urlencode({other: kept for other, kept in used.items() if other != name}),
        )
        for name in used
        if name in wording.FILTERS and not (name == "status" and used[name] in STATUS_GROUPS)
    )
    told = ", ".join(f"{chip.words} {chip.value}" for chip in chips)
    return Finding(
        form.filters(),
        chips=chips,
        query_string=urlencode(used),
        words=f"Transactions with {told}" if told else "All transactions",
    )
