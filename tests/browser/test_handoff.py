"""From a merchant's address to its return address, as the merchant looking through a customer's
eyes does it: another person's sign-in by one click, account, code, and back."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage, SignIn
from tests.browser.test_decisions import enter_code, heading
from tests.support.accessibility import faults_of
from tests.support.control import Control
from tests.support.servers import Server
from tests.support.till import Till

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_it_is_paid_as_the_customer_and_leads_back(
    new_page: NewPage, sign_in: SignIn, control: Control, box: Server, till: Till, script: bool
) -> None:
    mia = control.add_person("Mia Okafor")
    balances = [
        {"currency": "EUR", "amount_minor": 4000}, {"currency": "GBP", "amount_minor": 90_000},
    ]  # fmt: skip
    alice = control.add_person("Alice Marlow", balances=balances)
    back = f"{box.url}/"
    till.register(back)
    asked = till.ask(return_url=back, remittance_information="City bike", merchant_reference="TB-9")
    page = new_page(java_script_enabled=script)
    sign_in(page, mia, to="/devices/")
    page.goto(f"/sign-in/?next={asked.page}&as={alice.email}")
    heading(page, "Go on as somebody else?")
    look(page, script)
    page.get_by_role("button", name=f"Go on as {alice.email}").click()
    first = page.locator(".door-person").first
    expect(first).to_contain_text(alice.email)
    look(page, script)
    first.click()
    heading(page, f"{till.name} asks you for 64.90 EUR")
    expect(page.locator(".message")).to_have_text(
        "You are signed in as Alice Marlow now. Mia Okafor is signed out in this browser."
    )
    look(page, script)
    page.get_by_role("button", name="Continue as Alice Marlow").dblclick()
    expect(page.get_by_role("radio", name="EUR account")).to_be_disabled()
    expect(page.get_by_role("radio", name="GBP account")).to_be_checked()
    look(page, script)
    page.get_by_role("button", name="Confirm 64.90 EUR").click()
    enter_code(page, control, alice)
    heading(page, "Confirmed")
    # Opened again at once: there are only seconds.
    page.goto(asked.page)
    heading(page, "Confirmed")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    look(page, script)
    page.go_back()
    heading(page, "Confirmed")
    look(page, script)
    page.goto(asked.page)
    heading(page, "Confirmed")
    page.get_by_role("link", name=f"Back to {till.name}").click()
    page.wait_for_url(f"{back}?payment={asked.id}")
    page.goto("/handoff/" + "A" * 43 + "/")
    heading(page, "This way is closed")
    look(page, script)
    assert till.status(asked) == "processing"
    assert len(control.effects(alice, "transaction.confirmed")) == 1


def look(page: object, script: bool) -> None:
    """What axe and a narrow screen find; the markup is the same without script."""
    if script:
        assert faults_of(page) == []  # type: ignore[arg-type]
