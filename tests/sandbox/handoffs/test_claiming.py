"""A merchant's demand becomes the transaction of whoever takes it on, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.handoffs.conftest import BACK, Till
from tests.sandbox.merchant_api.shop import new_nonce
from tests.sandbox.running import Platform
from tests.sandbox.transactions.test_contract import check


@pytest.fixture
def alice(platform: Platform) -> str:
    return platform.person()


def test_it_shows_who_asks_what_and_until_when(till: Till, alice: str) -> None:
    asked = till.ask(merchant_reference="A-1", remittance_information="Two lamps")
    shown = till.look(alice, asked.token).json()
    assert (shown["state"], shown["owner"], shown["transaction"]) == ("open", alice, None)
    assert shown["merchant"]["name"] == till.shop.name
    assert (shown["amount_minor"], shown["currency"]) == (6490, "EUR")
    assert shown["return_url"] == f"{BACK}&payment={asked.id}"
    assert [(one["amount_minor"], one["covers"]) for one in shown["accounts"]] == [(6490, True)]
    assert till.status(asked) == "action_required"
    assert till.platform.effects(alice) == []


def test_it_becomes_theirs_with_the_merchants_id_and_end(till: Till, alice: str) -> None:
    asked = till.ask()
    shown = till.look(alice, asked.token).json()
    row = till.claimed(alice, asked)
    assert (row["id"], row["status"]) == (asked.transaction_id, "action_required")
    assert (row["expires_at"], row["created_at"]) == (shown["expires_at"], shown["created_at"])
    assert row["handoff"] == {"token": asked.token, "return_url": f"{BACK}&payment={asked.id}"}
    assert [line["name"] for line in row["timeline"]] == [
        "transaction.created", "transaction.action_required",
    ]  # fmt: skip
    waiting = till.platform.get(f"{alice}/transactions?needs_me=true").json()["data"]
    assert [one["id"] for one in waiting] == [row["id"]]
    assert till.look(alice, asked.token).json()["transaction"] == row
    done = till.platform.confirm(alice, row).json()["transaction"]
    assert done["status"] == till.status(asked) == "processing"


def test_a_double_click_and_two_tabs_take_it_on_once(till: Till, alice: str) -> None:
    asked, key = till.ask(), new_nonce()
    keys = [key] * 4 + [new_nonce() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: till.claim(alice, asked.token, one), keys))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["transaction"]["id"] for answer in answers} == {asked.transaction_id}
    assert till.platform.effects(alice) == ["handoff.claimed"]


def test_of_many_people_at_once_one_has_it(till: Till, platform: Platform) -> None:
    asked, people = till.ask(), [platform.person() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: till.claim(one, asked.token), people))
    assert sorted(answer.status_code for answer in answers) == [201, *[404] * 5]
    having = [one for one in people if platform.get(f"{one}/transactions").json()["data"]]
    assert len(having) == 1
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_somebody_elses_is_like_one_that_never_was(till: Till, alice: str) -> None:
    asked, bob = till.ask(), till.platform.person()
    till.claimed(alice, asked)
    none = "A" * 43
    for theirs, nobodys in (
        (till.look(bob, asked.token), till.look(bob, none)),
        (till.claim(bob, asked.token), till.claim(bob, none)),
    ):
        bodies = [{**one.json(), "request_id": ""} for one in (theirs, nobodys)]
        assert theirs.status_code == nobodys.status_code == 404
        assert bodies[0] == bodies[1]


def test_what_was_called_off_meanwhile_is_over(till: Till, alice: str) -> None:
    before, after = till.ask(), till.ask()
    assert till.call_off(before) == 201
    assert till.look(alice, before.token).status_code == 404
    assert till.claim(alice, before.token).status_code == 404
    row = till.claimed(alice, after)
    assert till.call_off(after) == 201
    shown = till.look(alice, after.token).json()
    assert (shown["state"], shown["transaction"]["status"]) == ("yours", "cancelled")
    refused = till.platform.confirm(alice, row)
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")


def test_taking_on_and_calling_off_at_once_end_alike_for_both(till: Till, alice: str) -> None:
    for _ in range(4):
        asked = till.ask()
        with ThreadPoolExecutor(2) as pool:
            claim = pool.submit(till.claim, alice, asked.token)
            called_off = pool.submit(till.call_off, asked)
        assert called_off.result() == 201
        assert claim.result().status_code in {201, 404}
        assert till.status(asked) == "cancelled"


def test_who_may_only_look_leaves_it_open_for_others(till: Till, alice: str) -> None:
    asked = till.ask()
    carol = till.platform.person(roles=["user", "restricted"])
    assert till.look(carol, asked.token).json()["state"] == "open"
    refused = till.claim(carol, asked.token)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_restricted")
    assert till.claimed(alice, asked)["owner"] == alice


@pytest.mark.parametrize("token", ["A" * 42, "A" * 44, "%00" + "A" * 42, "…" * 43])
def test_what_is_no_token_leads_nowhere(till: Till, alice: str, token: str) -> None:
    assert till.look(alice, token).status_code == 404


def test_what_it_answers_fits_the_document(till: Till, alice: str) -> None:
    asked = till.ask()
    check("Handoff", till.look(alice, asked.token))
    key = new_nonce()
    check("HandoffClaimed", till.claim(alice, asked.token, key))
    check("Handoff", till.look(alice, asked.token))
    check("Outcome", till.platform.get(f"{alice}/outcomes/{key}"))
    check("Problem", till.look(alice, "A" * 43))
