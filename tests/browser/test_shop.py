"""From the demo shop to the hand-off and back: paid, learnt by webhook, and returned."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person
from tests.support.servers import ROOT, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(box: Server, box_worker: Server, control: Control) -> str:
    """The shop's address."""
    control.call("POST", "merchants", json={"name": "Tandem Bikes"})
    subprocess.run(
        [sys.executable, "-m", "sandbox", "open_shop"], env=box.env, cwd=ROOT, check=True
    )
    box_worker.start()
    return f"{box.url}/shop/"


def test_it_buys_pays_comes_back_and_returns_it(
    new_page: NewPage, shop: str, control: Control, alice: Person
) -> None:
    page = new_page()
    page.goto(shop)
    assert faults_of(page) == []
    page.get_by_role("button", name="Buy City bike, service").click()
    page.locator("#email").fill(alice.email)
    page.locator("#password").fill(alice.password)
    page.locator("#password").press("Enter")
    page.get_by_role("button", name="Continue as Alice Marlow").click()
    page.get_by_role("button", name="Confirm 64.90 EUR").click()
    page.locator("#code").fill(control.code(alice))
    page.locator("#code").press("Enter")
    page.get_by_role("link", name="Back to Tandem Bikes").click()
    page.wait_for_url(f"{shop}orders/**")
    chip = page.locator(".chip")
    expect(chip).to_have_text("On its way to us")
    assert faults_of(page) == []
    id_ = re.search(r"pay_(\w{32})", page.content())
    assert id_
    control.advance(f"txn_{id_[1]}", "completed")
    expect(chip).to_have_text("Paid")
    expect(page.get_by_text("The platform told us by webhook")).to_be_visible()
    page.get_by_role("button", name="Return it for 64.90 EUR").click()
    expect(chip).to_have_text("Sent back")
    assert len(control.effects(alice, "transaction.confirmed")) == 1
