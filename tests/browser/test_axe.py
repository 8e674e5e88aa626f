"""Every page of selfcare, light and dark, at 320 and 1440 pixels: nothing for axe to find."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.test import RequestFactory
from playwright.sync_api import Page, Route

from selfcare.instructions.models import Instruction, State
from selfcare.transactions import wording
from selfcare.web import problems
from tests.browser.conftest import NewPage, SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
Look = Callable[[Page], None]
CANCELLATION = "cancellations/new/"
REFUND = "refund-requests/new/"


@pytest.fixture
def look() -> Iterator[Look]:
    """Look at a page; what is wrong with any of them is told together at the end."""
    found: list[str] = []
    yield lambda page: found.extend(faults_of(page))
    assert not found, "\n".join(found)


@pytest.fixture
def rich(control: Control) -> Person:
    """Alice with more than a page of transactions, two of them waiting."""
    person = control.add_person(
        "Alice Marlow",
        history=30,
        balances=[
            {"currency": "EUR", "amount_minor": 123_456_789},
            {"currency": "GBP", "amount_minor": 8580},
        ],
    )
    control.add_transaction(person, merchant="Nordlicht Books")
    control.add_transaction(
        person, merchant="Rechtsschutzversicherungsgesellschaften im Donauraum", currency="GBP"
    )
    return person


def asked(page: Page, address: str, status: int = 200) -> Page:
    """The page at an address, which answers with the status."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, f"{address}: {answer.status}"
    return page


def test_home(
    signed_in_page: SignedInPage, look: Look, control: Control, rich: Person, bob: Person
) -> None:
    page = signed_in_page(rich)
    control.fault("*", "error", sub=rich.sub)
    look(asked(page, "/"))
    control.clear_faults()
    look(asked(page, "/"))
    control.fault("*", "error", sub=rich.sub)
    look(asked(page, "/"))
    look(asked(page, "/transactions/cards/balances/"))
    look(asked(page, "/transactions/cards/latest/"))
    page.get_by_role("button", name="account menu").click()
    look(page)
    look(asked(signed_in_page(control.add_person("Ng", balances=[])), "/"))


def test_the_list(
    signed_in_page: SignedInPage, look: Look, control: Control, rich: Person, bob: Person
) -> None:
    page = signed_in_page(rich)
    address = "/transactions/"
    control.fault("list", "error", sub=rich.sub)
    look(asked(page, address, 503))
    control.clear_faults()
    look(asked(page, address))
    page.get_by_text("Filters", exact=True).click()
    look(page)
    page.get_by_role("link", name="Show more").click()
    page.get_by_text("That is all.").wait_for()
    look(page)
    control.fault("list", "error", sub=rich.sub)
    look(asked(page, address, 503))
    control.clear_faults()
    look(asked(page, f"{address}?kind=deposit&from=2020-01-01&q=order&currency=EUR"))
    look(asked(page, f"{address}?q={'nothing' * 20}&kind=refund"))
    look(asked(page, f"{address}?from=2026-05-02&until=2026-05-01&kind=junk&status=junk", 400))
    look(asked(page, f"{address}?cursor=broken", 400))
    look(asked(signed_in_page(bob), address))


def test_transactions_of_every_kind_and_status(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    named = {"merchant": "Nordlicht Books", "remittance_information": "Order 4711"}
    others = [kind for kind in wording.KINDS if kind != "payment"]
    for facts in (
        *({"status": status} for status in wording.STATUSES),
        *({"kind": kind, "status": "completed"} for kind in others),
    ):
        made = control.add_transaction(alice, **{**named, **facts})
        look(asked(page, f"/transactions/{made['id']}/"))


def test_long_words_and_big_sums(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    long = {"merchant": "M" * 110, "remittance_information": "W" * 400, "amount_minor": 10**11}
    made = control.add_transaction(alice, **long)
    for path in ("", CANCELLATION, "confirmations/new/"):
        look(asked(page, f"/transactions/{made['id']}/{path}"))
    look(asked(page, "/"))
    look(asked(page, "/transactions/"))


def test_a_transaction_with_a_story(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person, carol: Person
) -> None:
    page = signed_in_page(alice)
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    address = f"/transactions/{made['id']}/"
    asked(page, f"{address}{REFUND}").get_by_label("Why?").select_option("other")
    page.get_by_role("button", name="Ask Nordlicht").click()
    page.wait_for_url("**/instructions/**")
    look(asked(page, address))
    look(asked(page, f"{address}{REFUND}", 409))
    control.call("POST", f"transactions/{made['id']}/refund-answer", json={"amount_minor": 1000})
    look(asked(page, address))
    refund = page.get_by_role("link", name="Refund from Nordlicht Books")
    if refund.count():
        with page.expect_navigation():
            refund.click()
        look(page)
    instruction(alice, made["id"], "request_refund", State.UNKNOWN)
    control.fault("detail", "error", sub=alice.sub)
    look(asked(page, address, 503))
    made = control.add_transaction(carol)
    look(asked(signed_in_page(carol), f"/transactions/{made['id']}/"))


def test_the_forms(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    waits = control.add_transaction(alice, merchant="Nordlicht Books", fee_minor=120)["id"]
    paid = control.add_transaction(alice, merchant="Nordlicht Books", status="completed")["id"]
    look(asked(page, f"/transactions/{waits}/confirmations/new/"))
    look(asked(page, f"/transactions/{paid}/confirmations/new/", 409))
    look(asked(page, f"/transactions/{paid}/{CANCELLATION}", 409))
    look(asked(page, f"/transactions/{waits}/{CANCELLATION}"))
    note = page.get_by_label("Anything to add?")
    note.evaluate("note => note.removeAttribute('maxlength')")
    note.fill("too long " * 80)
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    page.get_by_role("alert").wait_for()
    look(page)
    look(asked(page, f"/transactions/{paid}/{REFUND}"))
    page.get_by_label("How much?").fill("a lot")
    page.get_by_role("button", name="Ask Nordlicht Books for it").click()
    page.get_by_role("alert").wait_for()
    look(page)


def test_instructions_in_every_state(
    signed_in_page: SignedInPage, look: Look, alice: Person
) -> None:
    page = signed_in_page(alice)
    for state in State:
        for action in ("cancel", "confirm"):
            look(asked(page, instruction(alice, "txn_1", action, state).url))


def instruction(person: Person, about: str, action: str, state: State) -> Instruction:
    """An instruction as it stands after whatever happened to it."""
    shown = {
        "amount_minor": 123_456_789,
        "currency": "EUR",
        "payee": "Rechtsschutzversicherung Nordlicht",
        "account": "Everyday •••• 1752",
    }
    return Instruction.objects.create(
        subject=person.sub,
        key=f"{action}-{state}",
        action=action,
        transaction_id=about,
        payload={},
        shown=shown,
        fingerprint="f" * 64,
        state=state,
        outcome={"code": "version_conflict"},
        request_id="0b54c75f-4b9b-4b7e-9a1c-2b9a3f0a4a57",
    )


def test_signing_in_and_out(
    signed_in_page: SignedInPage, new_page: NewPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    look(asked(page, "/devices/"))
    signed_in_page(alice)
    look(asked(page, "/devices/"))
    page.get_by_role("button", name="Sign out everywhere else").click()
    page.get_by_text("One other browser is signed out.").wait_for()
    look(page)
    look(asked(page, "/signed-out/"))
    page = new_page()
    look(asked(page, "/signed-out/"))
    look(asked(page, "/sign-in/callback/?state=unknown", 400))
    page.goto("/sign-in/")
    page.get_by_role("button", name="Back to Selfcare").click()
    page.get_by_role("heading", name="You didn’t sign in").wait_for()
    look(page)
    control.fault("token", "error")
    page.goto("/sign-in/")
    page.locator("#email").fill(alice.email)
    page.locator("#password").fill(alice.password)
    page.locator("#password").press("Enter")
    page.get_by_role("heading", name="The sign-in service").wait_for()
    look(page)


def test_the_api_page(page: Page, look: Look) -> None:
    look(asked(page, "/api/docs"))


def test_errors(signed_in_page: SignedInPage, look: Look, control: Control, alice: Person) -> None:
    page = signed_in_page(alice)
    made = control.add_transaction(alice)["id"]
    look(asked(page, "/?q=%00", 400))
    look(asked(page, "/nothing/here/", 404))
    look(asked(page, "/sign-out/", 405))
    for status in (409, 429):
        control.fault("detail", "error", sub=alice.sub, status=status)
        look(asked(page, f"/transactions/{made}/", status))
        control.clear_faults()
    for mode in ("error", "broken_json", "foreign"):
        control.fault("detail", mode, sub=alice.sub)
        look(asked(page, f"/transactions/{made}/", 503))
        control.clear_faults()
    asked(page, f"/transactions/{made}/{CANCELLATION}")
    page.context.clear_cookies(name="selfcare_csrf")
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    page.get_by_role("heading", name="This form is too old").wait_for()
    look(page)


def test_a_form_that_is_used_for_something_else(
    signed_in_page: SignedInPage, look: Look, control: Control, alice: Person
) -> None:
    page = signed_in_page(alice)
    address = f"/transactions/{control.add_transaction(alice)['id']}/{CANCELLATION}"
    intent = asked(page, address).locator("[name=intent]").input_value()
    other = page.context.new_page()
    asked(other, address).locator("[name=intent]").evaluate("(one, it) => one.value = it", intent)
    page.get_by_label("Why?").select_option("changed_mind")
    page.get_by_role("button", name="Cancel 64.90 EUR").click()
    page.wait_for_url("**/instructions/**")
    other.get_by_label("Why?").select_option("other")
    other.get_by_role("button", name="Cancel 64.90 EUR").click()
    other.get_by_role("heading", name="This can’t be sent like that").wait_for()
    look(other)
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_errors_that_no_click_leads_to(page: Page, look: Look) -> None:
    """Rendered here by the same code, and shown at an address of the site."""
    asking = RequestFactory().get("/shown/")
    asking.person, asking.request_id = None, "0b54c75f-4b9b-4b7e-9a1c-2b9a3f0a4a57"

    def show(route: Route) -> None:
        status = int(route.request.url[-3:])
        made = problems.page(asking, status)
        policy = {
            "Content-Security-Policy": "default-src 'self'; script-src 'self'; img-src 'self'"
        }
        route.fulfill(status=status, body=made.content, content_type="text/html", headers=policy)

    page.route("**/shown/*", show)
    for status in (401, 403, 413, 415, 500):
        look(asked(page, f"/shown/{status}", status))


def test_the_keyboard_gets_everywhere(
    signed_in_page: SignedInPage, control: Control, rich: Person
) -> None:
    page = signed_in_page(rich, reduced_motion="reduce")
    asked(page, "/transactions/")
    page.get_by_role("link", name="All 32").wait_for()  # the counts come after the list
    page.keyboard.press("Tab")
    skip = focused(page)
    assert skip["name"] == "Skip to content"
    assert skip["seen"], skip
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert focused(page)["name"] == "Summary"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    names = []
    for _ in range(30):
        now = focused(page)
        assert now["seen"], f"no sign of focus on {now}"
        names.append(now["name"])
        page.keyboard.press("Tab")
    assert {"Filters", "All32", "Completed30", "Nordlicht Books"} <= set(names), names
    asked(page, "/")
    page.get_by_role("button", name="account menu").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page)["name"] == "Preferences"
    page.keyboard.press("Tab")
    assert focused(page)["name"] == "Devices"
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="Devices").is_visible()


def focused(page: Page) -> dict[str, object]:
    """What has the focus, and whether that can be seen: an outline or a shadow, on the screen."""
    told: dict[str, object] = json.loads(
        page.evaluate("""() => {
            const one = document.activeElement, look = getComputedStyle(one);
            const box = one.getBoundingClientRect();
            const ring = [look, getComputedStyle(one.closest("li") ?? one)].some(style =>
                (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
                || style.boxShadow !== "none");
            return JSON.stringify({
                name: (one.textContent || one.id).trim().split("\\n")[0],
                html: one.outerHTML.slice(0, 100),
                ring, top: box.top, bottom: box.bottom,
                seen: ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
            });
        }""")
    )
    return told
