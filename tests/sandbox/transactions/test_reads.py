"""Accounts, the list with its pages and filters, and the detail, over HTTP."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sandbox import clock
from sandbox.control import making
from tests.sandbox.running import TOKEN, Platform


def ids(answer: object) -> list[str]:
    return [row["id"] for row in answer.json()["data"]]


def test_it_pages_through_everything_once(platform: Platform) -> None:
    sub = platform.person(history=23)
    whole = ids(platform.get(f"{sub}/transactions?limit=100"))
    seen, cursor = [], ""
    while cursor is not None:
        page = platform.get(f"{sub}/transactions", params={"limit": 5, "cursor": cursor})
        seen += ids(page)
        cursor = page.json()["next_cursor"]
    assert seen == whole
    assert len(set(seen)) == 23
    times = [r["created_at"] for r in platform.get(f"{sub}/transactions").json()["data"]]
    assert times == sorted(times, reverse=True)


def test_it_filters(platform: Platform) -> None:
    sub = platform.person()
    waits = platform.transaction(sub, status="action_required")
    done = platform.transaction(sub, status="completed", kind="deposit", currency="GBP")
    sent = platform.transaction(sub, kind="transfer", amount_minor=123456 // 100)
    for query, expected in (
        ("needs_me=true", [waits]),
        ("needs_me=false", [sent, done, waits]),
        ("status=completed&status=processing", [sent, done]),
        ("kind=deposit", [done]),
        ("direction=in", [done]),
        ("currency=GBP", [done]),
        ("currency=GBP&currency=EUR&direction=out", [sent, waits]),
        (f"created_from={sent['created_at']}&created_until=2999-01-01T00:00:00Z", None),
        ("created_until=2001-01-01T00:00:00Z", []),
        ("created_from=2999-01-01T00:00:00Z&created_until=2999-01-01T00:00:00Z", []),
    ):
        found = ids(platform.get(f"{sub}/transactions?{query}"))
        assert expected is None or found == [row["id"] for row in expected], query


@pytest.mark.parametrize(
    "q",
    ["dvořák", "DVOŘÁK blue", "12,34", "1234.00 lamp", "RF-77", "dv", "€1,234.00", "lamp%", "_"],
)
def test_it_searches(platform: Platform, q: str) -> None:
    sub = platform.person()
    big = platform.transaction(
        sub, kind="deposit", amount_minor=123400, counterparty_name="Žofia Dvořák",
        remittance_information="the blue lamp", end_to_end_id="RF-77",
    )  # fmt: skip
    small = platform.transaction(sub, kind="deposit", amount_minor=1234)
    expected = {"12,34": [small["id"]], "lamp%": [], "_": []}.get(q, [big["id"]])
    assert ids(platform.get(f"{sub}/transactions", params={"q": q})) == expected


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"status": "nonsense"}, "bad_filter"),
        ({"kind": "a\0b"}, "bad_filter"),
        ({"currency": "euro"}, "bad_filter"),
        ({"direction": ["in", "out"]}, "bad_filter"),
        ({"limit": "0"}, "bad_filter"),
        ({"limit": "²"}, "bad_filter"),
        ({"limit": "101"}, "bad_filter"),
        ({"created_from": "yesterday"}, "bad_filter"),
        ({"created_from": "2026-13-01T00:00:00Z"}, "bad_filter"),
        ({"created_from": "0001-01-01T00:00:00+14:00"}, "bad_filter"),
        ({"q": "x" * 201}, "bad_filter"),
        ({"q": "a\0"}, "bad_filter"),
        ({"colour": "red"}, "bad_filter"),
        ({"cursor": "%%%"}, "bad_cursor"),
        ({"cursor": "ä"}, "bad_cursor"),
        ({"cursor": "YWJj"}, "bad_cursor"),
    ],
)
def test_it_refuses_what_it_does_not_know(
    platform: Platform, params: dict[str, object], code: str
) -> None:
    answer = platform.get(f"{platform.person()}/transactions", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    if code == "bad_filter":
        assert answer.json()["field"] == next(iter(params))


def test_a_cursor_belongs_to_its_list(platform: Platform) -> None:
    sub, other = platform.person(history=3), platform.person(history=3)
    cursor = platform.get(f"{sub}/transactions?limit=1").json()["next_cursor"]
    for path in (f"{other}/transactions?", f"{sub}/transactions?kind=deposit&"):
        answer = platform.get(f"{path}cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.django_db(transaction=True)
def test_a_page_costs_the_same_number_of_queries(client: Client) -> None:
    """A page of one and a page of sixty differ by nothing but their rows."""
    facts = {"email": "ada@example.com", "name": "Ada North", "history": 60}
    person = making.person(facts, clock.now())
    counts = set()
    for limit in (1, 60):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(
                f"/transaction-service/v1/users/{person.sub}/transactions?limit={limit}",
                headers={"Authorization": f"Bearer {TOKEN}"},
            )
        assert len(answer.json()["data"]) == limit
        counts.add(len(queries))
    assert counts == {6}


def test_it_needs_the_token(platform: Platform) -> None:
    path = f"{platform.person()}/accounts"
    for token in ("", "Bearer ", "Bearer wrong", "Basic dG9rZW4=", "Bearer \xe9"):
        answer = platform.get(path, headers={"Authorization": token.encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_it_says_who_is_unknown(platform: Platform) -> None:
    for sub in ("usr_nobody", "a%00b", "x" * 300, "%F0%9F%92%B6"):
        answer = platform.get(f"{sub}/accounts")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_user")
    sub = platform.person()
    for id_ in ("txn_" + "0" * 32, "txn_1", "a%00b", "txn_" + "9" * 400):
        answer = platform.get(f"{sub}/transactions/{id_}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_transaction")
    assert platform.get(f"{sub}/outcomes/a%00b").json()["code"] == "unknown_key"


def test_it_echoes_the_request_id(platform: Platform) -> None:
    path = f"{platform.person()}/accounts"
    assert platform.get(path, headers={"X-Request-Id": "r-1"}).headers["X-Request-Id"] == "r-1"
    made = platform.get(path, headers={"X-Request-Id": "two words"}).headers["X-Request-Id"]
    assert made.startswith("req_")
