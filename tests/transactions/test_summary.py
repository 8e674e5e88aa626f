"""The summary: periods, figures that agree with the lists they lead to, and bad days."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from selfcare.annotations import actions as annotations
from selfcare.transactions import periods
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def listed(client: Client, query: str) -> list[dict[str, Any]]:
    """All rows of the list behind `query`, by the JSON API, page after page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/transactions?{query}&limit=100&cursor={cursor}").json()
        rows += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            return rows


@pytest.mark.parametrize("by", ["month", "merchant"])
def test_its_figures_agree_with_the_lists_they_lead_to(
    signed_in: SignedIn, control: Control, by: str
) -> None:
    person = control.add_person("Alice Marlow", history=60)
    client, _ = signed_in(person)
    told = client.get(f"/api/v1/transactions/summary?by={by}&period=12-months").json()
    groups = [group for group in told["data"] if group["query"]]
    assert any(group["count"] for group in groups)
    for group in groups:
        rows = listed(client, group["query"])
        assert len(rows) == group["count"], group
        for way in ("in", "out"):
            summed = sum(row["amount_minor"] for row in rows if row["direction"] == way)
            assert summed == group[f"{way}_minor"], group


def test_it_groups_by_labels(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, status="completed", merchant="Papierhaus")
    control.add_transaction(alice, status="completed", merchant="Kaffeewerk")
    label = annotations.make_label(subject=alice.sub, name="Paper")
    annotations.put_on(label=label, transaction_id=made["id"])
    [group] = client.get("/api/v1/transactions/summary?by=label").json()["data"]
    assert (group["name"], group["count"], group["out_minor"]) == ("Paper", 1, 6490)
    assert [row["id"] for row in listed(client, group["query"])] == [made["id"]]


def test_each_bar_leads_to_a_list(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    control.add_transaction(alice, status="completed", merchant="Papierhaus")
    page = client.get("/transactions/summary/")
    assert page.status_code == 200
    tree = html.fromstring(page.text)
    addresses = {link.get("href") for link in tree.cssselect("svg a")}
    assert len(addresses) == 2
    for address in addresses:
        assert parse_qs(urlsplit(address).query)["status"] == ["completed"]
        assert "Papierhaus" in client.get(address).text
    # The table says the same as the picture.
    assert tree.cssselect("table td a")[0].text_content() == "64.90"


def test_nothing_moved_is_said(signed_in: SignedIn, alice: Person) -> None:
    client, _ = signed_in(alice)
    page = client.get("/transactions/summary/?currency=JPY&period=month")
    assert page.status_code == 200
    assert "Nothing moved" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "period=century",
        "period=free",
        "period=free&from=2026-02-31",
        "period=free&from=2026-03-01&until=2026-02-01",
        "period=free&from=1969-01-01&until=1969-02-01",
        "period=free&from=2000-01-01&until=2026-01-01",
        "currency=EU",
        "currency=%F0%9F%9A%B2",
        "from=9999-12-31",
    ],
)
def test_it_says_what_is_wrong_with_the_address(
    signed_in: SignedIn, alice: Person, query: str
) -> None:
    client, _ = signed_in(alice)
    page = client.get(f"/transactions/summary/?{query}")
    assert page.status_code == 400
    assert page.text.count("<h1") == 1
    answer = client.get(f"/api/v1/transactions/summary?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_bad_day_is_one_part_that_says_so_or_what_was_known(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    control.add_transaction(alice, status="completed", merchant="Papierhaus")
    control.fault("summary", "error", sub=alice.sub, status=500)
    page = client.get("/transactions/summary/")
    assert page.status_code == 503
    assert "Not loaded" in page.text
    assert client.get("/api/v1/transactions/summary").status_code == 503
    control.clear_faults()
    client.get("/transactions/summary/")
    control.fault("summary", "error", sub=alice.sub, status=500)
    page = client.get("/transactions/summary/")
    assert "64.90" in page.text
    assert "what we knew then" in page.text


@settings(max_examples=200, deadline=None)
@given(today=DAYS, choice=st.sampled_from(sorted(set(periods.CHOICES) - {"free"})))
def test_both_periods_have_as_many_months_and_do_not_overlap(today: date, choice: str) -> None:
    period = periods.read({"period": choice}, today)
    assert period.span.last == today
    assert period.before.first <= period.before.last < period.span.first
    assert len(list(period.span.months())) == len(list(period.before.months()))


@settings(max_examples=200, deadline=None)
@given(first=DAYS, days=st.integers(0, 900))
def test_months_cover_each_day_once(first: date, days: int) -> None:
    last = min(date(2100, 12, 31), date.fromordinal(first.toordinal() + days))
    spans = [span for _, span in periods.Span(first, last).months()]
    covered = sum((span.last - span.first).days + 1 for span in spans)
    assert covered == (last - first).days + 1
    assert (spans[0].first, spans[-1].last) == (first, last)
