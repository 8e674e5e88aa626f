"""Addresses in a browser, with and without JavaScript: a phone, this browser, one that is muted."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from selfcare.notifications.addresses import unsubscribing
from tests.browser.conftest import NewPage, SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser

NUMBER = "+4915112345678"
WORKERS = "navigator.serviceWorker.ready.then((one) => one.active.state)"
SHOWN = """navigator.serviceWorker.ready.then((one) => one.getNotifications()).then(
    (all) => all.map((one) => [one.title, one.body, one.tag, one.data.path]))"""


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def hers(signed_in_page: SignedInPage, alice: Person, script: bool) -> Page:
    return signed_in_page(alice, java_script_enabled=script)


def test_she_adds_a_phone_by_its_code(hers: Page, control: Control, script: bool) -> None:
    control.empty_outbox()
    hers.goto("/notifications/addresses/")
    phones = hers.get_by_role("region", name="Phones")
    phones.get_by_label("Mobile phone").fill("0151")
    phones.get_by_role("button", name="Add the phone").click()
    expect(hers.get_by_text("Write the number with its country code")).to_be_visible()
    hers.get_by_label("Mobile phone").fill("+49 151 12345678")
    hers.get_by_role("button", name="Add the phone").click()
    expect(hers.get_by_label("Code", exact=True)).to_be_visible()
    (text,) = control.outbox(NUMBER)
    found = re.search(r"\d{6}", text["text"])
    assert found
    hers.get_by_label("Code", exact=True).fill("12")
    hers.get_by_role("button", name="Verify").click()
    expect(hers.get_by_text("That isn’t the code.")).to_be_visible()
    if script:
        assert faults_of(hers) == []
    hers.get_by_label("Code", exact=True).fill(found[0])
    hers.get_by_role("button", name="Verify").click()
    phones = hers.get_by_role("region", name="Phones")
    expect(phones.get_by_text("In use")).to_be_visible()
    expect(phones.get_by_text("Primary")).to_be_visible()
    expect(hers.get_by_role("button", name=re.compile("Add this browser"))).to_be_visible(
        visible=script
    )
    if script:
        assert faults_of(hers) == []


def test_her_browser_shows_what_is_pushed_and_opens_it(
    signed_in_page: SignedInPage, alice: Person
) -> None:
    page = signed_in_page(alice)
    page.context.grant_permissions(["notifications"])
    page.goto("/notifications/addresses/")
    page.evaluate(
        "navigator.serviceWorker.register('/notifications/service-worker/', {scope: '/'})"
    )
    assert page.evaluate(WORKERS) in {"activating", "activated"}
    told = {"title": "You paid 1.00 EUR", "body": "Look", "path": "/transactions/", "tag": "dlv_1"}
    devtools = page.context.new_cdp_session(page)
    scopes: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: scopes.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    for _ in range(200):
        if not scopes:
            page.wait_for_timeout(100)  # which takes what the browser tells meanwhile
    origin = page.evaluate("location.origin")
    for _ in range(2):  # the same delivery twice is one notification
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": scopes[-1], "data": json.dumps(told)},
        )
    page.wait_for_function(f"{SHOWN}.then((all) => all.length === 1)")
    assert page.evaluate(SHOWN) == [["You paid 1.00 EUR", "Look", "dlv_1", "/transactions/"]]


def test_somebody_signed_out_mutes_by_the_page_of_the_link(new_page: NewPage, script: bool) -> None:
    page = new_page(java_script_enabled=script)
    link = unsubscribing.link("usr_somebody", ["money_out", "failed"])
    page.goto(link[link.index("/unsubscribe/") :])
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible()
    if script:
        assert faults_of(page) == []
    page.get_by_role("button", name="No more mails about this").click()
    expect(page.get_by_role("heading", name="You get no more mails about this")).to_be_visible()
    if script:
        assert faults_of(page) == []
