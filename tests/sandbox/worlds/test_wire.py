"""Over the wire: a merchant a month ahead signs by real time and is answered in its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.console.desk import Desk, shop_with_desk
from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import ROOT, Box, Platform
from tests.sandbox.worlds.test_winding import until

BACK = "https://shop.example/paid"
WISH = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK, "expires_in_seconds": 600}
MONTH = timedelta(days=30)


@pytest.fixture
def working(running_box: Box) -> Iterator[None]:
    env = os.environ | running_box.environment | {"SANDBOX_SMTP_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "worker"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait()


def at(told: Any, name: str) -> datetime:
    return datetime.fromisoformat(told[name])


def asked(shop: Shop, platform: Platform) -> Any:
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    made = shop.post("/payments", WISH)
    assert made.status == 201, made.body
    return made.body


def forward(desk: Desk, by: timedelta) -> None:
    made = desk.post("/clock/advances", {"by_seconds": int(by.total_seconds())})
    assert made.status == 201, made.body
    path = f"/clock/advances/{made.body['id']}"
    until(lambda: desk.get(path).body["state"] == "done")


def test_a_month_ahead_payments_are_in_its_time_and_signatures_in_ours(
    platform: Platform, working: None
) -> None:
    shop, desk = shop_with_desk(platform)
    other = open_shop(platform)
    before, theirs = asked(shop, platform), asked(other, platform)
    forward(desk, MONTH)
    assert shop.get(f"/payments/{before['id']}").body["status"] == "expired"
    assert other.get(f"/payments/{theirs['id']}").body["status"] == "action_required"
    # Signed now, by real time; a signature from its own time would be refused.
    after = asked(shop, platform)
    assert at(after, "created_at") - at(before, "created_at") > MONTH
    late = shop.get(f"/payments/{after['id']}", ago=-MONTH.total_seconds())
    assert (late.status, late.step) == (401, "time")
    # What it asked for again under one key is still that.
    key = "order-77-of-the-month"
    first = shop.post("/payments", WISH, key=key)
    forward(desk, MONTH)
    again = shop.post("/payments", WISH, key=key)
    assert again.body["id"] == first.body["id"]
    assert "Idempotency-Replayed" in again.headers
    logged = shop.read("/requests").body["data"][0]
    assert at(logged, "at") < at(before, "created_at") + timedelta(hours=1)


def test_a_month_ahead_a_hand_off_waits_for_its_customer_as_long_as_it_says(
    platform: Platform, working: None
) -> None:
    shop, desk = shop_with_desk(platform)
    forward(desk, MONTH)
    made = asked(shop, platform)
    ada = platform.person()
    path = f"{ada}/handoffs/{made['handoff_url'].rstrip('/').rpartition('/')[2]}"
    assert platform.post(f"{path}/claims", {}).status_code == 201
    found = platform.get(path).json()
    assert at(made, "created_at") <= at(found, "as_of") < at(made, "expires_at")
    allowed = {one["action"]: one for one in found["transaction"]["allowed_actions"]}
    assert allowed["confirm"]["allowed"]
    assert at(allowed["confirm"], "until") == at(made, "expires_at")
