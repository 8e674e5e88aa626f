"""Sums of a person's transactions, from monthly sums where they will do; no HTTP here."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from sandbox.people.models import Person
from sandbox.transactions.filters import Filters
from sandbox.transactions.models import Tally, Transaction
from sandbox.transactions.narrowing import merchants, narrowed, plain

# What monthly sums know about the rows they stand for.
KNOWN = {"status", "kind", "direction", "currency", "merchant", "account", "needs_me",
         "created_from", "created_until", "sets"}  # fmt: skip
# Differences that a reader puts up with before it settles them.
MOST_LOOSE = 2000


@dataclass(slots=True)
class Sums:
    """How many, what came in and went out, and the fees, in minor units."""

    count: int = 0
    in_minor: int = 0
    out_minor: int = 0
    fee_minor: int = 0

    def add(self, row: dict[str, Any], sign: int = 1) -> None:
        for field in fields(self):
            more = sign * int(row[field.name] or 0)
            setattr(self, field.name, getattr(self, field.name) + more)


type Groups = dict[tuple[Any, ...], Sums]
type Source = tuple[int, QuerySet[Transaction]]


def grouped(person: Person, wanted: Filters, by: tuple[str, ...]) -> Groups:
    """Sums by columns out of currency, status, merchant_id and month (UTC); none that is empty."""
    found: Groups = {}
    months, rest = _sources(person, wanted)
    if months is not None:
        _settle_many(person)
        for row in months.order_by().values(*by).annotate(**_sums(Sum("count"))):
            found.setdefault(tuple(row[name] for name in by), Sums()).add(row)
    month = {"month": TruncMonth("created_at", tzinfo=UTC)} if "month" in by else {}
    for sign, rows in rest:
        for row in rows.order_by().annotate(**month).values(*by).annotate(**_sums(Count("*"))):
            found.setdefault(tuple(row[name] for name in by), Sums()).add(row, sign)
    return {key: sums for key, sums in found.items() if sums.count}


def _sums(count: Any) -> dict[str, Any]:
    return {
        "count": count,
        "in_minor": Sum("amount_minor", filter=Q(direction="in")),
        "out_minor": Sum("amount_minor", filter=Q(direction="out")),
        "fee_minor": Sum("fee_minor"),
    }


def _sources(person: Person, wanted: Filters) -> tuple[QuerySet[Tally] | None, list[Source]]:
    """Whole months by their sums, if these know enough, and the rows to be read besides."""
    first, last = _whole_months(wanted.created_from, wanted.created_until)
    if not may_use(wanted) or (first and last and first >= last):
        return None, [(1, narrowed(person, wanted))]
    months = Tally.objects.filter(plain(person, wanted), person=person)
    if first:
        months = months.filter(month__gte=first)
    if last:
        months = months.filter(month__lt=last)
    rest: list[Source] = [(1, narrowed(person, edge)) for edge in _edges(wanted, first, last)]
    for one in wanted.sets:
        shops = merchants(one.merchants)
        months = months.filter(merchant_id__in=shops)
        within = narrowed(person, replace(wanted, sets=(), created_from=first, created_until=last))
        shopping = Q(merchant_id__in=shops, merchant_id__isnull=False)
        if one.ids:
            more = within.filter(pk__in=set(one.ids) - set(one.except_ids))
            rest.append((1, more.exclude(shopping)))
        if one.except_ids:
            rest.append((-1, within.filter(shopping, pk__in=one.except_ids)))
    return months, rest


def may_use(wanted: Filters) -> bool:
    """Whether the monthly sums can tell which of them are meant."""
    if connection.vendor != "postgresql" or set(wanted.told()) - KNOWN:
        return False
    return not wanted.sets or (len(wanted.sets) == 1 and not wanted.sets[0].counterparties)


def _whole_months(
    since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The first month that begins at or after `since`, and the last that begins by `until`."""
    first = since and since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if since and first and first < since:
        years, month = divmod(first.month, 12)
        first = first.replace(year=min(first.year + years, 9999), month=month + 1)
    last = until and until.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, last


def _edges(wanted: Filters, first: datetime | None, last: datetime | None) -> Iterator[Filters]:
    """The parts of months at both ends."""
    if first and wanted.created_from != first:
        yield replace(wanted, created_until=first)
    if last and wanted.created_until != last:
        yield replace(wanted, created_from=last)


def _settle_many(person: Person) -> None:
    loose = Tally.objects.filter(person=person, settled=False)
    if loose[:MOST_LOOSE].count() >= MOST_LOOSE:
        settle(person)


def settle(person: Person) -> None:
    """Put differences together; whoever reads meanwhile sees the one state or the other."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [person.pk])


# Two at once: the later one waits, then finds those rows gone and adds nothing for them.
_SETTLE = """
WITH gone AS (DELETE FROM transactions_tally WHERE person_id = %s RETURNING *)
INSERT INTO transactions_tally (person_id, month, account_id, merchant_id, kind, direction,
    status, currency, count, amount_minor, fee_minor, settled)
SELECT person_id, month, account_id, merchant_id, kind, direction, status, currency,
    sum(count), sum(amount_minor), sum(fee_minor), true
FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(count) <> 0
"""
