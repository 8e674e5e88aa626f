"""What completed transactions come to by month, by merchant or by set; no HTTP here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Q

from sandbox.people.models import Merchant, Person
from sandbox.transactions import filters
from sandbox.transactions.filters import Filters, Named
from sandbox.transactions.models import COMMON_DIGITS, Transaction
from sandbox.transactions.narrowing import narrowed
from sandbox.transactions.search import EXPONENTS
from sandbox.transactions.tally import Sums, grouped

COMPLETED = Transaction.Status.COMPLETED
ALSO = frozenset({"group_by", "zone", "limit", "sets_to_group"})
WAYS = ("month", "merchant", "set")
MOST_SETS = 40
NO_MERCHANT = "Others without a merchant"

type Row = dict[str, Any]


def summary(person: Person, facts: Mapping[str, Any]) -> list[Row]:
    """A row a group and currency. Raises ProblemError 400 `bad_filter`."""
    wanted = filters.read(facts, also=ALSO)
    if "group_by" not in facts:
        raise filters.bad("group_by", "is missing")
    way = filters.choice(facts, "group_by", "month", WAYS)
    limit = filters.whole(facts, "limit", 50, 500)
    zone = _zone(facts.get("zone", "UTC"))
    sets = _sets(facts.get("sets_to_group"), way)
    if (wanted.status and COMPLETED not in wanted.status) or wanted.needs_me:
        return []
    wanted = replace(wanted, status=(COMPLETED,))
    if way == "month":
        return _by_month(person, wanted, zone)
    rows = _by_merchant(person, wanted) if way == "merchant" else _by_set(person, wanted, sets)
    return _largest(rows, limit)


def _by_month(person: Person, wanted: Filters, zone: ZoneInfo) -> list[Row]:
    found = grouped(person, wanted, ("month", "currency"))
    months: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for (month, currency), sums in found.items():
        months[f"{month:%Y-%m}", currency] = sums
    for sign, key, row in _shifted(person, wanted, zone, [month for month, _ in found]):
        months[key, row["currency"]].add(row, sign)
    return [_row(key, key, currency, sums) for (key, currency), sums in sorted(months.items())
            if sums.count]  # fmt: skip


def _shifted(
    person: Person, wanted: Filters, zone: ZoneInfo, months: list[datetime]
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """What lies in one month in UTC and in another in the zone: out of the one, into the other."""
    between = Q()
    for begins in {month for one in months for month in (one, _next(one))}:
        there = begins.replace(tzinfo=zone).astimezone(UTC)
        if there != begins:
            between |= Q(created_at__gte=min(begins, there), created_at__lt=max(begins, there))
    if not between:
        return
    rows = narrowed(person, wanted).filter(between)
    facts = ("created_at", "currency", "direction", "amount_minor", "fee_minor")
    for row in rows.values(*facts):
        amounts = {"in_minor": 0, "out_minor": 0, f"{row['direction']}_minor": row["amount_minor"]}
        at = row["created_at"]
        yield -1, f"{at:%Y-%m}", {**row, **amounts, "count": 1}
        yield 1, f"{at.astimezone(zone):%Y-%m}", {**row, **amounts, "count": 1}


def _next(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)


def _by_merchant(person: Person, wanted: Filters) -> list[Row]:
    found = grouped(person, wanted, ("merchant_id", "currency"))
    shops = Merchant.objects.in_bulk({pk for pk, _ in found} - {None})
    return [
        _row(shops[pk].public_id, shops[pk].name, currency, sums)
        if pk in shops
        else _row("", NO_MERCHANT, currency, sums)
        for (pk, currency), sums in found.items()
    ]


def _by_set(person: Person, wanted: Filters, sets: Mapping[str, Named]) -> list[Row]:
    return [
        _row(key, key, currency, sums)
        for key, one in sets.items()
        for (currency,), sums in grouped(
            person, replace(wanted, sets=(*wanted.sets, one)), ("currency",)
        ).items()
    ]


def _row(key: str, name: str, currency: str, sums: Sums) -> Row:
    return {
        "key": key,
        "name": name,
        "currency": currency,
        "count": sums.count,
        "in_minor": sums.in_minor,
        "out_minor": sums.out_minor,
    }


def _largest(rows: Iterable[Row], limit: int) -> list[Row]:
    """The groups that moved most, whatever the currency, with all their currencies."""
    volume: dict[str, int] = defaultdict(int)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        scale = 10 ** (COMMON_DIGITS - EXPONENTS.get(row["currency"], 2))
        volume[row["key"]] += (row["in_minor"] + row["out_minor"]) * scale
        groups[row["key"]].append(row)
    keys = sorted(groups, key=lambda key: (-volume[key], key))[:limit]
    return [row for key in keys for row in sorted(groups[key], key=lambda row: row["currency"])]


def _zone(name: Any) -> ZoneInfo:
    if not isinstance(name, str) or name not in available_timezones():
        raise filters.bad("zone", "must be a time zone like Europe/Berlin")
    return ZoneInfo(name)


def _sets(value: Any, way: str) -> dict[str, Named]:
    if (value is None) == (way == "set"):
        raise filters.bad("sets_to_group", "belongs to group_by set, which needs it")
    if value is None:
        return {}
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_SETS:
        raise filters.bad("sets_to_group", f"must be a list of 1 to {MOST_SETS}")
    sets: dict[str, Named] = {}
    for place, facts in enumerate(value):
        field = f"sets_to_group.{place}"
        one = filters.named(field, facts, also=frozenset({"key"}))
        key = facts.get("key")
        if not isinstance(key, str) or not 1 <= len(key) <= 80 or "\0" in key or key in sets:
            raise filters.bad(field, "needs a key of its own of 1 to 80 characters")
        sets[key] = one
    return sets
