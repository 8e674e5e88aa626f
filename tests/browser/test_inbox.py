"""Journeys through the inbox: it lives without a reload, and does everything without a script."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from selfcare.notifications import matching
from tests.browser.conftest import SignedInPage
from tests.notifications.happenings import taken, told
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser


def open_inbox(signed_in_page: SignedInPage, person: Person, query: str = "", **more: Any) -> Page:
    page = signed_in_page(person, **more)
    page.goto(f"/notifications/{query}")
    if more.get("java_script_enabled", True):
        page.evaluate("window.here = true")
    return page


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.here === true"))


def asks(person: Person, object_id: str = "txn_asks") -> None:
    until = (timezone.now() + timedelta(minutes=30)).isoformat()
    told("transaction.action_required", subject=person.sub, object_id=object_id, expires_at=until)


def test_what_happens_appears_by_itself_and_the_bell_counts_it(
    signed_in_page: SignedInPage, alice: Person
) -> None:
    page = open_inbox(signed_in_page, alice)
    expect(page.get_by_role("heading", name="Nothing has come yet")).to_be_visible()
    told(subject=alice.sub)
    expect(page.get_by_role("link", name="You paid 64.90")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing has come yet")).to_have_count(0)
    asks(alice)
    expect(page.get_by_role("link", name="Look and decide")).to_be_visible()
    expect(page.locator("#bell .count")).to_have_text("2")
    matching.match(
        taken("transaction.cancelled", subject=alice.sub, object_id="txn_asks", version=2)
    )
    expect(page.get_by_role("link", name="Look and decide")).to_have_count(0)
    assert stayed(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_marks_keep_the_place(signed_in_page: SignedInPage, alice: Person, script: bool) -> None:
    for n in range(3):
        told(subject=alice.sub, object_id=f"txn_{n}", amount_minor=100 + n)
    page = open_inbox(signed_in_page, alice, "?category=money_out", java_script_enabled=script)
    unread = page.locator(".told[data-unread]")
    expect(unread).to_have_count(3)
    unread.first.get_by_role("button", name="Mark read").click()
    expect(unread).to_have_count(2)
    expect(page.locator("#bell .count")).to_have_text("2")
    for box in page.get_by_role("checkbox", name="Select").all():
        box.check()
    bar = page.get_by_role("group", name="Selected notifications")
    bar.get_by_role("button", name="Mark unread").click()
    expect(unread).to_have_count(3)
    page.get_by_role("button", name="Mark all shown read").click()
    expect(unread).to_have_count(0)
    expect(page.locator("#bell .count")).to_have_count(0)
    assert "category=money_out" in page.url
    if script:
        assert stayed(page)
        expect(page.locator("#said-inbox")).to_contain_text("3 notifications marked read.")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_waits_is_one_click_from_the_decision(
    signed_in_page: SignedInPage, control: Control, alice: Person, script: bool
) -> None:
    made = control.add_transaction(alice, merchant="Nordlicht Books")
    told(subject=alice.sub, object_id="txn_other")
    asks(alice, made["id"])
    page = open_inbox(signed_in_page, alice, java_script_enabled=script)
    page.get_by_role("link", name="Look and decide").click()
    page.wait_for_url(f"**/transactions/{made['id']}/confirmations/new/")
    page.goto("/notifications/")
    expect(page.locator(".told[data-unread]")).to_have_count(1)
    page.get_by_role("link", name="Nordlicht Books asks you").click()
    page.wait_for_url(f"**/transactions/{made['id']}/")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_filters_and_pages(signed_in_page: SignedInPage, alice: Person, script: bool) -> None:
    for n in range(30):
        told(subject=alice.sub, object_id=f"txn_{n}", amount_minor=100 + n)
    told("transaction.failed", subject=alice.sub, object_id="txn_failed")
    page = open_inbox(signed_in_page, alice, java_script_enabled=script)
    rows = page.locator(".told")
    expect(rows).to_have_count(25)
    page.get_by_role("link", name="Show more").click()
    if script:
        expect(rows).to_have_count(31)
        expect(page.locator(".day")).to_have_count(1)
        page.get_by_role("button", name="Mark all shown read").click()
        expect(page.locator(".told[data-unread]")).to_have_count(0)
        assert stayed(page)
    else:
        expect(rows).to_have_count(6)
        page.get_by_role("link", name="Back to the newest").click()
        expect(rows).to_have_count(25)
    page.get_by_text("Only about…").click()
    page.get_by_label("Failed", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("link", name="Nordlicht Books didn’t get")).to_be_visible()
    assert "category=failed" in page.url
    page.get_by_role("link", name="Show everything").click()
    expect(rows).to_have_count(25)


def test_the_bell_of_another_page_counts_what_comes(
    signed_in_page: SignedInPage, alice: Person
) -> None:
    page = open_inbox(signed_in_page, alice)
    page.goto("/devices/")
    expect(page.locator("#bell .count")).to_have_count(0)
    told(subject=alice.sub)
    expect(page.locator("#bell .count")).to_have_text("1")
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("link", name="You paid 64.90")).to_be_visible()


def test_axe_finds_nothing(signed_in_page: SignedInPage, alice: Person) -> None:
    page = open_inbox(signed_in_page, alice)
    found = faults_of(page)
    long = "Rechtsschutzversicherungsgesellschaften im Donauraum"
    told(subject=alice.sub, counterparty_name=long, amount_minor=10**11)
    for n in range(30):
        told(subject=alice.sub, object_id=f"txn_{n}")
    asks(alice)
    for query in ("", "?show=waiting", "?show=unread&category=cases", "?show=x", "?cursor=x"):
        page.goto(f"/notifications/{query}")
        found += faults_of(page)
    page.goto("/notifications/")
    page.get_by_text("Only about…").click()
    page.get_by_role("checkbox", name="Select").first.check()
    found += faults_of(page)
    told("transaction.failed", subject=alice.sub, object_id="txn_failed")
    expect(page.get_by_role("link", name="Nordlicht Books didn’t get")).to_be_visible()
    found += faults_of(page)
    assert not found, "\n".join(found)
