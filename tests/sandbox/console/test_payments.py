"""Payments and payouts through the console: found, asked for once, forced where they may go."""

import pytest

from tests.sandbox.console.desk import Desk, everything, join, new_key, shop_with_desk
from tests.sandbox.merchant_api.shop import Shop
from tests.sandbox.running import Box, Platform

BACK = "https://shop.example/paid"
WISH = {"kind": "payment", "amount_minor": 6490, "currency": "EUR", "return_url": BACK}


@pytest.fixture
def shop(platform: Platform) -> Shop:
    shop, _ = shop_with_desk(platform)
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    return shop


@pytest.fixture
def desk(platform: Platform, shop: Shop) -> Desk:
    return join(platform, shop.id)


def test_what_is_asked_for_in_the_form_is_one_of_the_apis(shop: Shop, desk: Desk) -> None:
    made = desk.post("/payments", {**WISH, "merchant_reference": "Order 7"})
    assert made.status == 201, made.body
    assert "/handoff/" in made.body["handoff_url"]
    same = shop.get(f"/payments/{made.body['id']}").body
    assert {name: made.body[name] for name in same} == same


def test_its_hand_off_is_in_no_table(running_box: Box, desk: Desk) -> None:
    made = desk.post("/payments", WISH).body
    token = made["handoff_url"].split("/")[-2]
    kept = everything(running_box)
    assert made["id"] in kept
    assert token not in kept


def test_a_double_click_asks_once(desk: Desk) -> None:
    key = new_key()
    first, second = (desk.post("/payments", WISH, key=key) for _ in range(2))
    assert first.body == second.body
    assert len(desk.get("/payments").body["data"]) == 1


def test_it_wants_a_registered_return_address(desk: Desk) -> None:
    refused = desk.post("/payments", {**WISH, "return_url": "https://evil.example/"})
    assert (refused.status, refused.code) == (422, "unknown_return_url")


def test_both_kinds_stand_in_one_list_page_by_page(desk: Desk) -> None:
    ids = [
        desk.post("/payments", {**WISH, "kind": kind}).body["id"]
        for kind in ("payment", "payout", "payment", "payout", "payment")
    ]
    found, cursor = [], ""
    while True:
        page = desk.get("/payments", limit="2", **({"cursor": cursor} if cursor else {})).body
        found += [row["id"] for row in page["data"]]
        if not (cursor := page["next_cursor"]):
            break
    assert found == ids[::-1]
    assert {row["kind"] for row in desk.get("/payments", kind="payout").body["data"]} == {"payout"}


def test_it_finds_by_reference_and_by_id(platform: Platform, shop: Shop, desk: Desk) -> None:
    made = desk.post("/payments", {**WISH, "merchant_reference": "Order 7%"}).body
    desk.post("/payments", WISH)
    paid = platform.transaction(
        platform.person(), status="completed", merchant=shop.name, merchant_reference="Order 78"
    )

    def look(**params: str) -> set[str]:
        return {row["id"][4:] for row in desk.get("/payments", **params).body["data"]}

    assert look(q="order 7") == {made["id"][4:], paid["id"][4:]}
    assert look(q="7%") == {made["id"][4:]}
    assert look(q=made["id"]) == {made["id"][4:]}
    assert look(status="completed") == {paid["id"][4:]}
    assert desk.get("/payments", status="paid").code == "bad_filter"


@pytest.mark.parametrize("to", ["cancelled", "expired"])
def test_one_without_a_customer_can_only_be_ended(shop: Shop, desk: Desk, to: str) -> None:
    made = desk.post("/payments", WISH).body
    assert made["next"] == ["cancelled", "expired"]
    early = desk.post(f"/payments/{made['id']}/moves", {"to": "completed"})
    assert (early.status, early.code) == (409, "action_not_allowed")
    ended = desk.post(f"/payments/{made['id']}/moves", {"to": to}).body
    assert (ended["status"], ended["next"], ended["handoff_url"]) == (to, [], None)
    assert shop.get(f"/payments/{made['id']}").body["status"] == to


def test_one_with_a_customer_goes_where_the_table_leads(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    person = platform.person()
    row = platform.transaction(person, status="action_required", merchant=shop.name)
    path = f"/payments/pay_{row['id'][4:]}"
    for to in ("processing", "completed"):
        before = desk.get(path).body
        assert to in before["next"]
        assert desk.post(f"{path}/moves", {"to": to}).body["status"] == to
    done = desk.get(path).body
    assert done["next"] == []
    assert done["customer"]["transaction_id"] == row["id"]
    assert [line["name"] for line in done["timeline"]][-2:] == ["processing", "completed"]
    assert platform.get(f"{person}/transactions/{row['id']}").json()["status"] == "completed"
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_what_an_account_cant_pay_is_refused(platform: Platform, shop: Shop, desk: Desk) -> None:
    row = platform.transaction(
        platform.person(), status="action_required", merchant=shop.name, amount_minor=10**10
    )
    refused = desk.post(f"/payments/pay_{row['id'][4:]}/moves", {"to": "processing"})
    assert (refused.status, refused.code) == (422, "insufficient_funds")


def test_another_merchants_payment_is_like_none(platform: Platform, desk: Desk) -> None:
    other = platform.transaction(platform.person(), merchant="Somebody else's shop")
    for path in (f"pay_{other['id'][4:]}", "pay_" + "0" * 32, "nonsense"):
        assert desk.get(f"/payments/{path}").code == "unknown_payment"
        assert desk.post(f"/payments/{path}/moves", {"to": "failed"}).code == "unknown_payment"
