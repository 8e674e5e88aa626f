"""Preferences in a browser: saved as they are chosen, with and without a script."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
THEME = "document.documentElement.dataset.theme"


@pytest.fixture
def page_of_alice(signed_in_page: SignedInPage, alice: Person) -> Page:
    page = signed_in_page(alice)
    page.goto("/preferences/")
    return page


def test_a_choice_is_saved_and_counts_at_once(page_of_alice: Page) -> None:
    page = page_of_alice
    page.evaluate("window.stayed = true")
    page.get_by_label("Language", exact=True).select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    expect(page).to_have_title("Einstellungen · Selfcare")
    page.get_by_label("Dunkel").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    # Without a reload: what the page held is still there.
    assert page.evaluate("[window.stayed, document.documentElement.lang]") == [True, "de"]
    page.goto("/devices/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wo Sie angemeldet sind")
    assert page.evaluate(THEME) == "dark"


def test_quick_choices_do_not_stand_in_each_others_way(page_of_alice: Page) -> None:
    page = page_of_alice
    for field, value in (("Days", "iso"), ("Numbers", "space"), ("Currency", "symbol")):
        page.get_by_label(field, exact=True).select_option(value)
    expect(page.locator(".prefs-example")).to_contain_text("\u2212€1\u00a0234,56")
    expect(page.locator(".prefs-notice")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Days", exact=True)).to_have_value("iso")
    expect(page.get_by_label("Numbers", exact=True)).to_have_value("space")


def test_two_tabs_do_not_overwrite_each_other(page_of_alice: Page) -> None:
    other = page_of_alice.context.new_page()
    other.goto("/preferences/")
    page_of_alice.get_by_label("Rows on a page of a list").select_option("50")
    expect(page_of_alice.get_by_text("Saved. It counts everywhere")).to_be_visible()
    other.get_by_label("What we call you").fill("Ali")
    other.get_by_label("What we call you").press("Tab")
    expect(other.get_by_role("alert")).to_contain_text("elsewhere meanwhile")
    expect(other.get_by_role("alert")).to_contain_text("50")
    expect(other.get_by_label("What we call you")).to_have_value("Ali")
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".account-name")).to_contain_text("Ali")


def test_it_works_without_a_script(signed_in_page: SignedInPage, alice: Person) -> None:
    page = signed_in_page(alice, java_script_enabled=False)
    page.goto("/preferences/")
    page.get_by_label("Language", exact=True).select_option("cs")
    page.get_by_label("After signing in").select_option("transactions")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Uloženo.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Předvolby")


def test_a_list_has_the_rows_that_were_chosen(
    signed_in_page: SignedInPage, control: Control
) -> None:
    person = control.add_person("Alice Marlow", history=30)
    page = signed_in_page(person)
    page.goto("/preferences/")
    page.get_by_label("Rows on a page of a list").select_option("100")
    expect(page.get_by_text("Saved. It counts everywhere")).to_be_visible()
    page.goto("/transactions/")
    expect(page.locator(".txn")).to_have_count(30)


@pytest.mark.parametrize("language", ["en", "es", "de", "cs"])
def test_nothing_is_wrong_for_axe_in_any_language(
    signed_in_page: SignedInPage, alice: Person, language: str
) -> None:
    page = signed_in_page(alice)
    page.goto("/preferences/")
    page.locator("#id_language").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert faults_of(page) == []
    page.goto("/devices/")
    assert faults_of(page) == []
