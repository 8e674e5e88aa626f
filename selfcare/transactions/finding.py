"""The one reader of what is shown: a query string becomes filters, sort, chips and sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.filters import Filters
from selfcare.transactions import parts, phrases
from selfcare.transactions.merging import Merge
from selfcare.transactions.parts import Part
from selfcare.web.request import Person

NEWEST = "-created_at"
# As the address and the service call them.
SORTS = {
    "-created_at": noop("Newest first"),
    "created_at": noop("Oldest first"),
    "-amount": noop("Largest first"),
    "amount": noop("Smallest first"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood, in words, and the query string without it.

    With a `problem` it narrows nothing, and the sentence says why.
    """

    name: str
    words: str
    value: str
    without: str
    problem: str = ""

    @property
    def remove_url(self) -> str:
        return address(self.without)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a query string asks for.

    `errors` are sentences by the name of their field; what they are about is left out of
    `filters`, and so it is with what is `gone` (a label, a merchant), which is an error too.
    `query_string` is canonical, without cursor; `words` tell all of it in one line.
    """

    filters: Filters
    sort: str = NEWEST
    chips: tuple[Chip, ...] = ()
    errors: dict[str, list[str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    query_string: str = ""
    words: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether all of it was understood."""
        return not self.errors

    @property
    def is_nonsense(self) -> bool:
        """Whether some of it never could be understood; what is gone once could."""
        return bool(self.errors.keys() - self.gone)

    @property
    def problems(self) -> list[str]:
        """Every sentence about what wasn't understood or is gone."""
        return [sentence for sentences in self.errors.values() for sentence in sentences]

    @property
    def is_filtered(self) -> bool:
        return bool(self.parts)

    @property
    def q(self) -> str:
        """The text for the search box."""
        return " ".join(part.typed for part in self.parts if part.field == "q")

    def given(self, name: str) -> list[str]:
        """The values of one field, for the form that it came from."""
        return [part.typed for part in self.parts if part.field == name]

    def with_status(self, status: str) -> str:
        """The query string of the same with another status group, or with every status."""
        kept = [part for part in self.parts if part.name != "status"]
        more = [Part("status", "status", status)] if status else []
        return canonical([*kept, *more], self.sort)

    def sorted_by(self, sort: str) -> str:
        """The query string of the same in another order."""
        return canonical(self.parts, sort)

    @property
    def any_status(self) -> Filters:
        """The filters without those of status: what the tabs count."""
        return replace(self.filters, status=())


def read(params: Mapping[str, Any], person: Person) -> Finding:
    """Never raises: what can't be read is told in `errors` and left out.

    `params` is a QueryDict, or plain names with a text or a list of texts each.
    """
    found = list(parts.read(params, person))
    merge = Merge(person)
    for part in found:
        merge.add(part)
    merge.finish()
    errors: dict[str, list[str]] = {}
    for part in merge.parts:
        if part.problem:
            errors.setdefault(part.field, []).append(part.problem)
    sort = parts.first(params, "sort") or NEWEST
    if sort not in SORTS:
        told = _("There is no such order. Choose from %(orders)s.")
        errors["sort"] = [told % {"orders": ", ".join(SORTS)}]
        sort = NEWEST
    kept = tuple(part for part in merge.parts if part.typed)
    return Finding(
        filters=merge.filters,
        sort=sort,
        chips=tuple(_chips(kept, sort)),
        errors=errors,
        gone=frozenset(part.field for part in merge.parts if part.is_gone),
        query_string=canonical(kept, sort),
        words=phrases.sentence([part for part in kept if not part.problem]),
        parts=kept,
    )


def of_query(query_string: str, person: Person) -> Finding:
    """The same for a query string that was kept; never raises, either."""
    try:
        params = QueryDict(query_string)
    except (TooManyFieldsSent, ValueError):
        params = QueryDict()
    return read(params, person)


def canonical(kept: list[Part] | tuple[Part, ...], sort: str = NEWEST) -> str:
    """One spelling of each question: the words first, then the fields in their order."""
    words = " ".join(part.typed for part in kept if part.field == "q")
    pairs = [("q", words)] if words else []
    pairs += [
        (name, part.typed) for name in parts.FIELDS for part in kept if part.field == name != "q"
    ]
    if sort != NEWEST:
        pairs.append(("sort", sort))
    return urlencode(pairs)


def address(query_string: str) -> str:
    """The list's address for a query string; `view=all` where a bare one opens the own view."""
    return f"{reverse('transactions:list')}?{query_string or 'view=all'}"


def _chips(kept: tuple[Part, ...], sort: str) -> Iterator[Chip]:
    for at, part in enumerate(kept):
        rest = canonical(kept[:at] + kept[at + 1 :], sort)
        yield Chip(part.name, _(phrases.PARTS[part.name]), part.words, rest, part.problem)
