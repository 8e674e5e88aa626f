"""A merchant whose customers are handed off, who asks through the box's own merchant API."""

from dataclasses import dataclass
from typing import Any

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform

BACK = "https://shop.example/back?order=7"


@dataclass(frozen=True)
class Asked:
    """What the merchant asked for, and its page with us."""

    id: str
    token: str

    @property
    def page(self) -> str:
        return f"/handoff/{self.token}/"

    @property
    def transaction_id(self) -> str:
        return "txn_" + self.id.partition("_")[2]


@dataclass(frozen=True)
class Till:
    """Asks, looks and calls off."""

    shop: Shop

    @classmethod
    def opened(cls, box_url: str) -> "Till":
        till = cls(open_shop(Platform(box_url)))
        till.register(BACK)
        return till

    @property
    def name(self) -> str:
        return self.shop.name

    def register(self, url: str) -> None:
        path = f"merchants/{self.shop.id}/return-addresses"
        self.shop.platform.control("POST", path, {"url": url})

    def ask(self, path: str = "payments", **facts: Any) -> Asked:
        body = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK, **facts}
        made = self.shop.post(f"/{path}", body)
        assert made.status == 201, made.body
        return Asked(made.body["id"], made.body["handoff_url"].rstrip("/").rsplit("/", 1)[1])

    def status(self, asked: Asked) -> str:
        path = {"pay": "payments", "out": "payouts"}[asked.id[:3]]
        return str(self.shop.read(f"/{path}/{asked.id}").body["status"])

    def call_off(self, asked: Asked) -> None:
        assert self.shop.post(f"/payments/{asked.id}/cancellations", {}).status == 201

    def close(self) -> None:
        self.shop.platform.session.close()
