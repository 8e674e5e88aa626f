"""Cancel, confirm, decline and ask for a refund, with and without JavaScript: one effect each."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignIn
from tests.support.control import Control, Person
from tests.support.servers import Server

pytestmark = pytest.mark.browser


def heading(page: Page, words: str) -> None:
    """The page's one headline; a page that asks again by itself gets the time for it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def enter_code(page: Page, control: Control, person: Person) -> None:
    """The provider's page for the one-time code, which leads back to selfcare."""
    page.locator("#code").fill(control.code(person))
    page.locator("#code").press("Enter")
    page.wait_for_url("**/instructions/**")


def to_code(page: Page, transaction_id: str) -> None:
    page.goto(f"/transactions/{transaction_id}/")
    page.get_by_role("link", name="Review and confirm").click()
    page.get_by_role("button", name="Confirm 64.90 EUR").click()
    page.locator("#code").wait_for()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def hers(new_page: NewPage, script: bool) -> Page:
    """Alice's browser, not yet signed in."""
    return new_page(java_script_enabled=script)


def test_it_cancels_once_on_a_double_click(
    hers: Page, script: bool, sign_in: SignIn, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, merchant="Nordlicht Books")
    control.add_transaction(alice, kind="deposit", status="completed")
    sign_in(hers, alice, to="/transactions/")
    expect(hers.locator(".txn")).to_have_count(2)
    hers.get_by_role("link", name="Waiting for you").click()
    hers.wait_for_url("**/transactions/?status=waiting")
    expect(hers.locator(".txn")).to_have_count(1)
    hers.get_by_role("link", name="Nordlicht Books").click()
    hers.get_by_role("link", name="Cancel", exact=True).click()
    heading(hers, "Cancel your payment")
    hers.get_by_label("Why?").select_option("wrong_amount")
    hers.get_by_label("Anything to add?").fill("Ordered two by mistake")
    posts = []
    hers.on("request", lambda sent: posts.append(sent) if sent.method == "POST" else None)
    # Time enough for the second click to overtake the first one's answer.
    control.fault("cancel", "latency", sub=alice.sub, ms=400)
    hers.get_by_role("button", name="Cancel 64.90 EUR").dblclick(delay=100)
    expect(hers).to_have_url(re.compile("/instructions/ins_"))
    heading(hers, "Cancelled")
    assert len(posts) == (1 if script else 2)  # the browser alone stops nobody
    assert len(control.effects(alice, "transaction.cancelled")) == 1
    hers.get_by_role("link", name="See the transaction").click()
    expect(hers.locator(".hero .chip")).to_have_text("Cancelled")
    expect(hers.get_by_role("main")).to_contain_text("Ordered two by mistake")


def test_it_confirms_with_a_one_time_code(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    sign_in(hers, alice)
    to_code(hers, made["id"])
    assert control.effects(alice, "transaction.confirmed") == []
    enter_code(hers, control, alice)
    heading(hers, "Confirmed")
    hers.reload()
    heading(hers, "Confirmed")
    assert len(control.effects(alice, "transaction.confirmed")) == 1


def test_it_keeps_what_was_left_without_a_code(
    hers: Page, site: Server, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    sign_in(hers, alice)
    to_code(hers, made["id"])
    hers.get_by_role("button", name="Back to Selfcare without a code").click()
    heading(hers, "You didn’t prove that it’s you")
    assert control.effects(alice, "transaction.confirmed") == []
    hers.goto(f"/transactions/{made['id']}/")
    hers.get_by_role("link", name="See what becomes of it").click()
    heading(hers, "One step is missing")
    hers.get_by_role("button", name="Prove that it’s you").click()
    hers.locator("#code").wait_for()
    enter_code(hers, control, alice)
    heading(hers, "Confirmed")
    assert len(control.effects(alice, "transaction.confirmed")) == 1


def test_it_declines(hers: Page, sign_in: SignIn, control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    sign_in(hers, alice, to=f"/transactions/{made['id']}/confirmations/new/")
    hers.get_by_role("button", name="Don’t pay").dblclick()
    expect(hers).to_have_url(re.compile("/instructions/ins_"))
    heading(hers, "Not paid")
    assert len(control.effects(alice, "transaction.declined")) == 1


def test_it_asks_for_a_refund_and_keeps_what_was_typed(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    sign_in(hers, alice, to=f"/transactions/{made['id']}/")
    hers.get_by_role("link", name="Ask for up to 64.90 EUR").click()
    hers.get_by_label("How much?").fill("64.91")
    hers.get_by_label("Why?").select_option("not_as_described")
    hers.get_by_label("What should they know?").fill("Page 7 is blank")
    send = hers.get_by_role("button", name="Ask Nordlicht Books for it")
    send.click()
    amount = hers.get_by_label("How much?")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_accessible_description(re.compile(r"At most 64\.90\sEUR"))
    assert amount.input_value() == "64.91"
    assert hers.get_by_label("Why?").input_value() == "not_as_described"
    assert hers.get_by_label("What should they know?").input_value() == "Page 7 is blank"
    assert control.effects(alice, "refund_request.opened") == []
    amount.fill("20,50")
    send.dblclick()
    expect(hers).to_have_url(re.compile("/instructions/ins_"))
    heading(hers, "Refund asked for")
    expect(hers.get_by_role("main")).to_contain_text("20.50")
    assert len(control.effects(alice, "refund_request.opened")) == 1


def test_a_used_up_form_is_not_sent_again(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    """Back from the result to the form, and on again by the same button."""
    made = control.add_transaction(alice)
    sign_in(hers, alice, to=f"/transactions/{made['id']}/cancellations/new/")
    button = hers.get_by_role("button", name="Cancel 64.90 EUR")
    hers.get_by_label("Why?").select_option("changed_mind")
    button.click()
    hers.wait_for_url("**/instructions/*/")
    hers.go_back()
    expect(hers.get_by_role("main")).to_contain_text("it was cancelled already")
    expect(button).to_have_count(0)
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_an_unknown_outcome_resolves_by_itself(
    page: Page, sign_in: SignIn, control: Control, alice: Person, worker: Server
) -> None:
    made = control.add_transaction(alice)
    sign_in(page, alice, to=f"/transactions/{made['id']}/cancellations/new/")
    control.fault("cancel", "cut_after_commit", sub=alice.sub, count=1)
    page.get_by_label("Why?").select_option("changed_mind")
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    page.wait_for_url("**/instructions/*/")
    heading(page, "We don’t know yet whether it was cancelled")
    page.evaluate("window.still = 'the same page'")
    page.get_by_role("link", name="Look again").focus()
    worker.start()
    heading(page, "Cancelled")
    assert page.evaluate("window.still") == "the same page"
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_an_unknown_outcome_is_asked_for_again_without_a_script(
    new_page: NewPage, sign_in: SignIn, control: Control, alice: Person, worker: Server
) -> None:
    page = new_page(java_script_enabled=False)
    made = control.add_transaction(alice)
    sign_in(page, alice, to=f"/transactions/{made['id']}/cancellations/new/")
    control.fault("cancel", "cut_before", sub=alice.sub, count=1)
    page.get_by_label("Why?").select_option("changed_mind")
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    heading(page, "We don’t know yet whether it was cancelled")
    worker.start()
    told = page.get_by_role("heading", name="It was not carried out")
    expect(told).to_be_visible()
    assert control.effects(alice, "transaction.cancelled") == []
