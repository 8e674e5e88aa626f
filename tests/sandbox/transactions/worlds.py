"""Small random worlds, random questions about them, and what the answers must be."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.sandbox.running import Platform

type Row = dict[str, Any]

DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
BEGUN = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(
    days=62
)
SHOPS = ["Nordlicht Books", "Nord & Süd", "Straße 7"]
PEOPLE = ["Žofia Dvořák", "Ada North", "nord light"]
WORDS = ["lamp", "LAMP 50%", "blue_sky", "order 64.90", "Straße"]
IBANS = ["DE89370400440532013000", "GB33BUKB20201555555555", ""]
# Around the turns of months, where zones differ.
MOMENTS = [
    (BEGUN + timedelta(days=days, hours=hours)).isoformat(timespec="milliseconds")
    for days in (0, 1, 30, 31, 40)
    for hours in (-1, 0, 1, 23)
]


def instants() -> st.SearchStrategy[str]:
    return st.sampled_from([moment.replace("+00:00", "Z") for moment in MOMENTS])


def facts() -> st.SearchStrategy[Row]:
    """What the control API makes a transaction from."""
    kinds = st.sampled_from(["payment", "payment", "transfer", "deposit", "payout"])
    return st.fixed_dictionaries(
        {
            "kind": kinds,
            "status": st.sampled_from(
                ["completed", "completed", "completed", "failed", "cancelled", "action_required"]
            ),
            "currency": st.sampled_from(list(DIGITS)),
            "amount_minor": st.sampled_from([1, 500, 6490, 6490, 12345, 10**9]),
            "fee_minor": st.sampled_from([0, 0, 35]),
            "merchant": st.sampled_from(SHOPS),
            "created_at": instants(),
            "remittance_information": st.sampled_from(WORDS),
        },
        optional={
            "counterparty_name": st.sampled_from(PEOPLE),
            "merchant_reference": st.sampled_from(["RF-77", "rf-78"]),
            "counterparty_iban": st.sampled_from(IBANS[:2]),
        },
    )


@dataclass(slots=True)
class World:
    """A person and all their transactions, newest first, as the service's own list shows them."""

    platform: Platform
    sub: str
    rows: list[Row]

    def ask(self, question: str, body: Row) -> Any:
        answer = self.platform.ask(f"{self.sub}/transactions/{question}", body)
        assert answer.status_code == 200, answer.text
        return answer

    def pages(self, body: Row) -> list[Row]:
        """Page after page of the search."""
        found: list[Row] = []
        cursor = None
        while True:
            page = self.ask("search", {**body, "cursor": cursor}).json()
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
            assert page["data"], "an empty page must be the last"


def made(platform: Platform, plans: list[Row]) -> World:
    balances = [{"currency": code, "amount_minor": 10**11} for code in DIGITS]
    sub = platform.person(balances=balances)
    for plan in plans:
        platform.transaction(sub, **{name: value for name, value in plan.items() if value})
    platform.get(f"{sub}/accounts")  # whatever was due has happened
    return World(platform, sub, platform.get(f"{sub}/transactions?limit=100").json()["data"])


def questions(world: World) -> st.SearchStrategy[Row]:
    """Filters out of what occurs in the world, and out of what doesn't."""
    rows = world.rows
    ids = st.lists(
        st.sampled_from([row["id"] for row in rows]), min_size=1, max_size=3, unique=True
    )
    shops = sorted({row["merchant"]["id"] for row in rows if row["merchant"]}) or ["mer_none"]
    accounts = sorted({row["account"]["id"] for row in rows})
    names = sorted({row["counterparty"]["name"] for row in rows})
    some_shops = st.lists(st.sampled_from(shops), min_size=1, max_size=2, unique=True)
    amounts = st.sampled_from(["0", "0.5", "5", "5.00", "64.9", "64.91", "6490", "10000000"])
    a_set = st.fixed_dictionaries(
        {},
        optional={
            "merchants": some_shops,
            "counterparties": st.lists(st.sampled_from(names), max_size=2),
            "ids": ids,
            "except_ids": ids,
        },
    )
    known = {
        "status": st.lists(
            st.sampled_from(["completed", "failed", "expired"]), min_size=1, unique=True
        ),
        "kind": st.lists(st.sampled_from(["payment", "deposit"]), min_size=1, unique=True),
        "direction": st.sampled_from(["in", "out"]),
        "currency": st.lists(st.sampled_from(list(DIGITS)), min_size=1, unique=True),
        "created_from": instants(),
        "created_until": instants(),
        "completed_from": instants(),
        "completed_until": instants(),
        "amount_from": amounts,
        "amount_until": amounts,
        "merchant": some_shops,
        "counterparty": st.sampled_from(["NORD", "dvořák", "STRASSE", "nord  l", "books nord"]),
        "reference": st.sampled_from(["rf-7", "lamp 50%", "E_S", "64.90", rows[0]["id"]]),
        "iban": st.sampled_from(["de89 3704", "5555", "0532013000"]),
        "account": st.lists(st.sampled_from(accounts), min_size=1, unique=True),
        "needs_me": st.booleans(),
        "q": st.sampled_from(["", "nord", "LAMP 50%", "64,90 eur", "straße lamp", "_sk"]),
        "ids": ids,
        "changed_since": instants(),
        "sets": st.lists(a_set, max_size=2),
    }
    # A few at once: of many, hardly any row is left.
    chosen = st.lists(st.sampled_from(list(known)), max_size=3, unique=True)
    found = chosen.flatmap(lambda names: st.fixed_dictionaries({n: known[n] for n in names}))
    return found.filter(_is_in_order)


def _is_in_order(body: Row) -> bool:
    return all(
        key(body[f"{name}_from"]) <= key(body[f"{name}_until"])
        for name, key in (("created", str), ("completed", str), ("amount", Decimal))
        if f"{name}_from" in body and f"{name}_until" in body
    )


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def major(row: Row) -> Decimal:
    return Decimal(row["amount_minor"]).scaleb(-DIGITS[row["currency"]])


def names_of(row: Row) -> list[str]:
    return [fold(row["counterparty"]["name"]), fold((row["merchant"] or {}).get("name", ""))]


def references_of(row: Row) -> list[str]:
    return [fold(text) for text in row["references"].values() if text]


def _has_words(row: Row, query: str) -> bool:
    amount = f"{major(row):.{DIGITS[row['currency']]}f}"
    texts = [*names_of(row), *references_of(row), amount, row["currency"].casefold()]
    words = fold(query).replace("64,90", "64.90").split()
    return all(any(word in text for text in texts) for word in words)


def _in_set(row: Row, one: Row) -> bool:
    shop = (row["merchant"] or {}).get("id")
    held = (
        shop in one.get("merchants", [])
        or row["counterparty"]["name"] in one.get("counterparties", [])
        or row["id"] in one.get("ids", [])
    )
    return held and row["id"] not in one.get("except_ids", [])


def _at(row: Row, name: str, test: Callable[[str], bool]) -> bool:
    return row[name] is not None and test(row[name])


RULES: dict[str, Callable[[Row, Any], bool]] = {
    "status": lambda row, wanted: row["status"] in wanted,
    "kind": lambda row, wanted: row["kind"] in wanted,
    "direction": lambda row, wanted: row["direction"] == wanted,
    "currency": lambda row, wanted: row["currency"] in wanted,
    "created_from": lambda row, wanted: row["created_at"] >= wanted,
    "created_until": lambda row, wanted: row["created_at"] < wanted,
    "completed_from": lambda row, wanted: _at(row, "completed_at", lambda at: at >= wanted),
    "completed_until": lambda row, wanted: _at(row, "completed_at", lambda at: at < wanted),
    "amount_from": lambda row, wanted: major(row) >= Decimal(wanted),
    "amount_until": lambda row, wanted: major(row) <= Decimal(wanted),
    "merchant": lambda row, wanted: (row["merchant"] or {}).get("id") in wanted,
    "counterparty": lambda row, wanted: any(fold(wanted) in name for name in names_of(row)),
    "reference": lambda row, wanted: (
        row["id"] == wanted or any(fold(wanted) in text for text in references_of(row))
    ),
    "iban": lambda row, wanted: (
        wanted.replace(" ", "").upper() in (row["counterparty"]["iban"] or "")
    ),
    "account": lambda row, wanted: row["account"]["id"] in wanted,
    "needs_me": lambda row, wanted: not wanted or row["status"] == "action_required",
    "q": _has_words,
    "ids": lambda row, wanted: row["id"] in wanted,
    "changed_since": lambda row, wanted: row["updated_at"] > wanted,
    "sets": lambda row, wanted: all(_in_set(row, one) for one in wanted),
}


def expected(world: World, body: Row) -> list[Row]:
    """The rows that the filters let through, newest first."""
    return [
        row for row in world.rows if all(RULES[name](row, wanted) for name, wanted in body.items())
    ]


def in_order(rows: list[Row], sort: str) -> list[Row]:
    newest = sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    if sort == "created_at":
        return newest[::-1]
    if sort == "-created_at":
        return newest
    # Python's sort is stable: equal amounts stay newest first.
    return (
        sorted(newest, key=major, reverse=sort == "-amount")
        if sort == "amount"
        else sorted(newest, key=lambda row: -major(row))
    )


def sums(
    rows: list[Row], key: Callable[[Row], tuple[str, ...]]
) -> dict[tuple[str, ...], list[int]]:
    """Count, in, out and fees of each group."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        one = found[key(row)]
        one[0] += 1
        one[1 if row["direction"] == "in" else 2] += row["amount_minor"]
        one[3] += row["fee_minor"]
    return dict(found)


def month_of(row: Row, zone: str) -> str:
    at = datetime.fromisoformat(row["created_at"]).astimezone(ZoneInfo(zone))
    return f"{at:%Y-%m}"
