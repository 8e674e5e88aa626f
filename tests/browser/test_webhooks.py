"""Webhooks at the console: from no endpoint to a failed try, mended and sent again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.browser


def test_a_failed_try_is_seen_mended_and_sent_again(
    signed_in_page: SignedInPage, control: Control, box_worker: Server
) -> None:
    # What fails once isn't tried again before somebody asks for it.
    box_worker.env["SANDBOX_WEBHOOK_WAITS"] = "600 600"
    box_worker.start()
    shop, mia = control.add_merchant(), control.add_person("Mia Okafor")
    control.add_member(shop, mia)
    page = signed_in_page(mia)
    page.goto(f"/merchant/{shop}/webhooks/")
    assert faults_of(page) == []
    page.get_by_role("link", name="Add an endpoint").click()
    page.get_by_label("these alone:").check()
    page.get_by_label("payment.completed").check()
    assert faults_of(page) == []
    page.get_by_label("a receiver of ours").check()
    expect(page.get_by_label("Address", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Add the endpoint").click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()
    page.get_by_role("link", name="To the endpoint").click()
    expect(page.get_by_role("link", name="What it received")).to_be_visible()
    here = page.url
    page.get_by_role("link", name="What it received").click()
    page.get_by_label("It answers with").select_option("500")
    page.get_by_role("button", name="Answer like this").click()
    expect(page.get_by_text("From now on it answers 500.")).to_be_visible()
    page.goto(here)
    page.get_by_role("link", name="Send a sample").click()
    page.get_by_role("button", name="Send the sample").click()
    # The page looks again by itself until the first try is made.
    expect(page.get_by_text("1 try failed.")).to_be_visible()
    expect(page.get_by_label("Response", exact=True)).to_contain_text("HTTP/1.1 500")
    assert faults_of(page) == []
    page.get_by_role("link", name="What it received").click()
    page.get_by_label("It answers with").select_option("204")
    page.get_by_role("button", name="Answer like this").click()
    expect(page.get_by_text("From now on it answers 204.")).to_be_visible()
    page.goto(here)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send the ticked again").click()
    expect(page.get_by_role("button", name="Send again now")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Send again now").click()
    expect(page.get_by_text("1 event is on its way.")).to_be_visible()
    page.goto(here)
    expect(page.get_by_text("Delivered at")).to_be_visible()
