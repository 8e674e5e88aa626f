"""Undo, repeat, several at once and the summary, with and without JavaScript; axe on each."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedInPage, SignIn
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
Look = Callable[[Page], None]


@pytest.fixture
def look() -> Iterator[Look]:
    """Look at a page; what is wrong with any of them is told together at the end."""
    found: list[str] = []
    yield lambda page: found.extend(faults_of(page))
    assert not found, "\n".join(found)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def hers(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """Alice's browser, not yet signed in."""
    return new_page(java_script_enabled=bool(request.param))


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def enter_code(page: Page, control: Control, person: Person) -> None:
    page.locator("#code").fill(control.code(person))
    page.locator("#code").press("Enter")
    page.wait_for_url("**/instructions/**")


def test_it_repeats_and_undoes(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    sign_in(hers, alice, to=f"/transactions/{made['id']}/")
    hers.get_by_role("link", name="Repeat").click()
    expect(hers.get_by_text("The name matches")).to_be_visible()
    hers.get_by_role("button", name="Send 64.90 EUR to Nordlicht Books").dblclick()
    hers.locator("#code").wait_for()
    enter_code(hers, control, alice)
    heading(hers, "Sent again")
    assert len(control.effects(alice, "transaction.repeated")) == 1
    hers.get_by_role("button", name="Undo").click()
    heading(hers, "Undone")
    assert len(control.effects(alice, "transaction.undone")) == 1
    hers.get_by_role("link", name="See the transaction").click()
    expect(hers.locator(".hero .chip")).to_have_text(re.compile("Cancelled|Waiting for you"))
    expect(hers).not_to_have_url(re.compile(made["id"]))


def test_it_cancels_several_with_a_result_a_row(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    for merchant in ("Nordlicht Books", "Papierhaus"):
        control.add_transaction(alice, merchant=merchant)
    control.add_transaction(alice, status="completed", merchant="Kaffeewerk")
    sign_in(hers, alice, to="/transactions/")
    for box in hers.locator("input[type=checkbox][name=id]").all():
        box.check(force=True)
    hers.locator("button[name=do][value=cancel]").click()
    heading(hers, "Cancel 2 of 3 chosen")
    hers.get_by_label("Why?").select_option("duplicate")
    hers.get_by_role("button", name="Cancel 2 transactions").dblclick()
    heading(hers, "2 of 3 cancelled")
    expect(hers.locator(".chosen > li")).to_have_count(3)
    expect(hers.get_by_text("what is final can’t be called back")).to_be_visible()
    assert len(control.effects(alice, "transaction.cancelled")) == 2


def test_it_goes_from_a_bar_to_its_transactions(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, status="completed", merchant="Papierhaus")
    control.add_transaction(alice, status="completed", merchant="Kaffeewerk", amount_minor=480)
    sign_in(hers, alice, to="/transactions/summary/")
    hers.get_by_label("3 months").check()
    hers.get_by_role("button", name="Show").click()
    heading(hers, "Summary")
    hers.locator(".bars a[aria-label*='Papierhaus']").first.click()
    expect(hers.locator(".txn")).to_have_count(1)
    expect(hers.locator(".txn")).to_contain_text("Papierhaus")


def test_a_dead_room_is_one_card_that_says_so(
    signed_in_page: SignedInPage, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    made = control.add_transaction(alice, status="completed", merchant="Papierhaus")
    control.fault("cases", "error", sub=alice.sub, status=500)
    page.goto(f"/transactions/{made['id']}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment to Papierhaus")
    expect(page.get_by_text("Your labels, note and files")).to_be_visible()
    expect(page.locator("#card-cases")).to_be_visible()


def test_the_pages_of_the_summary(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    rich = control.add_person("Alice Marlow", history=120)
    page = signed_in_page(rich)
    for query in ("", "period=month", "period=12-months", "period=free&from=2025-01-01"):
        page.goto(f"/transactions/summary/?{query}")
        for table in page.locator("details").all():
            table.evaluate("one => { one.open = true; }")
        look(page)
    page.goto("/transactions/summary/?period=free&from=junk")
    look(page)
    page.goto("/transactions/summary/?currency=JPY")
    look(page)
    control.fault("summary", "error", sub=rich.sub, status=500)
    page.goto("/transactions/summary/")
    look(page)
    page.goto("/transactions/summary/?period=year")
    look(page)
    page.goto("/transactions/cards/flow/")
    look(page)


def test_the_pages_of_doing(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    long = "Rechtsschutzversicherungsgesellschaften im Donauraum"
    control.set_payee(long, "no_match")
    paid = control.add_transaction(
        alice, kind="transfer", status="completed", counterparty_name=long, amount_minor=123_456
    )
    page.goto(f"/transactions/{paid['id']}/repetitions/new/")
    look(page)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Tick this").wait_for()
    look(page)
    control.set_payee(long, "closed")
    page.goto(f"/transactions/{paid['id']}/repetitions/new/")
    look(page)
    waits = control.add_transaction(alice, merchant=long)
    page.goto(f"/transactions/{waits['id']}/repetitions/new/")
    look(page)
    page.goto(f"/transactions/{waits['id']}/undos/new/")
    look(page)
    later = control.add_transaction(
        alice, status="scheduled", scheduled_in_seconds=90_000, merchant="Papierhaus"
    )
    page.goto(f"/transactions/{later['id']}/")
    look(page)
    page.goto(f"/transactions/{later['id']}/confirmation-withdrawals/new/")
    look(page)
    ids = "&".join(f"id={one['id']}" for one in (paid, waits, later))
    page.goto(f"/transactions/bulk/new/?do=label&{ids}&id=txn_gone")
    look(page)
    page.goto(f"/transactions/bulk/new/?do=cancel&{ids}")
    look(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Choose one.").wait_for()
    look(page)
    page.get_by_label("Why?").select_option("other")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url("**/bulk/int_*/")
    look(page)
    page.goto("/transactions/bulk/new/?do=cancel")
    look(page)
