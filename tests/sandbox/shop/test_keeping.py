"""The shop forgets an order a year after it was begun."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sandbox.merchant_api import keeping as platforms
from sandbox.shop import keeping
from sandbox.shop.models import Order, Secrets, Till
from sandbox.shop.views import COOKIE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def order(days: int, **facts: Any) -> Order:
    wish = {"visitor": "v" * 43, "kind": "payment", "title": "Bell", "currency": "EUR", **facts}
    at = timezone.now() - days * DAY
    return Order.objects.create(amount_minor=1450, created_at=at, **wish)


def test_old_orders_go_in_batches_whatever_became_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    for status in ("completed", "", "action_required"):
        order(366, status=status)
    kept = order(364)
    assert [keeping.forget_old() for _ in range(3)] == [2, 1, 0]
    assert Order.objects.get() == kept


def test_what_is_forgotten_has_no_page_and_no_place_on_the_shelf(client: Client) -> None:
    Till.fill(Secrets("key_test_1", "sign_test_1", "whsec_" + "A" * 43 + "="))
    client.get("/shop/")
    visitor = client.cookies[COOKIE].value.partition(":")[0]
    old, young = order(366, visitor=visitor), order(1, visitor=visitor)
    page = f"/shop/orders/{old.id}/"
    assert client.get(page).status_code == 200
    keeping.forget_old()
    assert client.get(page).status_code == 404
    shelf = client.get("/shop/").content.decode()
    assert str(young.id) in shelf
    assert str(old.id) not in shelf


def test_an_order_that_is_kept_can_still_be_asked_about() -> None:
    """What the platform asked a customer for in our name is known there at least as long."""
    assert platforms.DEMANDS_KEPT >= keeping.KEPT
