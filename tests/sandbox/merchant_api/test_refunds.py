"""Money that a merchant sends back: in its own currency, and never more than was paid."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction as database
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sandbox import clock
from sandbox.control import making
from sandbox.ledger import journal
from sandbox.merchant_api import payments
from sandbox.people.models import Merchant
from sandbox.transactions import machine
from sandbox.transactions.models import Transaction
from sandbox.transactions.refunds import give_back
from sandbox.transactions.shares import left_at_merchant, left_of, share_of_customer
from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop


def paid(shop: Shop, amount: int = 6490, **facts: Any) -> tuple[str, dict[str, Any]]:
    """A person, and a payment of theirs that the shop has."""
    person = shop.platform.person()
    row = shop.platform.transaction(
        person, merchant=shop.name, amount_minor=amount, **{"status": "completed", **facts}
    )
    return person, {**row, "pay": row["id"].replace("txn", "pay")}


def refund(shop: Shop, payment: str, amount: int, key: str = "", **changed: Any) -> Answer:
    body = {"amount_minor": amount, "currency": "EUR", **changed}
    return shop.post(f"/payments/{payment}/refunds", body, key=key)


def test_it_sends_money_back_in_parts_until_nothing_is_left(shop: Shop) -> None:
    person, row = paid(shop)
    before = shop.platform.balance(person)[0]
    first = refund(shop, row["pay"], 2000, note="One lamp was broken")
    assert first.status == 201, first.body
    assert (first.body["status"], first.body["payment_id"]) == ("completed", row["pay"])
    assert shop.platform.balance(person)[0] == before + 2000
    assert shop.get(f"/payments/{row['pay']}").body["refunded_minor"] == 2000
    more = refund(shop, row["pay"], 4491)
    assert (more.status, more.code, more.body["refundable_minor"]) == (
        422, "amount_exceeds_refundable", 4490,
    )  # fmt: skip
    second = refund(shop, row["pay"], 4490)
    assert shop.get(f"/refunds/{second.body['id']}").body == second.body
    assert shop.get(f"/refunds?payment={row['pay']}").body["data"] == [second.body, first.body]
    assert shop.platform.control("GET", "ledger") == {"wrong": []}
    told = shop.platform.get(f"{person}/transactions/{row['id']}").json()["timeline"]
    notes = [line["note"] for line in told if line["name"] == "refund.received"]
    assert notes == ["One lamp was broken", None]


def test_a_retry_sends_it_back_once(shop: Shop) -> None:
    _, row = paid(shop)
    key = new_nonce()
    first, second = (refund(shop, row["pay"], 1000, key) for _ in range(2))
    assert first.body == second.body
    assert len(shop.get("/refunds").body["data"]) == 1


def test_twice_at_once_is_once(shop: Shop) -> None:
    _, row = paid(shop)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refund(shop, row["pay"], 6490), range(8)))
    assert sorted(answer.status for answer in answers) == [201, *[422] * 7]
    assert shop.get(f"/payments/{row['pay']}").body["refunded_minor"] == 6490
    assert shop.platform.control("GET", "ledger") == {"wrong": []}


@pytest.mark.parametrize("status", ["action_required", "processing", "cancelled"])
def test_only_what_was_paid_comes_back(shop: Shop, status: str) -> None:
    _, row = paid(shop, status=status)
    answer = refund(shop, row["pay"], 1)
    assert (answer.status, answer.body["reason"]) == (409, status)


def test_what_waits_for_its_customer_has_nothing_to_send_back(shop: Shop) -> None:
    back = {"url": "https://shop.example/paid"}
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", back)
    wish = {"amount_minor": 100, "currency": "EUR", "return_url": back["url"]}
    made = shop.post("/payments", wish).body["id"]
    answer = refund(shop, made, 100)
    assert (answer.status, answer.body["reason"]) == (409, "action_required")


def test_another_merchants_refunds_and_payments_are_like_none(shop: Shop) -> None:
    _, row = paid(shop)
    made = refund(shop, row["pay"], 100).body["id"]
    other = open_shop(shop.platform)
    assert other.get(f"/refunds/{made}").status == 404
    assert other.get("/refunds").body["data"] == []
    theirs, none = refund(other, row["pay"], 100), refund(other, "pay_" + "0" * 32, 100)
    assert (theirs.status, theirs.code) == (none.status, none.code) == (404, "unknown_payment")
    foreign = refund(shop, row["pay"], 100, currency="GBP")
    assert (foreign.status, foreign.code) == (422, "wrong_currency")


def test_with_all_of_it_back_nothing_is_asked_for_any_more(shop: Shop) -> None:
    person, row = paid(shop)
    shop.platform.ask_refund(person, row, 1000)
    refund(shop, row["pay"], 6490)
    states = [case["state"] for case in shop.get("/refund-requests").body["data"]]
    assert states == ["closed"]


class TestAnotherCurrency(TestCase):
    """The customer's account is in euros, the merchant asked for pounds or yen."""

    @settings(max_examples=25)
    @given(
        st.integers(1, 5000),
        st.integers(1, 800_000),
        st.lists(st.tuples(st.booleans(), st.integers(1, 100)), min_size=1, max_size=6),
    )
    def test_both_sides_end_together(
        self, theirs: int, whole: int, steps: list[tuple[bool, int]]
    ) -> None:
        row = exchanged(theirs, whole)
        by = machine.Actor("merchant", "Tea Rooms")
        told = 0
        for by_merchant, share in steps:
            left = left_of(row)
            if not left:
                break
            wish = amount = max(1, left * share // 100)
            if by_merchant:
                wish = max(1, left_at_merchant(row) * share // 100)
                amount = share_of_customer(row, wish)
            if amount:
                made = give_back(
                    row, amount, clock.now(), by=by, original_minor=wish if by_merchant else None
                )
                told += made.original_amount_minor or 0
        if left := left_at_merchant(row):
            assert share_of_customer(row, left) == left_of(row) > 0
            made = give_back(row, left_of(row), clock.now(), by=by, original_minor=left)
            told += made.original_amount_minor or 0
        assert (told, left_of(row)) == (whole, 0)
        assert journal.verify_ledger() == []

    def test_the_merchant_says_how_much_in_their_own(self) -> None:
        row = exchanged(1779, 1500)
        assert share_of_customer(row, 500) == 593
        shop = Merchant.objects.get(name="Tea Rooms")
        with database.atomic():
            give_back(row, 593, clock.now(), by=machine.Actor("merchant"), original_minor=500)
        found = payments.one(shop, row.wire_id.replace("txn", "pay"), clock.now())
        assert (found["refunded_minor"], found["currency"]) == (500, "GBP")


def exchanged(theirs: int, whole: int) -> Transaction:
    """A payment of so many cents for which the merchant got so many pence."""
    now = clock.now()
    ada = making.person({"email": f"{new_nonce()}@example.com", "name": "Ada North"}, now)
    row = making.transaction(
        ada,
        {
            "amount_minor": theirs,
            "currency": "EUR",
            "status": "processing",
            "merchant": "Tea Rooms",
        },
        now,
    )
    assert row.merchant
    row.original_amount_minor, row.original_currency, row.rate = whole, "GBP", "1"
    row.peer = journal.merchant_account(row.merchant, "GBP")
    row.save()
    with database.atomic():
        machine.move(row, "completed", by=machine.Actor("bank"), at=now)
    return row
