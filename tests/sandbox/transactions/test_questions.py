"""Whatever a question says, the answer is one or a problem that names the field."""

from typing import Any

import pytest

from tests.sandbox.running import Platform

QUESTIONS = ("search", "totals", "summary", "stream")
ID = "txn_" + "0" * 32
BAD: list[tuple[str, Any]] = [
    ("status", "completed"),
    ("status", []),
    ("status", ["nonsense"]),
    ("status", [["completed"]]),
    ("status", [{}]),
    ("status", ["completed"] * 21),
    ("kind", [1]),
    ("direction", ["in"]),
    ("direction", "sideways"),
    ("currency", ["euro"]),
    ("currency", ["ＥＵＲ"]),
    ("created_from", "yesterday"),
    ("created_from", 20260101),
    ("created_until", "2026-02-30T00:00:00Z"),
    ("completed_from", "2026-01-01"),
    ("completed_until", "0001-01-01T00:00:00+14:00"),
    ("changed_since", True),
    ("amount_from", -1),
    ("amount_from", "-1"),
    ("amount_from", "1e9"),
    ("amount_from", "49,90"),
    ("amount_from", "٤٩"),
    ("amount_until", "9" * 19),
    ("amount_until", "0.00001"),
    ("amount_until", "NaN"),
    ("amount_until", 49.9),
    ("merchant", ["acc_1"]),
    ("merchant", ["mer_" + "x" * 40]),
    ("merchant", ["mer_1\0"]),
    ("account", ["mer_1"]),
    ("account", [None]),
    ("counterparty", ""),
    ("counterparty", "   "),
    ("counterparty", "x" * 201),
    ("counterparty", ["x"]),
    ("reference", "a\0b"),
    ("iban", "DE!"),
    ("iban", "D" * 35),
    ("iban", 5),
    ("needs_me", "true"),
    ("needs_me", 1),
    ("q", "x" * 201),
    ("q", "\0"),
    ("q", 7),
    ("ids", []),
    ("ids", ["txn_1"]),
    ("ids", [ID] * 1001),
    ("sets", {}),
    ("sets", [{}] * 6),
    ("sets", [[]]),
    ("sets", [{"colour": ["red"]}]),
    ("sets", [{"merchants": "mer_1"}]),
    ("sets", [{"counterparties": [""]}]),
    ("sets", [{"ids": [ID] * 1001}]),
    ("sets", [{"except_ids": ["x"]}]),
    ("colour", "red"),
    ("x" * 3000, "y"),
]
CONTRADICTIONS = [
    ("created_from", "2026-02-01T00:00:00Z", "created_until", "2026-01-01T00:00:00Z"),
    ("completed_from", "2026-02-01T00:00:00Z", "completed_until", "2026-01-31T23:59:59.999Z"),
    ("amount_from", "10", "amount_until", "9.9999"),
]


@pytest.fixture(scope="module")
def somebody(running_box: Any) -> str:
    return Platform(running_box.url).person(history=4)


def refused(platform: Platform, path: str, body: Any, field: str) -> None:
    answer = platform.ask(path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter"), answer.text
    assert answer.json()["field"] == field
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("field", "value"), BAD)
def test_it_refuses_a_filter_that_makes_no_sense(
    platform: Platform, somebody: str, field: str, value: Any
) -> None:
    for question in QUESTIONS:
        body = {"group_by": "month"} if question == "summary" else {}
        answer = platform.ask(f"{somebody}/transactions/{question}", {**body, field: value})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (400, "bad_filter"), answer.text
        assert problem["field"].split(".")[0] == field[:40]


@pytest.mark.parametrize(("low", "first", "high", "last"), CONTRADICTIONS)
def test_it_refuses_ends_before_beginnings(
    platform: Platform, somebody: str, low: str, first: str, high: str, last: str
) -> None:
    for question in ("search", "totals", "stream"):
        refused(platform, f"{somebody}/transactions/{question}", {low: first, high: last}, high)
    assert platform.ask(f"{somebody}/transactions/totals", {low: first, high: first}).ok


@pytest.mark.parametrize(
    ("question", "body", "field"),
    [
        ("search", {"limit": 0}, "limit"),
        ("search", {"limit": 101}, "limit"),
        ("search", {"limit": True}, "limit"),
        ("search", {"limit": "5"}, "limit"),
        ("search", {"sort": "colour"}, "sort"),
        ("search", {"sort": ["amount"]}, "sort"),
        ("search", {"after": "x"}, "after"),
        ("totals", {"sort": "amount"}, "sort"),
        ("totals", [], "body"),
        ("totals", "all", "body"),
        ("totals", 7, "body"),
        ("stream", {"limit": 50_001}, "limit"),
        ("stream", {"cursor": "x"}, "cursor"),
        ("summary", {}, "group_by"),
        ("summary", {"group_by": "colour"}, "group_by"),
        ("summary", {"group_by": "month", "zone": "Mars/Olympus"}, "zone"),
        ("summary", {"group_by": "month", "zone": "../etc/passwd"}, "zone"),
        ("summary", {"group_by": "month", "limit": 501}, "limit"),
        ("summary", {"group_by": "set"}, "sets_to_group"),
        ("summary", {"group_by": "set", "sets_to_group": []}, "sets_to_group"),
        ("summary", {"group_by": "set", "sets_to_group": [{}] * 41}, "sets_to_group"),
        ("summary", {"group_by": "set", "sets_to_group": [{"ids": []}]}, "sets_to_group.0"),
        ("summary", {"group_by": "set", "sets_to_group": [{"key": "a\0"}]}, "sets_to_group.0"),
        (
            "summary",
            {"group_by": "set", "sets_to_group": [{"key": "a"}, {"key": "a"}]},
            "sets_to_group.1",
        ),
        ("summary", {"group_by": "month", "sets_to_group": [{"key": "a"}]}, "sets_to_group"),
    ],
)
def test_it_refuses_what_a_question_does_not_know(
    platform: Platform, somebody: str, question: str, body: Any, field: str
) -> None:
    refused(platform, f"{somebody}/transactions/{question}", body, field)


@pytest.mark.parametrize("cursor", ["", "%%%", "ä", "YWJj", "x" * 5000, 7, ["a"], {}])
def test_it_refuses_a_broken_cursor(platform: Platform, somebody: str, cursor: Any) -> None:
    for question, name in (("search", "cursor"), ("stream", "after")):
        answer = platform.ask(f"{somebody}/transactions/{question}", {name: cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_it_takes_the_largest_question(platform: Platform, somebody: str) -> None:
    ids = [f"txn_{number:032x}" for number in range(1000)]
    names = [f"{number:0>200}" for number in range(1000)]
    one = {"counterparties": names, "ids": ids, "except_ids": ids}
    body = {"sets": [one] * 5, "ids": ids, "amount_until": "9" * 18 + ".9999"}
    for question in ("search", "totals", "stream"):
        assert platform.ask(f"{somebody}/transactions/{question}", body).status_code == 200
    named = [{"key": str(number), "ids": ids, "except_ids": ids} for number in range(40)]
    body = {"group_by": "set", "sets_to_group": named}
    assert platform.ask(f"{somebody}/transactions/summary", body).json()["data"] == []
    answer = platform.ask(f"{somebody}/transactions/totals", {"q": "x" * 5_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_question_is_json(platform: Platform, somebody: str) -> None:
    url = f"{platform.url}/transaction-service/v1/users/{somebody}/transactions/totals"
    for content, kind, status in (
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"q": NaN}', "application/json", 400),
        (b"[" * 30_000, "application/json", 400),
    ):
        answer = platform.session.post(url, data=content, headers={"Content-Type": kind})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"ids": [ID] * 21}, "ids"),
        ({"merchant": "mer_"}, "merchant"),
        ({"sets": "[]"}, "sets"),
        ({"sort": "up"}, "sort"),
        ({"needs_me": "yes"}, "needs_me"),
        ({"amount_from": ["1", "2"]}, "amount_from"),
        ({"amount_from": "2", "amount_until": "1"}, "amount_until"),
    ],
)
def test_the_list_refuses_the_same(
    platform: Platform, somebody: str, params: dict[str, Any], field: str
) -> None:
    answer = platform.get(f"{somebody}/transactions", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")
    assert answer.json()["field"] == field


def test_an_empty_set_holds_nothing(platform: Platform, somebody: str) -> None:
    for sets in ([{}], [{"ids": []}], [{}, {"except_ids": [ID]}]):
        body = {"sets": sets}
        assert platform.ask(f"{somebody}/transactions/search", body).json()["data"] == []
        assert platform.ask(f"{somebody}/transactions/totals", body).json()["data"] == []
        lines = platform.ask(f"{somebody}/transactions/stream", body).text.splitlines()
        assert len(lines) == 1
    assert len(platform.ask(f"{somebody}/transactions/search", {"sets": []}).json()["data"]) == 4
