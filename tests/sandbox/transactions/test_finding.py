"""For random worlds and questions: pages, totals, streams and summaries agree to the last cent."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox.running import Platform
from tests.sandbox.transactions import worlds
from tests.sandbox.transactions.worlds import World, expected, facts, in_order, made, sums

SORTS = ["-created_at", "created_at", "-amount", "amount"]
SUMS = ("count", "in_minor", "out_minor", "fee_minor")
LEFT_OUT = {"refund_request", "allowed_actions"}
# Worlds are made over HTTP: making a failing one smaller would take minutes and say little more.
some = settings(
    max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip


@some
@given(plans=st.lists(facts(), min_size=1, max_size=14), data=st.data())
def test_all_answers_agree(platform: Platform, plans: list[dict[str, Any]], data: Any) -> None:
    world = made(platform, plans)
    for _ in range(6):
        body = data.draw(worlds.questions(world))
        sort = data.draw(st.sampled_from(SORTS))
        limit = data.draw(st.integers(1, 5))
        rows = in_order(expected(world, body), sort)
        pages = world.pages({**body, "sort": sort, "limit": limit})
        assert [row["id"] for row in pages] == [row["id"] for row in rows]
        check_totals(world, body, rows)
        check_stream(world, {**body, "sort": sort, "limit": limit}, pages)
        check_summaries(world, body, rows)


def check_totals(world: World, body: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    told = world.ask("totals", body).json()["data"]
    found = {(one["currency"], one["status"]): [one[name] for name in SUMS] for one in told}
    assert found == sums(rows, lambda row: (row["currency"], row["status"]))
    assert len(found) == len(told)


def check_stream(world: World, body: dict[str, Any], pages: list[dict[str, Any]]) -> None:
    streamed: list[dict[str, Any]] = []
    after = None
    while True:
        answer = world.ask("stream", {**body, "after": after})
        *lines, end = [json.loads(line) for line in answer.content.splitlines()]
        assert end["end"] is True
        assert end["count"] == len(lines)
        streamed += lines
        after = end["next_cursor"]
        if after is None:
            break
    lean = [{name: row[name] for name in row if name not in LEFT_OUT} for row in pages]
    assert streamed == lean


def check_summaries(world: World, body: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    done = [row for row in rows if row["status"] == "completed"]
    zone = "Asia/Tokyo" if len(rows) % 2 else "America/New_York"
    shops = sorted({row["merchant"]["id"] for row in world.rows if row["merchant"]})
    sets = {
        "one": {"merchants": shops[:1], "ids": [world.rows[0]["id"]]},
        "two": {"counterparties": ["Ada North"], "except_ids": [world.rows[-1]["id"]]},
    }
    named = [{"key": key, **one} for key, one in sets.items()]
    expectations = (
        ({"group_by": "month", "zone": zone}, lambda row: [worlds.month_of(row, zone)]),
        ({"group_by": "merchant"}, lambda row: [(row["merchant"] or {}).get("id", "")]),
        (
            {"group_by": "set", "sets_to_group": named},
            lambda row: [key for key, one in sets.items() if worlds.RULES["sets"](row, [one])],
        ),
    )
    for more, keys in expectations:
        told = world.ask("summary", {**body, **more}).json()["data"]
        found = {(one["key"], one["currency"]): [one[n] for n in SUMS[:3]] for one in told}
        wanted: dict[tuple[str, ...], list[int]] = {}
        for key in {key for row in done for key in keys(row)}:
            within = [row for row in done if key in keys(row)]
            by_currency = sums(within, lambda row, key=key: (key, row["currency"]))
            wanted |= {group: one[:3] for group, one in by_currency.items()}
        assert found == wanted
        assert len(found) == len(told)


@pytest.fixture(scope="module")
def crowd(running_box: Any) -> World:
    """Some rows that agree in everything but their ids."""
    platform = Platform(running_box.url)
    plan = {
        "kind": "deposit", "status": "completed", "currency": "EUR", "amount_minor": 500,
        "created_at": worlds.MOMENTS[1],
    }  # fmt: skip
    return made(platform, [plan] * 9)


@pytest.mark.parametrize("sort", SORTS)
def test_equal_rows_come_once_each_in_every_order(crowd: World, sort: str) -> None:
    pages = crowd.pages({"sort": sort, "limit": 2})
    assert [row["id"] for row in pages] == [row["id"] for row in in_order(crowd.rows, sort)]


def test_the_list_takes_the_same_filters_as_the_search(crowd: World) -> None:
    platform, sub = crowd.platform, crowd.sub
    for params in (
        {"sort": "amount", "amount_from": "5", "amount_until": "5.00"},
        {"account": crowd.rows[0]["account"]["id"], "counterparty": "BANK"},
        {"ids": [row["id"] for row in crowd.rows[:3]], "changed_since": worlds.MOMENTS[0]},
    ):
        answer = platform.get(f"{sub}/transactions", params=params)
        assert answer.status_code == 200, answer.text
        lists = ("account", "ids")
        body = {
            name: [value] if name in lists and isinstance(value, str) else value
            for name, value in params.items()
        }
        assert answer.json()["data"] == crowd.ask("search", body).json()["data"]


def test_a_cursor_belongs_to_its_order(crowd: World) -> None:
    cursor = crowd.ask("search", {"limit": 2}).json()["next_cursor"]
    for body in ({"sort": "amount"}, {"q": "bank"}, {"sets": [{"ids": [crowd.rows[0]["id"]]}]}):
        answer = crowd.platform.ask(
            f"{crowd.sub}/transactions/search", {**body, "limit": 2, "cursor": cursor}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_it_names_the_merchants_of_a_person_alone(platform: Platform) -> None:
    sub, other = platform.person(), platform.person()
    for shop in ("Wool & Wire", "Ærø Cykler"):
        platform.transaction(sub, merchant=shop)
    platform.transaction(other, merchant="Elsewhere")
    names = [row["name"] for row in platform.get(f"{sub}/merchants").json()["data"]]
    assert sorted(names) == ["Wool & Wire", "Ærø Cykler"]
    found = platform.get(f"{sub}/merchants", params={"q": "ÆRØ"}).json()["data"]
    assert [row["name"] for row in found] == ["Ærø Cykler"]
