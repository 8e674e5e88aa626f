"""A merchant calls off what its customer hasn't agreed to yet."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop
from tests.sandbox.running import Platform

BACK = "https://shop.example/paid"


@pytest.fixture
def waiting(shop: Shop) -> str:
    """The id of a payment that waits for a customer."""
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    body = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK}
    return str(shop.post("/payments", body).body["id"])


def call_off(shop: Shop, id_: str, key: str = "", **body: Any) -> Answer:
    return shop.post(f"/payments/{id_}/cancellations", body, key=key)


def test_what_waits_for_a_customer_is_called_off(shop: Shop, waiting: str) -> None:
    done = call_off(shop, waiting)
    assert (done.status, done.body["status"]) == (201, "cancelled")
    assert shop.get(f"/payments/{waiting}").body == done.body
    assert shop.get("/payments?status=cancelled").body["data"] == [done.body]
    assert shop.get("/payments?status=action_required").body["data"] == []
    again = call_off(shop, waiting)
    assert (again.status, again.code, again.body["reason"]) == (
        409, "action_not_allowed", "cancelled",
    )  # fmt: skip


def test_what_a_customer_has_but_has_not_agreed_to_is_called_off(shop: Shop) -> None:
    person = shop.platform.person()
    row = shop.platform.transaction(person, status="action_required", merchant=shop.name)
    done = call_off(shop, row["id"].replace("txn", "pay"), note="Sold out")
    assert (done.status, done.body["status"]) == (201, "cancelled")
    last = shop.platform.get(f"{person}/transactions/{row['id']}").json()["timeline"][-1]
    assert (last["name"], last["actor"], last["note"]) == (
        "transaction.cancelled", {"kind": "merchant", "name": shop.name}, "Sold out",
    )  # fmt: skip


@pytest.mark.parametrize("status", ["processing", "completed", "expired"])
def test_what_went_on_is_not(shop: Shop, status: str) -> None:
    person = shop.platform.person()
    row = shop.platform.transaction(person, status=status, merchant=shop.name)
    answer = call_off(shop, row["id"].replace("txn", "pay"))
    assert (answer.status, answer.body["reason"]) == (409, status)
    assert shop.platform.control("GET", "ledger") == {"wrong": []}


def test_a_refusal_is_the_answer_of_its_key(shop: Shop, waiting: str) -> None:
    call_off(shop, waiting)
    key = new_nonce()
    first, second = (call_off(shop, waiting, key) for _ in range(2))
    assert first.status == second.status == 409
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.body["request_id"] != second.body["request_id"]


def test_nobody_elses_is_called_off(shop: Shop, platform: Platform, waiting: str) -> None:
    other = open_shop(platform)
    theirs, none = call_off(other, waiting), call_off(other, "pay_" + "0" * 32)
    assert (theirs.status, theirs.code) == (none.status, none.code) == (404, "unknown_payment")
    assert shop.get(f"/payments/{waiting}").body["status"] == "action_required"


def test_of_many_at_once_one_wins(shop: Shop, waiting: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: call_off(shop, waiting), range(10)))
    assert sorted(answer.status for answer in answers) == [201, *[409] * 9]
