"""Choosing what one is told: tried on the last days, saved, and explained; nothing for axe."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from selfcare.notifications.models import Rule
from tests.browser.conftest import SignedInPage
from tests.notifications.happenings import reachable, told
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
SETTINGS = "/notifications/settings/"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def hers(signed_in_page: SignedInPage, alice: Person, script: bool) -> Page:
    page = signed_in_page(alice, java_script_enabled=script)
    reachable(subject=alice.sub)
    for n in range(3):
        told(
            subject=alice.sub,
            object_id=f"txn_{n}",
            occurred_at=timezone.now() - timedelta(days=n + 1),
        )
    return page


def test_she_tries_before_she_saves(hers: Page, script: bool, alice: Person) -> None:
    hers.goto(SETTINGS)
    tried = hers.locator("#backtest")
    expect(tried).to_contain_text("3 mails")
    row = hers.get_by_role("group", name="Money out")
    row.get_by_label("Text").check()
    row.get_by_label("Mail").uncheck()
    if not script:
        hers.get_by_role("button", name="Work it out").click()
    expect(tried).to_contain_text("with these settings")
    expect(tried).to_contain_text("0 mails 3 texts")
    expect(row.get_by_label("Text")).to_be_checked()
    assert not Rule.objects.filter(subject=alice.sub).exists()
    hers.get_by_text("See all 3").click()
    expect(tried.get_by_text("You paid 64.90").first).to_be_visible()

    hers.get_by_label("On for quiet hours").check()
    hers.get_by_label("From", exact=True).fill("21:15")
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_text("Saved. It counts from now on")).to_be_visible()
    expect(hers.get_by_label("From", exact=True)).to_have_value("21:15")
    expect(hers.get_by_role("img", name="Quiet from 21:15 to 07:00")).to_be_visible()
    assert Rule.objects.filter(subject=alice.sub).count() == 2


def test_she_sets_an_amount_and_a_merchant(
    hers: Page, script: bool, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, status="completed", merchant="Tandem Bikes")
    hers.goto(SETTINGS)
    hers.get_by_role("link", name="Money out").click()
    mail = hers.get_by_role("group", name="Mail", exact=True)
    mail.get_by_label("Mail, how").select_option("Once a day, together")
    mail.get_by_label("Mail, only from, in EUR").fill("-1")
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(mail.get_by_text("zero or more")).to_be_visible()
    mail.get_by_label("Mail, only from, in EUR").fill("20")
    mail.get_by_text("Merchants", exact=True).click()
    mail.get_by_label("Mail, merchants").select_option("All but those ticked")
    mail.get_by_label("Tandem Bikes").check()
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_text("Saved. It counts from now on")).to_be_visible()
    hers.goto(SETTINGS)
    expect(hers.get_by_text("Mail: from 20.00 EUR, not 1 merchant")).to_be_visible()


def test_she_learns_why(hers: Page, alice: Person) -> None:
    made = told(subject=alice.sub)
    assert made
    hers.goto(f"/notifications/{made.public_id}/why/")
    expect(hers.get_by_text("You paid 64.90")).to_be_visible()
    expect(hers.get_by_text("Text is off for “Money out” unless you switch it on.")).to_be_visible()


def test_axe_finds_nothing(signed_in_page: SignedInPage, control: Control, alice: Person) -> None:
    page = signed_in_page(alice, viewport={"width": 320, "height": 900})
    reachable(subject=alice.sub)
    made = told(subject=alice.sub)
    assert made
    control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    for path in (
        SETTINGS,
        f"{SETTINGS}money-out/",
        f"{SETTINGS}security/",
        f"/notifications/{made.public_id}/why/",
    ):
        page.goto(path)
        assert faults_of(page) == [], path
    page.goto(SETTINGS)
    page.get_by_label("On for quiet hours").check()
    page.get_by_label("From", exact=True).fill("late")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert faults_of(page) == []
