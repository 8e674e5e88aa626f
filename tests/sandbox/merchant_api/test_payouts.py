"""Money for a customer is asked for like money from one, and never taken for it."""

from tests.sandbox.merchant_api.shop import Shop
from tests.sandbox.merchant_api.test_payments import BACK, wish


def test_it_asks_for_a_payout_with_a_hand_off(shop: Shop) -> None:
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    made = shop.post("/payouts", wish(remittance_information="You won"))
    assert made.status == 201, made.body
    assert made.body.pop("handoff_url").startswith("http://127.0.0.1:8000/handoff/")
    assert made.body["id"].startswith("out_")
    assert "refunded_minor" not in made.body
    assert shop.get(f"/payouts/{made.body['id']}").body == made.body
    assert shop.get("/payouts").body["data"] == [made.body]
    assert shop.get("/payments").body["data"] == []
    for path in (
        f"/payments/{made.body['id']}",
        f"/payments/{made.body['id'].replace('out', 'pay')}",
    ):
        assert shop.get(path).status == 404
    done = shop.post(f"/payouts/{made.body['id']}/cancellations", {})
    assert (done.status, done.body["status"]) == (201, "cancelled")


def test_it_tells_what_customers_were_paid(shop: Shop) -> None:
    person = shop.platform.person()
    row = shop.platform.transaction(
        person, kind="payout", status="completed", merchant=shop.name, amount_minor=2500
    )
    told = shop.get(f"/payouts/{row['id'].replace('txn', 'out')}").body
    assert (told["status"], told["amount_minor"]) == ("completed", 2500)
    assert person not in str(told)
