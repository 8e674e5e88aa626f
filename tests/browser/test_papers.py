"""Receipts, verification and share links, as people use them: with and without JavaScript."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
Look = Callable[[Page], None]


@pytest.fixture
def look() -> Iterator[Look]:
    """Look at a page; what is wrong with any of them is told together at the end."""
    found: list[str] = []
    yield lambda page: found.extend(faults_of(page))
    assert not found, "\n".join(found)


def paid(control: Control, person: Person, **facts: object) -> str:
    named = {"status": "completed", "merchant": "Nordlicht Books", **facts}
    return str(control.add_transaction(person, **named)["id"])


@SCRIPTS
def test_somebody_signed_out_verifies_a_receipt(
    signed_in_page: SignedInPage,
    new_page: NewPage,
    control: Control,
    alice: Person,
    scripts: bool,
) -> None:
    page = signed_in_page(alice, java_script_enabled=scripts)
    txn = paid(control, alice)
    page.goto(f"/transactions/{txn}/documents/card/")
    page.get_by_role("link", name="Receipt", exact=True).click()
    page.wait_for_url(f"**/transactions/{txn}/receipt/")
    code = page.locator("footer .id").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == f"receipt-{txn}.pdf"

    visitor = new_page(java_script_enabled=scripts)
    visitor.goto("/verify/")
    visitor.get_by_label("Code").fill(code.lower().replace("-", " "))
    visitor.get_by_role("button", name="Check it").click()
    expect(visitor.get_by_role("heading", name="This receipt matches")).to_be_visible()
    expect(visitor.get_by_role("main")).to_contain_text("64.90")
    expect(visitor.get_by_role("main")).not_to_contain_text("Nordlicht")
    visitor.get_by_label("Another code").fill("R7KM-20TQ-9F4X-8B3N")
    visitor.get_by_role("button", name="Check it").click()
    expect(visitor.get_by_role("heading", name="No receipt has this code")).to_be_visible()

    page.get_by_text("Somebody has this code").click()
    page.get_by_role("button", name="Make a new code").click()
    expect(page.locator("footer .id")).not_to_have_text(code)
    visitor.goto(f"/verify/{code}/")
    expect(visitor.get_by_role("heading", name="No receipt has this code")).to_be_visible()


@SCRIPTS
def test_a_link_is_shared_seen_and_ended(
    signed_in_page: SignedInPage,
    new_page: NewPage,
    control: Control,
    alice: Person,
    scripts: bool,
) -> None:
    page = signed_in_page(alice, java_script_enabled=scripts)
    page.goto(f"/transactions/{paid(control, alice)}/shares/new/")
    page.get_by_label("The other side’s name").uncheck()
    page.get_by_label("1 day").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name="Your link is open")).to_be_visible()
    address = page.locator(".copy-row .id").inner_text()

    visitor = new_page(java_script_enabled=scripts)
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Payment")).to_be_visible()
    expect(visitor.get_by_role("main")).to_contain_text("64.90")
    expect(visitor.get_by_role("main")).not_to_contain_text("Nordlicht")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text(re.compile("Looked at\\s+once"))
    page.get_by_role("button", name="End this link now").click()
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="This link shows nothing")).to_be_visible()


def test_every_page_can_be_read_by_anyone(
    signed_in_page: SignedInPage, new_page: NewPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    words = {"merchant": "M" * 110, "remittance_information": "W" * 400}
    long = {**words, "amount_minor": 10**11, "status": "action_required"}
    paid_one, waits = paid(control, alice, fee_minor=120), paid(control, alice, status="processing")
    for txn in (
        paid_one,
        waits,
        paid(control, alice, **long),
        paid(control, alice, status="failed"),
    ):
        page.goto(f"/transactions/{txn}/receipt/")
        look(page)
    page.get_by_text("Somebody has this code").click()
    look(page)
    code = page.locator("footer .id").inner_text()
    for address in ("/documents/", "/statements/", "/shares/", "/verify/"):
        page.goto(address)
        look(page)
    page.goto("/statements/")
    with page.expect_navigation():
        page.locator(".months a").first.click()
    look(page)
    page.goto(f"/transactions/{paid_one}/documents/card/")
    look(page)
    page.goto(f"/transactions/{paid_one}/shares/new/")
    look(page)
    for one in page.locator("input[type=checkbox]").all():
        one.uncheck()
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("alert").wait_for()
    look(page)
    for one in page.locator("input[type=checkbox]").all():
        one.check()
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("heading", name="Your link is open").wait_for()
    look(page)
    shared = page.locator(".copy-row .id").inner_text()
    page.goto("/shares/")
    look(page)
    visitor = new_page()
    for address in (shared, "/shared/never/", f"/verify/{code}/", "/verify/never/"):
        visitor.goto(address)
        look(visitor)
    control.advance(waits, "completed")
    control.fault("detail", "error", sub=alice.sub)
    for address in (shared, f"/verify/{code}/"):
        visitor.goto(address)
        look(visitor)
    control.clear_faults()
    control.fault("statement", "error", sub=alice.sub)
    page.goto("/statements/")
    with page.expect_navigation():
        page.locator(".months a").first.click()
    look(page)
