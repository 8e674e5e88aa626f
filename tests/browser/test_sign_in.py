"""In and out again in a real browser: cookies, redirects and the content security policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.support.control import Control, Person
from tests.support.sign_in import start_session

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("java_script", [True, False])
def test_it_signs_in_ends_another_browser_and_signs_out(
    new_page: NewPage, alice: Person, java_script: bool
) -> None:
    page = new_page(java_script_enabled=java_script)
    page.goto("/devices/")
    page.get_by_label("E-mail").fill(alice.email)
    page.get_by_label("Password").fill(alice.password)
    page.get_by_role("button", name="Sign in", exact=True).or_(
        page.get_by_role("button", name="Continue", exact=True)
    ).first.click()
    expect(page).to_have_url("/devices/")

    other = start_session(
        alice.sub, user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
    )
    page.reload()
    expect(page.get_by_text("Firefox on Linux").first).to_be_visible()
    if java_script:
        accessible(page)
    page.get_by_role("button", name="Sign out Firefox on Linux").click()
    expect(page.get_by_text("Firefox on Linux is signed out")).to_be_visible()
    assert type(other)(other.session_key).get("person") is None

    page.get_by_role("button", name="Sign out here").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text("at the sign-in service")).to_be_visible()
    if java_script:
        accessible(page)
    page.goto("/devices/")
    expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_when_it_fails(
    new_page: NewPage, control: Control, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto("/sign-in/callback/?state=unknown")
    expect(page.get_by_role("heading", level=1)).to_have_text("This sign-in took too long")
    accessible(page)
    page.goto("/signed-out/")
    accessible(page)


def accessible(page: Page) -> None:
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
