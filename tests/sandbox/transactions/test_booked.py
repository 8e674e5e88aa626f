"""Statements of an account add up, to the balance and to each other."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.running import Platform


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def statement(platform: Platform, sub: str, account: str, since: datetime, until: datetime) -> Any:
    params = {"from": instant(since), "until": instant(until)}
    answer = platform.get(f"{sub}/accounts/{account}/statement", params=params)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    moved = found["in_minor"] - found["out_minor"] - found["fees_minor"]
    others = sum(one["amount_minor"] for one in found["other"])
    assert found["opening_minor"] + moved + others == found["closing_minor"]
    return found


def test_months_follow_one_another_up_to_the_balance(platform: Platform) -> None:
    sub = platform.person(balances=[{"currency": "EUR", "amount_minor": 500_000}])
    days = (100, 70, 69, 40, 10, 1)
    for day, kind, fee in zip(
        days, ["deposit", "payment", "transfer", "deposit", "payment", "payment"],
        (0, 35, 0, 0, 150, 0), strict=True,
    ):  # fmt: skip
        platform.transaction(
            sub, kind=kind, status="completed", completed_days_ago=day, fee_minor=fee
        )
    platform.transaction(sub, status="failed", completed_days_ago=5)
    platform.transaction(sub)
    account = platform.get(f"{sub}/accounts").json()["data"][0]
    now = datetime.now(UTC) + timedelta(seconds=1)
    ends = [now - timedelta(days=step) for step in (130, 75, 60, 30, 0)]
    told = [statement(platform, sub, account["id"], *period) for period in pairwise(ends)]
    for before, after in pairwise(told):
        assert before["closing_minor"] == after["opening_minor"]
    assert told[0]["opening_minor"] == 0
    assert told[-1]["closing_minor"] == account["balance_minor"]
    assert [one["count"] for one in told] == [1, 2, 1, 2]
    assert [one["fees_minor"] for one in told] == [0, 35, 0, 150]
    assert [one["amount_minor"] for one in told[-1]["other"]] == [500_000]
    assert told[0]["account"]["id"] == account["id"]


def test_nobody_reads_anothers_statement(platform: Platform) -> None:
    sub, other = platform.person(), platform.person()
    account = platform.get(f"{other}/accounts").json()["data"][0]["id"]
    params = {"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    for unknown in (account, "acc_nobody", "acc_", "x" * 200, "acc_1%00"):
        answer = platform.get(f"{sub}/accounts/{unknown}/statement", params=params)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "from"),
        ({"from": "2026-01-01T00:00:00Z"}, "until"),
        ({"from": "2026-01-01", "until": "2026-02-01T00:00:00Z"}, "from"),
        ({"from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "until"),
        ({"from": ["2026-02-01T00:00:00Z"] * 2, "until": "2026-01-01T00:00:00Z"}, "from"),
        ({"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "q": "x"}, "q"),
    ],
)
def test_it_refuses_a_period_that_is_none(
    platform: Platform, params: dict[str, Any], field: str
) -> None:
    sub = platform.person()
    account = platform.get(f"{sub}/accounts").json()["data"][0]["id"]
    answer = platform.get(f"{sub}/accounts/{account}/statement", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")
    assert answer.json()["field"] == field
