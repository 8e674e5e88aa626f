"""The list and the home page: filters, more, the way back, and cards that fail on their own."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignIn
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser


@pytest.fixture
def rich(control: Control) -> Person:
    """Alice with 60 transactions, more than two pages of the list."""
    return control.add_person("Alice Marlow", history=60)


def addresses(page: Page) -> list[str]:
    """Where the rows of the list lead, in their order."""
    found: list[str] = page.locator(".txn a").evaluate_all("links => links.map(a => a.pathname)")
    return found


def whole(page: Page) -> None:
    """A page with its frame, not the fragment that HTMX got for the same address."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_it_shows_more_in_place(page: Page, sign_in: SignIn, rich: Person) -> None:
    sign_in(page, rich, to="/transactions/")
    more = page.get_by_role("link", name="Show more")
    more.click()
    expect(page.locator(".txn")).to_have_count(50)
    expect(page.locator(".txn a").nth(25)).to_be_focused()
    expect(page.locator("#said-results")).to_have_text("25 more transactions shown.")
    more.click()
    expect(page.locator(".txn")).to_have_count(60)
    expect(more).to_have_count(0)
    expect(page.locator("#more")).to_have_text("That is all.")
    assert len(set(addresses(page))) == 60
    days = page.locator("#days h2").all_inner_texts()
    assert len(days) == len(set(days)) >= 2  # a page that ends within a day goes on in that day
    assert page.url.endswith("/transactions/")


def test_it_shows_more_by_links(new_page: NewPage, sign_in: SignIn, rich: Person) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, rich, to="/transactions/")
    seen = addresses(page)
    for _ in range(2):
        with page.expect_navigation():
            page.get_by_role("link", name="Show more").click()
        expect(page.get_by_role("link", name="Back to the newest")).to_be_visible()
        seen += addresses(page)
    assert len(seen) == len(set(seen)) == 60
    with page.expect_navigation():
        page.get_by_role("link", name="Back to the newest").click()
    assert addresses(page) == seen[:25]


def test_the_way_back_leads_to_the_list_as_it_was(
    page: Page, sign_in: SignIn, rich: Person, control: Control
) -> None:
    # A name that no other test has: payments of a history go to the shop that was there first.
    control.add_transaction(rich, merchant="Federkiel Books")
    sign_in(page, rich, to="/transactions/")
    page.get_by_role("searchbox").fill("federkiel")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/transactions/?*q=federkiel*")
    expect(page.locator(".txn")).to_have_count(1)
    page.get_by_role("link", name="Federkiel Books").click()
    page.wait_for_url("**/transactions/txn_*/")
    page.go_back()
    page.wait_for_url("**/transactions/?*q=federkiel*")
    whole(page)
    expect(page.locator(".txn")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("federkiel")
    page.go_back()
    page.wait_for_url("**/transactions/")
    whole(page)
    expect(page.locator(".txn")).to_have_count(25)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".txn")).to_have_count(50)
    page.locator(".txn a").nth(30).click()
    page.wait_for_url("**/transactions/txn_*/")
    page.go_back()
    page.wait_for_url("**/transactions/")
    whole(page)
    expect(page.locator(".txn").nth(24)).to_be_visible()
    page.go_forward()
    page.wait_for_url("**/transactions/txn_*/")


@pytest.mark.parametrize("script", [True, False])
def test_it_filters_by_kind_and_day_and_takes_filters_away(
    new_page: NewPage, sign_in: SignIn, rich: Person, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, rich, to="/transactions/")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Deposit").check()
    page.get_by_label("From", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**kind=deposit**")
    whole(page)
    expect(page.locator(".txn").first).to_contain_text("Deposit")
    expect(page.locator(".txn", has_text="Payment")).to_have_count(0)
    page.get_by_role("link", name="Remove: kind Deposit").click()
    expect(page.locator(".txn", has_text="Payment").first).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("2020-01-01")


def test_a_bad_filter_is_told_at_its_field(page: Page, sign_in: SignIn, rich: Person) -> None:
    sign_in(page, rich, to="/transactions/")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("From", exact=True).fill("2026-03-02")
    page.get_by_role("textbox", name="Until", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show", exact=True).click()
    until = page.get_by_role("textbox", name="Until", exact=True)
    expect(until).to_have_attribute("aria-invalid", "true")
    expect(until).to_have_accessible_description("This day lies before the first one. Swap them.")
    expect(until).to_have_value("2026-03-01")
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".txn")).to_have_count(25)


def test_one_dead_card_leaves_the_others_alone_and_heals(
    page: Page, sign_in: SignIn, rich: Person, control: Control
) -> None:
    control.fault("accounts", "error", sub=rich.sub)
    sign_in(page, rich)
    failed = page.locator("#card-balances")
    expect(failed).to_contain_text("We can’t reach your accounts right now.")
    expect(page.locator("#card-waiting")).to_contain_text("Nothing waits for you")
    expect(page.locator("#card-latest .txn")).to_have_count(8)
    with page.expect_response("**/transactions/cards/balances/"):
        failed.get_by_role("link", name="Try again").click()
    expect(failed).to_contain_text("We can’t reach your accounts right now.")
    control.clear_faults()
    failed.get_by_role("link", name="Try again").click()
    expect(failed).to_contain_text("EUR")
    expect(page.get_by_role("main")).not_to_contain_text("We can’t reach")
    expect(page.locator("#card-latest .txn")).to_have_count(8)


def test_a_dead_card_asks_again_by_itself(
    page: Page, sign_in: SignIn, rich: Person, control: Control
) -> None:
    page.clock.install()
    control.fault("list", "error", sub=rich.sub)
    sign_in(page, rich)
    card = page.locator("#card-latest")
    expect(card).to_contain_text("We can’t reach your transactions right now.")
    expect(page.locator("#card-balances")).to_contain_text("EUR")
    control.clear_faults()
    # What is on its way would be late by the jump of the clock.
    page.wait_for_load_state("networkidle")
    page.clock.fast_forward(16_000)
    expect(card.locator(".txn")).to_have_count(8)


def test_a_dead_card_heals_without_a_script(
    new_page: NewPage, sign_in: SignIn, rich: Person, control: Control
) -> None:
    page = new_page(java_script_enabled=False)
    control.fault("accounts", "error", sub=rich.sub)
    sign_in(page, rich)
    control.clear_faults()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your accounts")
    expect(page.get_by_role("main")).to_contain_text("EUR")
