"""Webhooks come twice and in any order; the shop knows the latest all the same."""

import ast
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from sandbox.shop import orders
from sandbox.shop.models import Order, Secrets, Till
from tests.sandbox.running import ROOT

pytestmark = pytest.mark.django_db


def told(order: Order, status: str, second: int) -> dict[str, Any]:
    return {
        "id": "pay_" + "1" * 32, "status": status, "merchant_reference": order.reference,
        "updated_at": f"2026-11-21T12:00:{second:02d}.000Z", "refunded_minor": 0,
    }  # fmt: skip


@pytest.mark.parametrize("way", list(itertools.permutations(range(3))), ids=str)
def test_an_older_state_never_overwrites_a_newer_one(way: tuple[int, ...]) -> None:
    order = Order.objects.create(
        visitor="v", kind="payment", title="Bell", amount_minor=1450, currency="EUR"
    )
    steps = ["action_required", "processing", "completed"]
    for place in (*way, *way):
        orders.learn(told(order, steps[place], place), by="webhook")
    order.refresh_from_db()
    assert (order.status, order.payment_id) == ("completed", "pay_" + "1" * 32)


def test_another_tills_payment_is_left_alone() -> None:
    order = Order.objects.create(
        visitor="v", kind="payment", title="Bell", amount_minor=1450, currency="EUR"
    )
    for reference in ("A-1", None, "order-" + "0" * 32):
        orders.learn({**told(order, "completed", 1), "merchant_reference": reference}, by="webhook")
    order.refresh_from_db()
    assert order.status == ""


SECRET = "whsec_" + "A" * 43 + "="


def posted(client: Client, order: Order, change: str) -> int:
    Till.fill(Secrets("key_test_1", "sign_test_1", SECRET))
    event = {"type": "payment.completed", "data": told(order, "completed", 1)}
    content, at = json.dumps(event), datetime.now(UTC)
    if change == "age":
        at -= timedelta(seconds=301)
    secret = SECRET.replace("AA", "BB", 1) if change == "secret" else SECRET
    signature = Webhook(secret).sign("evt_1", at, content)
    headers = {
        "webhook-id": "evt_2" if change == "id" else "evt_1",
        "webhook-timestamp": str(int(at.timestamp()) + (change == "time")),
        "webhook-signature": "" if change == "nothing" else signature,
    }
    if change == "body":
        content = content.replace("completed", "cancelled")
    answer = client.post(
        "/shop/webhooks/", content, content_type="application/json", headers=headers
    )
    return answer.status_code


@pytest.mark.parametrize("change", ["", "secret", "body", "age", "id", "time", "nothing"])
def test_it_believes_only_what_is_signed(client: Client, change: str) -> None:
    order = Order.objects.create(
        visitor="v", kind="payment", title="Bell", amount_minor=1450, currency="EUR"
    )
    assert posted(client, order, change) == (400 if change else 204)
    order.refresh_from_db()
    assert order.status == ("" if change else "completed")


def test_the_shop_knows_nothing_of_the_platform_from_inside() -> None:
    for path in (ROOT / "sandbox" / "shop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{one.name}" for one in node.names]
            for name in names:
                assert not name.startswith("sandbox") or name.startswith("sandbox.shop"), path


def test_no_table_holds_what_signs() -> None:
    row = Till.fill(Secrets("key_test_1", "sign_test_secret", "whsec_secret"))
    assert "secret" not in row.sealed
    assert Till.secrets() == ("key_test_1", "sign_test_secret", "whsec_secret")
