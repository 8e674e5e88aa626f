"""From a key to an answer: who is let in, and how often."""

import pytest

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform


@pytest.mark.parametrize("ed25519", [False, True], ids=["hmac-sha256", "ed25519"])
def test_it_answers_a_signed_request(platform: Platform, ed25519: bool) -> None:
    shop = open_shop(platform, ed25519=ed25519)
    person = platform.person()
    platform.transaction(person, status="completed", merchant=shop.name, amount_minor=1250)
    found = shop.get("/balance")
    assert found.status == 200, found.body
    assert [(row["currency"], row["balance_minor"]) for row in found.body["data"]] == [
        ("EUR", 1250)
    ]
    assert found.headers["X-Request-Id"].startswith("req_")


def test_a_signed_request_counts_once(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance")
    assert shop.send(sent).status == 200
    again = shop.send(sent)
    assert (again.status, again.code, again.step) == (401, "nonce_used", "nonce")


def test_a_bearer_token_only_reads(shop: Shop) -> None:
    assert shop.read("/balance").status == 200
