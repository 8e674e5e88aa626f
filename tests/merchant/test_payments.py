"""Payments and payouts: asked for in a form, found again, shown as the customer, forced on."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.merchant.conftest import Desk
from tests.merchant.forms import fields_of, send
from tests.support.control import Control, Person

BACK = "https://shop.example/paid"


@pytest.fixture
def mia(mia: Desk, control: Control) -> Desk:
    control.call("POST", f"merchants/{mia.merchant}/return-addresses", json={"url": BACK})
    return mia


def ask_for(desk: Desk, **typed: Any) -> str:
    """A payment of 64.90; its address behind the console's."""
    answer = send(desk, "payments/new/", **{"amount": "64.90", **typed})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"]).removeprefix(desk.at())


def test_it_asks_for_a_payment_and_shows_the_hand_off(mia: Desk) -> None:
    page = mia.page(ask_for(mia, merchant_reference="Order 7"))
    assert "64.90" in page
    assert "Order 7" in page
    assert "/handoff/" in page
    assert "Waits for the customer" in page


def test_two_clicks_ask_once(mia: Desk) -> None:
    fields = fields_of(mia.page("payments/new/"), amount="1")
    for _ in range(2):
        assert mia.client.post(mia.at("payments/new/"), fields).status_code == 303
    assert len(set(re.findall("pay_[0-9a-f]{32}", mia.page("payments/")))) == 1


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.234", "much", "9" * 20])
def test_it_refuses_an_amount_that_is_none(mia: Desk, amount: str) -> None:
    answer = send(mia, "payments/new/", amount=amount)
    assert answer.status_code == 422
    assert "Nothing asked for yet" in mia.page("payments/")


def test_without_a_return_address_it_says_what_comes_first(at_desk: Callable[..., Desk]) -> None:
    assert "First say where customers come back to" in at_desk().page("payments/new/")


def test_a_list_is_narrowed_and_a_broken_address_is_told(mia: Desk) -> None:
    ask_for(mia, merchant_reference="Order 7")
    ask_for(mia, merchant_reference="Order 8", kind="payout")
    found = mia.page("payments/?q=order+7")
    assert "Order 7" in found
    assert "Order 8" not in found
    assert "Order 8" in mia.page("payments/?kind=payout")
    assert "None of them fits" in mia.page("payments/?status=completed")
    for query in ("status=paid", "cursor=nonsense"):
        broken = mia.page(f"payments/?{query}", status=400)
        assert "makes no sense" in broken
        assert "Order 7" in broken


def test_it_is_forced_where_it_may_go(mia: Desk, control: Control, alice: Person) -> None:
    row = control.add_transaction(alice, merchant=mia.merchant)
    path = f"payments/pay_{row['id'][4:]}/"
    for to, said in (("processing", "On its way"), ("completed", "Completed")):
        answer = mia.client.post(mia.at(f"{path}moves/"), fields_of(mia.page(path), to=to))
        assert (answer.status_code, answer["Location"]) == (303, mia.at(path))
        assert said in mia.page(path)
    assert "Force it on" not in mia.page(path)
    assert alice.email in mia.page(path)
    late = mia.client.post(mia.at(f"{path}moves/"), {"to": "failed", "once": "x" * 20})
    assert late.status_code == 422


def test_a_viewer_forces_nothing(mia: Desk, at_desk: Callable[..., Desk]) -> None:
    path = ask_for(mia)
    viewer = at_desk("viewer")
    assert "Force it on" not in viewer.page(path)
    fields = fields_of(mia.page(path), to="cancelled")
    assert viewer.client.post(viewer.at(f"{path}moves/"), fields).status_code == 403
    assert "Waits for the customer" in mia.page(path)
