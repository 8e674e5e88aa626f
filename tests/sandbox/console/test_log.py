"""The log and the progress through the console: what really was done, and nobody else's."""

from tests.sandbox.console.desk import Desk, join, shop_with_desk
from tests.sandbox.merchant_api.shop import new_nonce
from tests.sandbox.running import Platform

BACK = "https://shop.example/paid"
WISH = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK}


def test_it_shows_and_explains_what_was_refused(platform: Platform) -> None:
    shop, desk = shop_with_desk(platform)
    shop.get("/balance")
    refused = shop.get("/balance", ago=61)
    rows = desk.get("/requests").body["data"]
    assert [(row["status"], row["verdict"]) for row in rows] == [
        (401, "refused"),
        (200, "verified"),
    ]
    assert [row["id"] for row in desk.get("/requests", verdict="refused").body["data"]] == [
        refused.body["request_id"]
    ]
    whole = desk.get(f"/requests/{refused.body['request_id']}").body
    assert {step["step"]: step["result"] for step in whole["steps"]}["time"] == "failed"
    stranger = shop_with_desk(platform)[1]
    assert stranger.get(f"/requests/{refused.body['request_id']}").code == "unknown_request"
    assert stranger.get("/requests").body["data"] == []


def test_steps_are_ticked_as_they_happen(platform: Platform) -> None:
    shop, desk = shop_with_desk(platform)

    def done() -> set[str]:
        told = desk.get("/progress").body["done"]
        return {name for name, at in told.items() if at}

    assert done() == {"key"}
    desk.post("/return-addresses", {"url": BACK})
    assert done() == {"key", "return_address", "public_return_address"}
    # Asked for in a form: nobody signed anything.
    desk.post("/payments", {**WISH, "kind": "payment"})
    assert "signed_payment" not in done()
    key = new_nonce()
    made = shop.post("/payments", WISH, key=key)
    assert "signed_payment" in done()
    waiting = desk.get("/progress").body["waiting"]
    assert waiting == {"id": made.body["id"], "handoff_url": made.body["handoff_url"]}
    assert "retried" not in done()
    shop.post("/payments", WISH, key=key)
    assert "retried" in done()
    shop.get("/balance", ago=61)
    assert "refusal_seen" in done()
    join(platform, shop.id)
    assert {"second_admin"} <= done()
    assert not {"customer_agreed", "payment_completed", "webhook_delivered"} & done()


def test_a_fresh_world_takes_nothing_from_what_was_ever_done(platform: Platform) -> None:
    shop, desk = shop_with_desk(platform)
    shop.get("/balance", ago=61)
    assert desk.post("/resets", {}).status == 201
    told = desk.get("/progress").body
    assert told["done"]["refusal_seen"] is None
    assert told["ever"]["refusal_seen"]


def test_nothing_is_told_of_what_others_did(platform: Platform) -> None:
    shop, _ = shop_with_desk(platform)
    shop.get("/balance", ago=61)
    desk = shop_with_desk(platform)[1]
    assert [name for name, at in desk.get("/progress").body["done"].items() if at] == ["key"]
    assert Desk(platform, desk.sub, shop.id).get("/progress").status == 404
