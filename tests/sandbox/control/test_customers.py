"""The lever that stands for a customer at a hand-off does what their browser would."""

import pytest

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform

BACK = "https://shop.example/paid"


@pytest.fixture
def shop(platform: Platform) -> Shop:
    shop = open_shop(platform)
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    return shop


def ask(shop: Shop, path: str = "payments") -> tuple[str, str]:
    wish = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK}
    made = shop.post(f"/{path}", wish).body
    return made["id"], made["handoff_url"]


def test_a_customer_agrees_or_declines(shop: Shop) -> None:
    platform = shop.platform
    ada = platform.person()
    for decision, path, status in (
        ("confirm", "payments", "processing"),
        ("decline", "payments", "cancelled"),
        ("confirm", "payouts", "processing"),
    ):
        id_, url = ask(shop, path)
        row = platform.control("POST", f"people/{ada}/handoffs", {"url": url, "decision": decision})
        assert row["status"] == status
        assert shop.get(f"/{path}/{id_}").body["status"] == status


def test_what_is_somebody_elses_is_like_none(shop: Shop) -> None:
    platform = shop.platform
    ada, ben = platform.person(), platform.person()
    _, url = ask(shop)
    platform.control("POST", f"people/{ada}/handoffs", {"url": url})
    for person, address, status in ((ben, url, 404), (ben, url[:-2] + "x/", 404), (ada, 7, 400)):
        answer = platform.session.post(
            f"{platform.url}/control/people/{person}/handoffs", json={"url": address}, timeout=60
        )
        assert answer.status_code == status, answer.text
