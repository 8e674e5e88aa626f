"""A scenario is run and watched to its end, the clock put forward; axe looks at each page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person
from tests.support.servers import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def mia(control: Control) -> Person:
    return control.add_person("Mia Okafor")


@pytest.fixture
def desk(control: Control, mia: Person) -> str:
    merchant = control.add_merchant()
    control.add_member(merchant, mia, "admin")
    return f"/merchant/{merchant}/"


def test_a_run_is_watched_and_the_clock_goes_forward(
    signed_in_page: SignedInPage, desk: str, mia: Person, box_worker: Server
) -> None:
    page = signed_in_page(mia)
    found: list[str] = []
    page.goto(desk + "scenarios/")
    found += faults_of(page)
    page.get_by_role("button", name="Run Refunded twice at once").click()
    expect(page.get_by_text("In line")).to_be_visible()
    found += faults_of(page)
    # Nobody reloads the page: it watches by itself.
    box_worker.start()
    expect(page.get_by_text("It ended as written")).to_be_visible()
    page.get_by_text("What came of it, in full").click()
    found += faults_of(page)
    page.goto(desk + "clock/")
    page.get_by_label("Forward by").fill("2")
    page.get_by_role("button", name="Put it forward").click()
    expect(page.get_by_text("2 d 0 h 0 min ahead of the real time.")).to_be_visible()
    found += faults_of(page)
    found += _others(page, desk)
    assert not found, "\n".join(found)


def _others(page: Page, desk: str) -> list[str]:
    found: list[str] = []
    for path in ("scenarios/paid-in-time/", "scenarios/magic-values/", "scenarios/new/", "reset/"):
        page.goto(desk + path)
        found += faults_of(page)
    page.goto(desk + "scenarios/new/")
    page.get_by_label("The script").fill("id =")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("It can't be read")).to_be_visible()
    return [*found, *faults_of(page)]
