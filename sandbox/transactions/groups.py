"""What completed transactions come to by month, by merchant or by set; no HTTP here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import QuerySet
from django.db.models.functions import TruncMonth

from sandbox.people.models import Merchant, Person
from sandbox.transactions import filters
from sandbox.transactions.filters import Filters, Named
from sandbox.transactions.models import COMMON_DIGITS, Transaction
from sandbox.transactions.narrowing import in_set, narrowed
from sandbox.transactions.search import EXPONENTS
from sandbox.transactions.totals import SUMS

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
    rows = _completed(person, wanted)
    if way == "month":
        return _by_month(rows, zone)
    return _largest(_by_merchant(rows) if way == "merchant" else _by_set(rows, sets), limit)


def _completed(person: Person, wanted: Filters) -> QuerySet[Transaction]:
    return narrowed(person, wanted).filter(status=Transaction.Status.COMPLETED)


def _by_month(rows: QuerySet[Transaction], zone: ZoneInfo) -> list[Row]:
    grouped = rows.annotate(month=TruncMonth("created_at", tzinfo=zone)).values("month", "currency")
    found = []
    for row in grouped.annotate(**SUMS).order_by("month", "currency"):
        key = f"{row['month']:%Y-%m}"
        found.append(_row(key, key, row))
    return found


def _by_merchant(rows: QuerySet[Transaction]) -> list[Row]:
    grouped = list(rows.values("merchant_id", "currency").annotate(**SUMS).order_by())
    shops = Merchant.objects.in_bulk({row["merchant_id"] for row in grouped} - {None})
    return [
        _row(shop.public_id, shop.name, row) if shop else _row("", NO_MERCHANT, row)
        for row in grouped
        for shop in [shops.get(row["merchant_id"])]
    ]


def _by_set(rows: QuerySet[Transaction], sets: Mapping[str, Named]) -> list[Row]:
    return [
        _row(key, key, row)
        for key, one in sets.items()
        for row in rows.filter(in_set(one)).values("currency").annotate(**SUMS).order_by("currency")
    ]


def _row(key: str, name: str, row: Mapping[str, Any]) -> Row:
    sums = {name: row[name] for name in ("currency", "count", "in_minor", "out_minor")}
    return {"key": key, "name": name, **sums}


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
