"""The other side's desk on the box's front page: axe, narrow and wide, and answering by hand."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import faults_of
from tests.support.control import Control, Person
from tests.support.servers import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def alice(control: Control) -> Person:
    return control.add_person("Alice Marlow")


def opened(control: Control, person: Person, kind: str, message: str) -> dict[str, Any]:
    made = control.add_transaction(person, status="completed", merchant="Nordlicht Books")
    return control.open_case(made["id"], kind, message=message)


def state(control: Control, person: Person) -> tuple[str, int]:
    (case,) = control.cases(person)
    return case["state"], case["granted_minor"]


def test_the_desk_can_be_read_by_everybody(
    page: Page, box: Server, control: Control, alice: Person
) -> None:
    for kind in ("refund_request", "dispute", "fraud_report", "inquiry"):
        opened(control, alice, kind, f"A {kind} with many words. " * 20)
    page.goto(f"{box.url}/")
    assert faults_of(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_a_shop_offers_a_part_by_hand(
    new_page: Any, box: Server, control: Control, alice: Person, script: bool
) -> None:
    case = opened(control, alice, "refund_request", "The atlas never came.")
    page = new_page(java_script_enabled=script)
    page.goto(f"{box.url}/")
    card = page.locator(".desk-case", has=page.locator(f"input[value='{case['id']}']"))
    card.get_by_label("Part, in EUR").fill("20,00")
    card.get_by_label("Your words").fill("We can give back the postage.")
    card.get_by_role("button", name="Offer a part").click()
    expect(page.locator("#desk").get_by_role("status")).to_contain_text("partly accepted")
    assert state(control, alice) == ("partly_accepted", 2000)


def test_what_cannot_be_said_is_told_at_the_desk(
    page: Page, box: Server, control: Control, alice: Person
) -> None:
    case = opened(control, alice, "refund_request", "The atlas never came.")
    page.goto(f"{box.url}/")
    card = page.locator(".desk-case", has=page.locator(f"input[value='{case['id']}']"))
    card.get_by_label("Part, in EUR").fill("2000")
    card.get_by_role("button", name="Offer a part").click()
    expect(page.locator("#desk").get_by_role("alert")).to_contain_text("from 1 to 6490")
    assert state(control, alice) == ("open", 0)
