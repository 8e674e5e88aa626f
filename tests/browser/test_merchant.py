"""Mia's first hour at the console: from no key to a webhook, in few steps of the hand."""

import os
import subprocess

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person
from tests.support.servers import ROOT, Server

pytestmark = pytest.mark.browser

MOST = 40
BACK = "https://shop.example/paid"


class Hand:
    """Clicks and types as a person does, and counts: a click, or what is typed at once."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, name: str, *, role: str = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def type(self, label: str, text: str) -> None:
        self.count += 1
        self.page.get_by_label(label).first.fill(text)

    def enter(self, selector: str, text: str) -> None:
        """Types into what has the focus, and presses Enter with it."""
        self.count += 1
        self.page.locator(selector).fill(text)
        self.page.keyboard.press("Enter")

    def paste_in_a_terminal(self, command: str) -> str:
        self.count += 1
        told = subprocess.run(
            ["sh", "-c", command],
            cwd=ROOT, capture_output=True, text=True, timeout=30, check=True,
            env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        return told.stdout

    def sign_in(self, person: Person) -> None:
        self.page.locator("#password").wait_for()
        self.count += 1
        self.page.locator("#email").fill(person.email)
        self.enter("#password", person.password)


@pytest.fixture
def customer(control: Control) -> Person:
    """Whom the console names as the customer to be: the seed's Alice, where there is one."""
    known = [one for one in control.call("GET", "people") if one["email"] == "alice@example.com"]
    made = known[0] if known else control.call(
        "POST", "people",
        json={
            "email": "alice@example.com", "name": "Alice Marlow", "roles": ["user"],
            "balances": [{"currency": "EUR", "amount_minor": 500_000}],
        },
    )  # fmt: skip
    return Person(made["sub"], made["email"], made["name"], "sandbox")


def test_from_no_key_to_a_webhook(
    new_page: NewPage, control: Control, box_worker: Server, customer: Person
) -> None:
    mia = control.add_person("Mia Okafor")
    control.add_member(control.add_merchant(), mia)
    box_worker.start()
    page = new_page(viewport={"width": 1440, "height": 900})
    hand = Hand(page)
    page.goto("/merchant/")
    hand.sign_in(mia)
    expect(page.locator("h1")).to_contain_text("in the sandbox")
    look(page)
    hand.follow("Register one")
    hand.type("Address", BACK)
    hand.press("Register it")
    hand.follow("Start")
    hand.follow("Make a key")
    hand.type("Name", "My laptop")
    hand.press("Make the key")
    expect(page.locator("h1")).to_have_text("Your new key")
    look(page)
    command = page.locator(".console-command code").inner_text()
    hand.press("Copy the command")
    assert '"handoff_url"' in hand.paste_in_a_terminal(command)
    hand.follow("Webhooks")
    hand.press("Use our receiver")
    hand.follow("Start")
    expect(page.locator("li[data-done]")).to_have_count(3)
    hand.press(f"Open it as {customer.email}")
    hand.press(f"Go on as {customer.email}")
    hand.count += 1
    page.locator(".door-person", has_text=customer.email).click()
    hand.press("Continue as Alice Marlow")
    hand.press("Confirm 64.90 EUR")
    hand.enter("#code", control.code(customer))
    expect(page.locator("h1")).to_have_text("Confirmed")
    # Mia again, to see what her server was told; Alice's menu and its sign-out are not our matter.
    hand.count += 3
    page.context.clear_cookies()
    page.goto("/merchant/")
    hand.sign_in(mia)
    expect(page.locator("li[data-done]")).to_have_count(5)
    for name in ("Run a scenario", "See what is left to go live"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    look(page)
    hand.follow("Webhooks")
    hand.follow("Our receiver")
    expect(page.get_by_text("payment.processing").first).to_be_visible()
    assert hand.count < MOST, hand.count
    print(f"{hand.count} clicks and keystroke groups")  # noqa: T201 (with -s)


def test_its_pages_read_well_for_everybody(
    signed_in_page: SignedInPage, control: Control, alice: Person
) -> None:
    mia, shop = control.add_person("Mia Okafor"), control.add_merchant()
    control.add_member(shop, mia)
    control.call("POST", f"merchants/{shop}/return-addresses", json={"url": BACK})
    key = control.call("POST", f"merchants/{shop}/keys", json={"name": "Till", "scope": "write"})
    refused = requests.get(
        f"{control.url}/merchant-api/v1/balance",
        headers={
            "Signature-Input": f'sig1=("@method");keyid="{key["id"]}"',
            "Signature": "sig1=::",
        },
        timeout=30,
    )
    paid = control.add_transaction(alice, merchant=shop)
    page = signed_in_page(mia)
    for path in (
        "payments/", "payments/new/", f"payments/pay_{paid['id'][4:]}/", "log/",
        f"log/{refused.headers['X-Request-Id']}/", f"keys/{key['id']}/", "team/", "going-live/",
    ):  # fmt: skip
        page.goto(f"/merchant/{shop}/{path}")
        expect(page.locator("h1")).to_be_visible()
        look(page)
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_role("link", name="More").click()
    expect(page.locator("#parts").get_by_role("link", name="Team")).to_be_visible()


def look(page: Page) -> None:
    """What axe and a narrow screen find."""
    assert faults_of(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
