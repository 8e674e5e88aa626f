"""What a period comes to, by month, merchant and label, beside the one before; draws nothing."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from selfcare import errors
from selfcare.annotations.models import Label
from selfcare.clients import transactions as service
from selfcare.clients.filters import Filters, LabelSet
from selfcare.clients.summaries import Question, Summary, SummaryRow
from selfcare.money import Money
from selfcare.transactions.periods import Period, Span
from selfcare.web import formats

type By = Literal["month", "merchant", "set"]
# Three calls at a time leave room for others at the service's bulkhead.
AT_ONCE = 3
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Group:
    """One month, merchant or label in one currency, with the same of the period before.

    `query` are the parameters of the list that holds exactly these; None where none does.
    """

    key: str
    name: str
    currency: str
    count: int
    in_minor: int
    out_minor: int
    before_in_minor: int
    before_out_minor: int
    query: Mapping[str, str] | None
    is_open: bool = False
    tint: int | None = None

    @property
    def money_in(self) -> Money:
        return Money(self.in_minor, self.currency)

    @property
    def money_out(self) -> Money:
        return Money(self.out_minor, self.currency)

    @property
    def kept(self) -> Money:
        return self.money_in - self.money_out

    @property
    def before_in(self) -> Money:
        return Money(self.before_in_minor, self.currency)

    @property
    def before_out(self) -> Money:
        return Money(self.before_out_minor, self.currency)

    @property
    def url(self) -> str:
        return _list_url(self.query)

    @property
    def in_url(self) -> str:
        return _list_url(self.query, direction="in")

    @property
    def out_url(self) -> str:
        return _list_url(self.query, direction="out")


@dataclass(frozen=True, slots=True)
class Part:
    """The groups of one kind; with a `failure` they are what was known at `known_at`, or none."""

    groups: tuple[Group, ...] = ()
    as_of: datetime | None = None
    failure: errors.NoAnswer | None = None
    known_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.failure is None or self.known_at is not None


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose summary, of what: all that the parts have in common."""

    subject: str
    zone: ZoneInfo
    period: Period
    currency: str

    def question(self, span: Span, by: By, sets: Mapping[str, LabelSet] | None = None) -> Question:
        first, after = span.instants(self.zone)
        filters = Filters(currency=(self.currency,), created_from=first, created_until=after)
        return Question(filters, by, zone=self.zone.key, limit=MOST_ROWS, sets=sets)

    def query(self, span: Span, **more: str) -> dict[str, str]:
        """As the list's address says it: completed, of these days and this currency."""
        days = {"from": span.first.isoformat(), "until": span.last.isoformat()}
        return {"status": "completed", "currency": self.currency, **days, **more}


def parts(
    asking: Asking, labels: Mapping[Label, LabelSet], wanted: Iterable[str] = ()
) -> dict[str, Part]:
    """`month`, `merchant` and `label` (or those `wanted`), each failing on its own."""
    made: dict[str, Callable[[], Part]] = {
        "month": lambda: by_month(asking),
        "merchant": lambda: by_merchant(asking),
        "label": lambda: by_label(asking, labels),
    }
    names = [name for name in made if name in (set(wanted) or made)]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="summary") as pool:
        asked = {name: pool.submit(formats.carried(made[name])) for name in names}
        return {name: future.result() for name, future in asked.items()}


def by_month(asking: Asking) -> Part:
    """Each month of the period, also those in which nothing happened."""
    period = asking.period
    earlier = [key for key, _ in period.before.months()]

    def groups(now: Summary, before: Summary) -> Iterable[Group]:
        rows, past = _by_key(now), _by_key(before)
        months = list(period.span.months())
        for number, (key, span) in enumerate(months):
            same = past.get(earlier[number]) if period.by_months else None
            query = asking.query(span)
            group = _group(asking, key, key, row=rows.get(key), before=same, query=query)
            yield replace(group, is_open=period.is_open and number == len(months) - 1)

    return _part(asking, "month", groups)


def by_merchant(asking: Asking) -> Part:
    """The merchants with the most money moved, largest first; the rest has no merchant."""

    def groups(now: Summary, before: Summary) -> Iterable[Group]:
        past = _by_key(before)
        for row in now.data:
            query = asking.query(asking.period.span, merchant=row.key) if row.key else None
            name = (row.name or "") if row.key else _("Others without a merchant")
            same = past.get(row.key)
            yield _group(asking, row.key, name, row=row, before=same, query=query)

    return _part(asking, "merchant", groups)


def by_label(asking: Asking, labels: Mapping[Label, LabelSet]) -> Part:
    """The person's labels on which money moved; one with two labels counts in both."""
    if not labels:
        return Part()
    known = {label.public_id: label for label in labels}
    sets = {label.public_id: one for label, one in labels.items()}

    def groups(now: Summary, before: Summary) -> Iterable[Group]:
        past = _by_key(before)
        for row in now.data:
            if row.key in known and row.count:
                query = asking.query(asking.period.span, label=row.key)
                label = known[row.key]
                same = past.get(row.key)
                group = _group(asking, row.key, label.name, row=row, before=same, query=query)
                yield replace(group, tint=label.tint)

    return _part(asking, "set", groups, sets)


def total(groups: Iterable[Group], currency: str) -> Group:
    """All of them together, as the summary's headline."""
    groups = list(groups)
    sums = {
        name: sum(getattr(group, name) for group in groups)
        for name in ("count", "in_minor", "out_minor", "before_in_minor", "before_out_minor")
    }
    return Group(key="", name="", currency=currency, query=None, **sums)


def _part(
    asking: Asking,
    by: By,
    groups: Callable[[Summary, Summary], Iterable[Group]],
    sets: Mapping[str, LabelSet] | None = None,
) -> Part:
    period = asking.period
    try:
        now, failure = _ask(asking, asking.question(period.span, by, sets))
        before, later = _ask(asking, asking.question(period.before, by, sets))
    except errors.NoAnswer as nothing:
        return Part(failure=nothing)
    failure = failure or later
    known_at = failure.known_at if failure else None
    return Part(tuple(groups(now, before)), now.as_of, failure, known_at)


def _ask(asking: Asking, question: Question) -> tuple[Summary, errors.NoAnswer | None]:
    """The answer, or what was last known beside the failure; raises where nothing is known."""
    try:
        return service.summary(asking.subject, question), None
    except errors.NoAnswer as failure:
        if failure.last_known is None:
            raise
        return failure.last_known, failure


def _group(
    asking: Asking,
    key: str,
    name: str,
    *,
    row: SummaryRow | None,
    before: SummaryRow | None,
    query: Mapping[str, str] | None,
) -> Group:
    return Group(
        key=key,
        name=name,
        currency=asking.currency,
        count=row.count if row else 0,
        in_minor=row.in_minor if row else 0,
        out_minor=row.out_minor if row else 0,
        before_in_minor=before.in_minor if before else 0,
        before_out_minor=before.out_minor if before else 0,
        query=query,
    )


def _by_key(summary: Summary) -> dict[str, SummaryRow]:
    return {row.key: row for row in summary.data}


def _list_url(query: Mapping[str, str] | None, **more: str) -> str:
    if query is None:
        return ""
    return f"{reverse('transactions:list')}?{urlencode({**query, **more})}"
