"""Which account pays, or is paid, and what it comes to in its currency."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.transactions import exchange
from tests.sandbox.handoffs.conftest import Asked, Till
from tests.sandbox.running import Platform


@pytest.fixture
def person(platform: Platform) -> str:
    """With 100.00 euros and 200.00 pounds."""
    balances = [
        {"currency": "EUR", "amount_minor": 10_000},
        {"currency": "GBP", "amount_minor": 20_000},
    ]
    return platform.person(balances=balances)


def choices(till: Till, person: str, asked: Asked) -> dict[str, dict[str, Any]]:
    return {one["currency"]: one for one in till.look(person, asked.token).json()["accounts"]}


def confirm(till: Till, person: str, row: dict[str, Any], choice: dict[str, Any]) -> Any:
    seen = {name: choice[name] for name in ("amount_minor", "currency", "fee_minor")}
    return till.platform.confirm(person, row, account_id=choice["id"], **seen)


def test_it_begins_on_the_account_in_its_currency(till: Till, person: str) -> None:
    row = till.claimed(person, till.ask(currency="GBP"))
    assert (row["account"]["currency"], row["original_amount"]) == ("GBP", None)


def test_it_begins_where_there_is_enough(till: Till, person: str) -> None:
    row = till.claimed(person, till.ask(amount_minor=15_000))
    assert row["account"]["currency"] == "GBP"
    assert row["original_amount"]["amount_minor"] == 15_000


def test_another_account_pays_at_the_rate_that_was_shown(till: Till, person: str) -> None:
    asked = till.ask()
    row = till.claimed(person, asked)
    pounds = choices(till, person, asked)["GBP"]
    exact = 6490 * Decimal(pounds["rate"])
    assert abs(pounds["amount_minor"] - exact) <= Decimal("0.5")
    done = confirm(till, person, row, pounds)
    assert done.status_code == 201, done.text
    paid = done.json()["transaction"]
    assert paid["account"]["id"] == pounds["id"]
    assert (paid["amount_minor"], paid["currency"]) == (pounds["amount_minor"], "GBP")
    assert paid["original_amount"] == {
        "amount_minor": 6490, "currency": "EUR", "rate": pounds["rate"],
    }  # fmt: skip
    told = till.shop.read(f"/payments/{asked.id}").body
    assert (told["amount_minor"], told["currency"]) == (6490, "EUR")
    till.platform.control("POST", f"transactions/{row['id']}/advance", {"to": "completed"})
    assert till.shop.read("/balance").body["data"][0]["balance_minor"] == 6490
    assert till.platform.control("GET", "ledger") == {"wrong": []}


def test_other_figures_than_those_of_the_account_are_refused(till: Till, person: str) -> None:
    asked = till.ask()
    row = till.claimed(person, asked)
    pounds = choices(till, person, asked)["GBP"]
    refused = confirm(till, person, row, {**pounds, "amount_minor": pounds["amount_minor"] - 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "amount_changed")
    assert till.look(person, asked.token).json()["transaction"] == row


def test_nobody_elses_account_pays(till: Till, person: str, platform: Platform) -> None:
    row = till.claimed(person, till.ask())
    theirs = platform.get(f"{platform.person()}/accounts").json()["data"][0]["id"]
    for account in (theirs, "acc_nobodys"):
        refused = platform.confirm(person, row, account_id=account)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_account")


def test_what_began_elsewhere_stays_on_its_account(platform: Platform, person: str) -> None:
    row = platform.transaction(person, status="action_required")
    other = platform.get(f"{person}/accounts").json()["data"][1]["id"]
    refused = platform.confirm(person, row, account_id=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_is_fixed")
    assert platform.confirm(person, row, account_id=row["account"]["id"]).status_code == 201


def test_too_little_money_is_told_and_nothing_moves(till: Till, person: str) -> None:
    asked = till.ask(amount_minor=900_000)
    row = till.claimed(person, asked)
    found = choices(till, person, asked)
    assert [one["covers"] for one in found.values()] == [False, False]
    refused = confirm(till, person, row, found["EUR"])
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    assert till.status(asked) == "action_required"


def test_a_currency_that_nobody_changes_into_is_no_ones(till: Till, person: str) -> None:
    asked = till.ask(currency="JPY")
    assert choices(till, person, asked) == {}
    refused = till.claim(person, asked.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_account")


def test_a_payout_goes_to_the_account_that_was_chosen(till: Till, person: str) -> None:
    asked = till.ask("payouts", amount_minor=5000)
    row = till.claimed(person, asked)
    assert (row["kind"], row["direction"]) == ("payout", "in")
    pounds = choices(till, person, asked)["GBP"]
    assert pounds["covers"]
    assert confirm(till, person, row, pounds).status_code == 201
    till.platform.control("POST", f"transactions/{row['id']}/advance", {"to": "completed"})
    rows = till.platform.get(f"{person}/accounts").json()["data"]
    balances = {one["currency"]: one["balance_minor"] for one in rows}
    assert balances == {"EUR": 10_000, "GBP": 20_000 + pounds["amount_minor"]}
    assert till.status(asked) == "completed"
    assert till.platform.control("GET", "ledger") == {"wrong": []}


@pytest.mark.parametrize(
    ("amount", "source", "target", "at", "becomes"),
    [
        (6490, "EUR", "GBP", "0.85", 5517),
        (100, "EUR", "JPY", "165.4", 165),
        (165, "JPY", "EUR", "0.006", 99),
        (1, "CZK", "EUR", "0.0402", 1),
        (50, "EUR", "KWD", "0.35", 175),
    ],
)
def test_minor_units_follow_their_currency(
    amount: int, source: str, target: str, at: str, becomes: int
) -> None:
    assert exchange.changed(amount, source, target, Decimal(at)) == becomes
