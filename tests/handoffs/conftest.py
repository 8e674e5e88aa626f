"""A merchant whose customers are handed off, asked through the box's own merchant API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from lxml import html

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform
from tests.support.servers import Server

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
    shop: Shop

    @property
    def name(self) -> str:
        return self.shop.name

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


@pytest.fixture
def till(box: Server) -> Iterator[Till]:
    platform = Platform(box.url)
    shop = open_shop(platform)
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    yield Till(shop)
    platform.session.close()


def fields_of(page: Any, button: str, account: str = "") -> tuple[str, dict[str, str]]:
    """Address and fields of the form with this button; `account` chooses another one by name."""
    for form in html.fromstring(page.text).forms:
        if button not in " ".join(form.text_content().split()):
            continue
        fields = {name: value or "" for name, value in form.form_values()}
        if account:
            (chosen,) = [
                label.cssselect("input")[0]
                for label in form.cssselect("label.check")
                if account in label.text_content()
            ]
            fields["intent"] = chosen.get("value")
        return form.action, fields
    raise AssertionError(f"no form says {button}: {page.text[:3000]}")
