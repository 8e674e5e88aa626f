"""Whose page it is: Bob sees nothing of Alice's, and a session that has ended is left for good."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignIn
from tests.support.control import Control, Person
from tests.support.servers import Server

pytestmark = pytest.mark.browser


def at_the_sign_in_page(page: Page, box: Server) -> None:
    page.wait_for_url(f"{box.url}/**")
    expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_bob_finds_nothing_at_the_addresses_of_alice(
    new_page: NewPage, sign_in: SignIn, control: Control, alice: Person, bob: Person, script: bool
) -> None:
    made = control.add_transaction(alice, merchant="Nordlicht Books")
    his = new_page(java_script_enabled=script)
    sign_in(his, bob)
    address = f"/transactions/{made['id']}/"
    for path in ("", "cancellations/new/", "confirmations/new/", "refund-requests/new/"):
        answer = his.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 404
        expect(his.get_by_role("heading", level=1)).to_have_text(
            "There is nothing at this address for you"
        )
        expect(his.locator("body")).not_to_contain_text(re.compile(r"Nordlicht|64\.90"))


@pytest.mark.parametrize("script", [True, False])
def test_it_signs_out_here_and_there(
    new_page: NewPage, sign_in: SignIn, alice: Person, box: Server, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, alice)
    page.get_by_role("button", name="account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(page.get_by_role("main")).to_contain_text("Here and at the sign-in service.")
    page.goto("/transactions/")
    at_the_sign_in_page(page, box)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_a_session_that_ended_elsewhere_leads_to_the_sign_in_page(
    new_page: NewPage, sign_in: SignIn, control: Control, box: Server
) -> None:
    """Not into a fragment of the page that is still open."""
    alice = control.add_person("Alice Marlow", history=30)
    left, here = new_page(), new_page()
    # The list asks by itself whether it is fresh: its clock stands still, so that the click is it.
    left.clock.install()
    sign_in(left, alice, to="/transactions/")
    sign_in(here, alice, to="/devices/")
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_role("status").first).to_contain_text("One other browser is signed out.")
    expect(here.get_by_role("main")).to_contain_text("You are signed in nowhere else.")
    # What the provider remembers of the other browser is not ours to end.
    left.context.clear_cookies(name=re.compile("^sandbox"))
    left.get_by_role("link", name=re.compile("^Completed")).click()
    at_the_sign_in_page(left, box)
    left.get_by_label("E-mail").fill(alice.email)
    left.get_by_label("Password").fill(alice.password)
    left.get_by_label("Password").press("Enter")
    left.wait_for_url("**/transactions/")
    expect(left.locator(".txn")).to_have_count(25)
    here.reload()
    expect(here.get_by_role("heading", level=1)).to_have_text("Where you are signed in")


def test_a_form_of_a_session_that_ended_moves_nothing(
    new_page: NewPage, sign_in: SignIn, control: Control, alice: Person, box: Server
) -> None:
    made = control.add_transaction(alice)
    left, here = new_page(), new_page()
    sign_in(left, alice, to=f"/transactions/{made['id']}/cancellations/new/")
    sign_in(here, alice, to="/devices/")
    here.get_by_role("button", name="Sign out", exact=False).filter(has_text="Chrom").click()
    expect(here.get_by_role("main")).to_contain_text("You are signed in nowhere else.")
    left.context.clear_cookies(name=re.compile("^sandbox"))
    left.get_by_role("button", name="Cancel 64.90 EUR").click()
    at_the_sign_in_page(left, box)
    assert control.effects(alice, "transaction.cancelled") == []
    left.get_by_label("E-mail").fill(alice.email)
    left.get_by_label("Password").fill(alice.password)
    left.get_by_label("Password").press("Enter")
    left.wait_for_url("**/cancellations/new/")
    expect(left.get_by_role("button", name="Cancel 64.90 EUR")).to_be_visible()


def test_a_form_whose_cookies_are_gone_moves_nothing(
    page: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    sign_in(page, alice, to=f"/transactions/{made['id']}/cancellations/new/")
    page.get_by_label("Anything to add?").fill("typed with care")
    page.context.clear_cookies(name="selfcare_csrf")
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your payment")
    expect(page.get_by_role("main")).to_contain_text("typed with care")
    expect(page.get_by_role("button", name="Cancel 64.90 EUR")).to_be_visible()
    assert control.effects(alice, "transaction.cancelled") == []
