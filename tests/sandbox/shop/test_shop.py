"""The demo shop, with nothing but the merchant API between it and the platform."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.merchant_api.shop import new_nonce
from tests.sandbox.running import ROOT, Box, Platform

MERCHANT = "Tandem Bikes"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody's browser at the shop, and their account at the platform."""

    platform: Platform
    sub: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.platform.url}{path}", allow_redirects=False, timeout=60)

    def send(self, page: str, action: str, **fields: str) -> requests.Response:
        """The form of a page with this action."""
        found = self.get(page).text
        at = found.index(f'action="{action}"')
        form = found[at : found.index("</form>", at)]
        token = CSRF.search(form)
        assert token
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form))
        return self.session.post(
            f"{self.platform.url}{action}",
            data={**hidden, "csrfmiddlewaretoken": token[1], **fields},
            allow_redirects=False,
            timeout=60,
        )

    def buy(self) -> tuple[str, str]:
        """The order's page, and the token of the hand-off."""
        handed_off = self.send("/shop/", "/shop/orders/")
        assert handed_off.status_code == 302, handed_off.text
        token = handed_off.headers["Location"].rstrip("/").rsplit("/", 1)[1]
        return self.latest(), token

    def latest(self) -> str:
        found = re.search(r"/shop/orders/[0-9a-f-]{36}/", self.get("/shop/").text)
        assert found
        return found[0]

    def agree(self, token: str) -> dict[str, Any]:
        """As the customer, at the platform."""
        claimed = self.platform.post(
            f"{self.sub}/handoffs/{token}/claims", {}, key=new_nonce()
        ).json()
        row: dict[str, Any] = claimed["transaction"]
        done = self.platform.confirm(self.sub, row)
        assert done.status_code == 201, done.text
        return row


def open_shop(box: Box) -> None:
    subprocess.run(
        [sys.executable, "-m", "sandbox", "open_shop"],
        cwd=ROOT, env=box.environment, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def open_box(running_box: Box) -> Iterator[Box]:
    platform = Platform(running_box.url)
    platform.control("POST", "merchants", {"name": MERCHANT})
    open_shop(running_box)
    yield running_box
    platform.session.close()


@pytest.fixture
def worker(open_box: Box, tmp_path: Path) -> Iterator[None]:
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "worker"],
            cwd=ROOT,
            env=open_box.environment | {"SANDBOX_UNDO_SECONDS": "0"},
            stdout=log,
            stderr=log,
        )
    yield
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def visitor(open_box: Box, platform: Platform) -> Visitor:
    return Visitor(platform, platform.person())


def until(found: Callable[[], Any], seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return value


def test_it_sells_and_takes_back_and_learns_it_by_webhook(visitor: Visitor, worker: None) -> None:
    order, token = visitor.buy()
    row = visitor.agree(token)
    visitor.platform.control("POST", f"transactions/{row['id']}/advance", {"to": "completed"})
    paid = until(
        lambda: (page := visitor.get(order).text) and "told us by webhook" in page
        and "Paid" in page and page
    )  # fmt: skip
    assert row["id"].replace("txn", "pay") in paid
    before = visitor.platform.balance(visitor.sub)[0]
    assert visitor.send(order, f"{order}refunds/").status_code == 302
    assert "Sent back" in visitor.get(order).text
    assert visitor.platform.balance(visitor.sub)[0] == before + 1450


def test_who_comes_back_proves_nothing(visitor: Visitor) -> None:
    order, token = visitor.buy()
    id_ = re.search(r"pay_[0-9a-f]{32}", visitor.get(order).text)
    assert id_
    returned = visitor.get(f"/shop/back/?payment={id_[0]}")
    assert returned.headers["Location"] == order
    assert "Waiting for you" in visitor.get(order).text
    row = visitor.agree(token)
    visitor.platform.control("POST", f"transactions/{row['id']}/advance", {"to": "completed"})
    visitor.get(f"/shop/back/?payment={id_[0]}")
    page = visitor.get(order).text
    assert "Paid" in page
    assert "We asked the platform" in page
    stranger = Visitor(visitor.platform, "")
    missing = stranger.get(order)
    assert (missing.status_code, "There is nothing here" in missing.text) == (404, True)
    assert stranger.get(f"/shop/back/?payment={id_[0]}").headers["Location"] == "/shop/"


def test_a_form_sent_twice_is_one_order_with_one_way_to_pay(visitor: Visitor) -> None:
    page = visitor.get("/shop/").text
    number = re.search(r'name="order" value="([^"]+)"', page)
    assert number
    ways = {
        visitor.send("/shop/", "/shop/orders/", order=number[1]).headers["Location"]
        for _ in range(2)
    }
    assert len(ways) == 1
    assert visitor.get("/shop/").text.count('href="/shop/orders/') == 1
    again = visitor.send(visitor.latest(), f"{visitor.latest()}handoffs/")
    assert {again.headers["Location"]} == ways


def test_winnings_are_paid_out(visitor: Visitor) -> None:
    order = visitor.send("/shop/", "/shop/winnings/").headers["Location"]
    assert visitor.send("/shop/", "/shop/winnings/").headers["Location"] == order
    way = visitor.send(order, f"{order}handoffs/").headers["Location"]
    before = visitor.platform.balance(visitor.sub)[0]
    row = visitor.agree(way.rstrip("/").rsplit("/", 1)[1])
    visitor.platform.control("POST", f"transactions/{row['id']}/advance", {"to": "completed"})
    visitor.get(f"/shop/back/?payout={row['id'].replace('txn', 'out')}")
    assert "Paid out" in visitor.get(order).text
    assert visitor.platform.balance(visitor.sub)[0] == before + row["amount_minor"]


def test_what_is_called_off_is_not_paid(visitor: Visitor) -> None:
    order, token = visitor.buy()
    number = order.split("/")[3]
    visitor.send(order, f"{order}cancellations/")
    assert "Called off" in visitor.get(order).text
    again = visitor.send("/shop/", "/shop/orders/", order=number)
    assert again.headers["Location"] == order
    claimed = visitor.platform.post(f"{visitor.sub}/handoffs/{token}/claims", {}, key=new_nonce())
    assert claimed.status_code == 404


def test_with_its_key_revoked_it_is_closed_and_can_be_opened_again(
    visitor: Visitor, open_box: Box
) -> None:
    visitor.get("/shop/")
    (shop,) = [
        one for one in visitor.platform.control("GET", "merchants") if one["name"] == MERCHANT
    ]
    live = visitor.platform.control("GET", f"merchants/{shop['id']}/keys")
    (key,) = [one for one in live if one["state"] == "active"]
    visitor.platform.control("POST", f"api-keys/{key['id']}/revocation", {})
    closed = visitor.send("/shop/", "/shop/orders/")
    assert (closed.status_code, "The shop is closed" in closed.text) == (503, True)
    open_shop(open_box)
    assert visitor.send("/shop/", "/shop/orders/").status_code == 302


def test_without_an_answer_nothing_is_said_to_have_happened(visitor: Visitor) -> None:
    cut = {"operation": "merchant_api", "mode": "cut_after_commit", "count": 2}
    visitor.platform.control("POST", "faults", cut)
    stayed = visitor.send("/shop/", "/shop/orders/")
    order = stayed.headers["Location"]
    page = visitor.get(order).text
    assert "We don&#x27;t know yet" in page
    visitor.send(order, f"{order}handoffs/")
    assert "Waiting for you" in visitor.get(order).text
