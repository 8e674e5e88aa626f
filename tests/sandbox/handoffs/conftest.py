"""A shop that asks, and the ways of a customer who was handed off."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.sandbox.merchant_api.shop import Shop, new_nonce, open_shop
from tests.sandbox.running import Platform

BACK = "https://shop.example/back?order=7"


@dataclass(frozen=True)
class Asked:
    """What a merchant asked for: its id there, and the token in its address here."""

    id: str
    token: str

    @property
    def transaction_id(self) -> str:
        return "txn_" + self.id.partition("_")[2]


class Till:
    """A shop and the service that its customers stand before."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.platform = shop, shop.platform

    def ask(self, path: str = "payments", **facts: Any) -> Asked:
        body = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK, **facts}
        made = self.shop.post(f"/{path}", body)
        assert made.status == 201, made.body
        return Asked(made.body["id"], made.body["handoff_url"].rstrip("/").rsplit("/", 1)[1])

    def status(self, asked: Asked) -> str:
        path = {"pay": "payments", "out": "payouts"}[asked.id[:3]]
        return str(self.shop.read(f"/{path}/{asked.id}").body["status"])

    def call_off(self, asked: Asked) -> int:
        return self.shop.post(f"/payments/{asked.id}/cancellations", {}).status

    def look(self, person: str, token: str) -> requests.Response:
        return self.platform.get(f"{person}/handoffs/{token}")

    def claim(self, person: str, token: str, key: str = "") -> requests.Response:
        return self.platform.post(f"{person}/handoffs/{token}/claims", {}, key=key or new_nonce())

    def claimed(self, person: str, asked: Asked) -> dict[str, Any]:
        done = self.claim(person, asked.token)
        assert done.status_code == 201, done.text
        found: dict[str, Any] = done.json()["transaction"]
        return found


@pytest.fixture
def till(platform: Platform) -> Till:
    shop = open_shop(platform)
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    return Till(shop)
