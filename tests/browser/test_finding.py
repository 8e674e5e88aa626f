"""Finding in the browser: chips, saved views, columns, what refreshes by itself; with and without
JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, SignedInPage, SignIn
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
LIST = "/transactions/"


@pytest.fixture
def alice(control: Control) -> Person:
    """With a payment to each of three shops, one of them still on its way."""
    person = control.add_person("Alice Marlow")
    control.add_transaction(person, merchant="Nordlicht Books", status="completed")
    control.add_transaction(person, merchant="Kaffeewerk", status="completed", amount_minor=480)
    control.add_transaction(person, merchant="Tandem Bikes", status="processing")
    return person


def rows(page: Page) -> Locator:
    """Whom each row of the list names."""
    return page.locator(".txn-who")


@pytest.mark.parametrize("script", [True, False])
def test_a_search_shows_how_it_was_understood(
    new_page: NewPage, sign_in: SignIn, alice: Person, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, alice, to=LIST)
    box = page.get_by_role("searchbox")
    box.fill("merchant:books >50 status:foo")
    box.press("Enter")
    chips = page.get_by_role("list", name="Filters in use")
    expect(chips).to_contain_text("name books")
    expect(chips).to_contain_text("amount over 50.00")
    expect(page.locator(".search-errors")).to_contain_text("There is no status “foo”.")
    expect(page.get_by_role("searchbox")).to_have_accessible_description(
        "There is no status “foo”. Try waiting, pending, completed, unsuccessful."
    )
    expect(rows(page)).to_have_text(["Nordlicht Books"])
    if script:
        expect(box).to_be_focused()
        expect(page).to_have_url(re.compile(r"/\?q=merchant%3Abooks\+%3E50\+status%3Afoo$"))
    chips.get_by_role("link", name="Remove: status status:foo").click()
    expect(page.locator(".search-errors")).to_have_count(0)
    page.get_by_role("link", name="Remove: name books").click()
    expect(page.get_by_role("searchbox")).to_have_value(">50")
    expect(page.locator(".txn")).to_have_count(2)


def test_tabs_count_and_totals_come_beside_the_list(
    page: Page, sign_in: SignIn, alice: Person, control: Control
) -> None:
    control.fault("totals", "refuse", sub=alice.sub)
    sign_in(page, alice, to=LIST)
    expect(page.locator(".txn")).to_have_count(3)
    tally = page.get_by_role("region", name="What is shown, added up")
    expect(tally).to_contain_text("We can’t add this up right now.")
    control.clear_faults()
    tally.get_by_role("link", name="Try again").click()
    expect(tally).to_contain_text("−69.70")
    expect(tally).to_be_focused()
    tabs = page.get_by_role("navigation", name="Status")
    expect(tabs.get_by_role("link", name="Completed")).to_have_text("Completed2")
    pending = tabs.get_by_role("link", name="Pending")
    pending.click()
    expect(page.locator(".txn")).to_have_count(1)
    expect(pending).to_be_focused()
    expect(tabs.get_by_role("link", name="Completed")).to_have_text("Completed2")
    expect(tally).to_contain_text("None of them is settled.")


def test_totals_are_a_page_without_a_script(
    new_page: NewPage, sign_in: SignIn, alice: Person
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, alice, to=LIST)
    page.get_by_role("link", name="Count and add up what is shown").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is shown, added up")
    expect(page.get_by_role("row", name="Settled, EUR")).to_contain_text("−69.70")
    page.get_by_role("link", name="Completed").click()
    expect(page.locator(".txn")).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_a_view_is_saved_and_opens_first(
    new_page: NewPage, sign_in: SignIn, alice: Person, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, alice, to=LIST)
    page.get_by_role("searchbox").fill("kaffeewerk")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".txn")).to_have_count(1)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Coffee")
    page.get_by_label("Open the list with it").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".view-here")).to_contain_text("View Coffee")
    with page.expect_navigation():
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Transactions").click()
    expect(page.locator(".view-here")).to_contain_text("View Coffee")
    expect(rows(page)).to_have_text(["Kaffeewerk"])
    page.get_by_role("link", name="Leave it").click()
    expect(page.locator(".txn")).to_have_count(3)
    page.get_by_role("link", name="All views").click()
    page.get_by_role("link", name="Change Coffee").click()
    page.get_by_label("Name of the view").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Name of the view")).to_have_accessible_description(
        "Give the view a name."
    )
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_role("heading", name="No view yet")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_columns_are_chosen_and_ordered(
    new_page: NewPage, sign_in: SignIn, alice: Person, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, alice, to=LIST)
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("checkbox", name="Kind").uncheck()
    page.get_by_role("button", name="Amount earlier").click()
    expect(page.get_by_role("button", name="Amount earlier")).to_be_focused()
    page.get_by_role("button", name="Keep these columns").click()
    headings = page.locator("thead th[data-col]")
    expect(headings.last).to_have_text("Fee")
    expect(page.get_by_role("columnheader", name="Kind")).to_have_count(0)
    expect(rows(page)).to_have_count(3)
    assert set(rows(page).all_inner_texts()) == {"Nordlicht Books", "Kaffeewerk", "Tandem Bikes"}


def test_rows_refresh_by_themselves_and_new_ones_announce_themselves(
    page: Page, sign_in: SignIn, alice: Person, control: Control
) -> None:
    page.clock.install()
    sign_in(page, alice, to=LIST)
    row = page.locator(".txn", has_text="Tandem Bikes")
    expect(row).to_contain_text("On its way")
    link = row.get_by_role("link")
    link.focus()
    made = (link.get_attribute("href") or "").split("/")[2]
    control.advance(made, "completed")
    page.clock.fast_forward(5_000)
    expect(row).to_contain_text("Completed")
    expect(link).to_be_focused()
    expect(page.locator("#said-fresh")).to_contain_text("Payment to Tandem Bikes: Completed.")
    control.add_transaction(alice, merchant="Grünmarkt", status="completed")
    top = row.bounding_box()
    page.clock.fast_forward(6_000)
    show = page.get_by_role("link", name="1 new, show")
    expect(show).to_be_visible()
    assert row.bounding_box() == top
    expect(page.locator(".txn")).to_have_count(3)
    show.click()
    expect(page.locator(".txn")).to_have_count(4)
    expect(page.get_by_role("link", name="new, show")).to_have_count(0)


def test_rows_are_picked_for_what_comes_next(page: Page, sign_in: SignIn, alice: Person) -> None:
    sign_in(page, alice, to=LIST)
    bar = page.get_by_role("group", name="Selected transactions")
    expect(bar).to_be_hidden()
    page.get_by_label("Select Kaffeewerk").check()
    page.get_by_label("Select Tandem Bikes").check()
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    page.get_by_label("Select Kaffeewerk").check()
    bar.get_by_role("button", name="Label").click()
    page.wait_for_url("**/transactions/bulk/**")
    expect(page.get_by_role("main")).to_contain_text("Kaffeewerk")


def test_axe_finds_nothing(signed_in_page: SignedInPage, alice: Person, control: Control) -> None:
    page = signed_in_page(alice, viewport={"width": 320, "height": 900})
    found: list[str] = []

    def look(address: str) -> None:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found.extend(faults_of(page))

    look(f"{LIST}?q=merchant:books+>50+status:foo+in:+out:&label=lbl_gone&at_least=-5")
    look(f"{LIST}?sort=-amount&q=kaffee")
    page.get_by_text("Save this view").click()
    found.extend(faults_of(page))
    page.get_by_text("Save this view").click()
    page.get_by_label("Select Kaffeewerk").check()
    found.extend(faults_of(page))
    look("/transactions/totals/?status=completed")
    look("/transactions/views/?q=kaffee")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    found.extend(faults_of(page))
    look("/transactions/columns/")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep these columns").click()
    page.wait_for_load_state("networkidle")
    found.extend(faults_of(page))
    control.fault("totals", "refuse", sub=alice.sub)
    look(LIST)
    assert not found, "\n".join(found)
