"""Random filters over a random world: pages, totals, tabs and JSON API show the same rows, once."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from selfcare.annotations import actions as annotating
from selfcare.transactions.forms import STATUS_GROUPS
from tests.support.control import Control, Person
from tests.support.sign_in import sign_in

SHOPS = ["Nordlicht Books", "Kaffeewerk", "Tandem Bikes"]
STATUSES = ["action_required", "processing", "completed", "failed", "cancelled"]
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}
AMOUNTS = ["1", "4.80", "49.90", "50", "100", "100.01", "1234.50"]

QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "q": st.lists(
            st.sampled_from(["kaffee", "status:completed", "in:", "out:", ">49,90", "4..100",
                             "merchant:books", "last 60 days", "ref:A", "label:odd", "EUR"]),
            max_size=3, unique=True,
        ).map(" ".join),
        "status": st.lists(st.sampled_from([*STATUS_GROUPS, "failed"]), max_size=2, unique=True),
        "kind": st.lists(st.sampled_from(["payment", "transfer", "deposit"]), max_size=2),
        "direction": st.sampled_from(["in", "out"]),
        "currency": st.lists(st.sampled_from([*DIGITS]), max_size=2, unique=True),
        "at_least": st.sampled_from(AMOUNTS),
        "at_most": st.sampled_from(AMOUNTS),
        "sort": st.sampled_from(["-created_at", "created_at", "-amount", "amount"]),
    },
)  # fmt: skip


def make_world(control: Control, person: Person, seed: int) -> None:
    chance = random.Random(seed)
    now = datetime.now(UTC)
    for number in range(45):
        currency = chance.choice([*DIGITS])
        major = Decimal(chance.choice(AMOUNTS))
        kind = chance.choice(["payment", "payment", "transfer", "deposit"])
        at = now - timedelta(days=chance.randrange(120), seconds=chance.randrange(60, 86_000))
        shop = {"merchant": chance.choice(SHOPS)} if kind == "payment" else {}
        status = "completed" if kind == "deposit" else chance.choice(STATUSES)
        control.add_transaction(
            person,
            **shop,
            kind=kind,
            status=status,
            currency=currency,
            amount_minor=max(1, int(major.scaleb(DIGITS[currency]))),
            fee_minor=chance.choice([0, 0, 1]),
            merchant_reference=f"A-{number}" if chance.random() < 0.5 else f"B-{number}",
            created_at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **({"expires_in_seconds": 10**8} if status == "action_required" else {}),
        )


@pytest.fixture
def alice(control: Control) -> Person:
    balances = [{"currency": code, "amount_minor": 100_000_000} for code in DIGITS]
    return control.add_person("Alice Marlow", balances=balances)


@pytest.fixture
def client(db: None, control: Control, alice: Person) -> Client:
    make_world(control, alice, seed=7)
    client = Client()
    sign_in(client, alice.sub, zone="Europe/Berlin")
    rows = client.get("/api/v1/transactions", {"limit": 100}).json()["data"]
    label = annotating.make_label(subject=alice.sub, name="odd")
    annotating.add_rule(label=label, kind="counterparty", value="Kaffeewerk")
    for row in rows[::4]:
        annotating.put_on(label=label, transaction_id=row["id"])
    for row in rows[1::8]:
        annotating.take_off(label=label, transaction_id=row["id"])
    return client


def on_pages(client: Client, query: str) -> list[str]:
    address = f"/transactions/?{query}" if query else "/transactions/"
    rows: list[str] = []
    for _ in range(10):
        page = html.fromstring(client.get(address).text)
        rows += [link.get("href").split("/")[2] for link in page.cssselect(".txn-who a")]
        following = page.cssselect("#more a[href*=cursor]")
        if not following:
            return rows
        address = following[0].get("href")
    raise AssertionError("there is no end to the pages")


def by_api(client: Client, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        address = f"/api/v1/transactions?{query}&limit=7&cursor={cursor}"
        answer = client.get(address).json()
        rows += answer["data"]
        cursor = answer["next_cursor"]
    return rows


def sums(rows: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        key = (row["currency"], row["status"])
        found[*key, "count"] += 1
        found[*key, row["direction"]] += row["amount_minor"]
        found[*key, "fee"] += row["fee_minor"]
    return +found


def totals(client: Client, query: str) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for row in client.get(f"/api/v1/transactions/totals?{query}").json()["data"]:
        key = (row["currency"], row["status"])
        found[*key, "count"] += row["count"]
        found[*key, "in"] += row["in_minor"]
        found[*key, "out"] += row["out_minor"]
        found[*key, "fee"] += row["fee_minor"]
    return +found


Ask = Callable[[dict[str, Any]], str]


def test_list_totals_tabs_and_api_agree(client: Client) -> None:
    everything = by_api(client, "")
    assert len(everything) == 45

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(QUERIES)
    def they_agree(asked: dict[str, Any]) -> None:
        query = urlencode(asked, doseq=True)
        status = client.get(f"/api/v1/transactions?{query}").status_code
        if status == 400:  # a contradiction, such as in: with out:
            assert client.get(f"/transactions/?{query}").status_code == 400
            assert client.get(f"/api/v1/transactions/totals?{query}").status_code == 400
            return
        rows = by_api(client, query)
        shown = [row["id"] for row in rows]
        assert len(shown) == len(set(shown))
        assert on_pages(client, query) == shown
        assert totals(client, query) == sums(rows)
        check_the_plain_ones(asked, rows, everything)
        check_tabs(client, query)

    they_agree()


def check_tabs(client: Client, query: str) -> None:
    """Each tab's count is the length of the list that it leads to."""
    page = html.fromstring(client.get(f"/transactions/totals/?{query}").text)
    for tab in page.cssselect(".tabs a"):
        led_to = tab.get("href").partition("?")[2].removeprefix("view=all")
        answer = client.get(f"/api/v1/transactions?{led_to}&limit=100").json()
        assert int(tab.cssselect("span")[0].text_content()) == len(answer["data"])


def check_the_plain_ones(
    asked: dict[str, Any], rows: list[dict[str, Any]], everything: list[dict[str, Any]]
) -> None:
    """What can be told apart without the service: nothing is missing, nothing is too much."""
    if asked.get("q") or "status" in asked:
        return

    def fits(row: dict[str, Any]) -> bool:
        major = Decimal(row["amount_minor"]).scaleb(-DIGITS[row["currency"]])
        return (
            row["kind"] in (asked.get("kind") or [row["kind"]])
            and row["direction"] == asked.get("direction", row["direction"])
            and row["currency"] in (asked.get("currency") or [row["currency"]])
            and Decimal(asked.get("at_least", 0)) <= major <= Decimal(asked.get("at_most", 10**9))
        )

    assert {row["id"] for row in rows} == {row["id"] for row in everything if fits(row)}
