"""A real Chromium for the journeys: light or dark, any width, with and without JavaScript."""

import os
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests.support.control import Control, Person
from tests.support.servers import Server
from tools.chromium import NoChromiumError, find_chromium

# Playwright's loop runs in this thread, and Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# How long a page takes says more of who else uses the machine than of the page.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


class NewPage(Protocol):
    """Open a page of its own context; options are those of Playwright's new_context."""

    def __call__(self, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    try:
        program = find_chromium()
    except NoChromiumError as error:
        pytest.exit(str(error), returncode=1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",  # root may not have one, and the pages are our own
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(transactional_db: None, chromium: Browser, site: Server) -> Iterator[NewPage]:
    """Open pages that know selfcare's address; an error in their console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"base_url": site.url, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message.type, message.text, complaints))
        page.on("response", lambda response: _note_lost(response, complaints))
        page.on("response", lambda response: _note_unguarded(response, site.url, complaints))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, complaints


def _note(kind: str, text: str, complaints: list[str]) -> None:
    # An error page that was asked for on purpose is told here too; what a page lacks is told below.
    if kind == "error" and not text.startswith("Failed to load resource"):
        complaints.append(text)


def _note_lost(response: Response, complaints: list[str]) -> None:
    asked = response.request.resource_type
    if response.status >= 400 and asked in {"stylesheet", "script", "font", "image"}:
        complaints.append(f"{response.status} for the {asked} {response.url}")


def _note_unguarded(response: Response, site_url: str, complaints: list[str]) -> None:
    """Every page of ours comes with a policy that lets nothing inline run."""
    if response.request.resource_type != "document" or not response.url.startswith(site_url):
        return
    if response.headers.get("content-disposition", "").startswith("attachment"):
        # A file to keep is no page; its own policy lets nothing run at all.
        return
    policy = response.headers.get("content-security-policy", "")
    if "script-src 'self';" not in policy or "unsafe" in policy:
        complaints.append(f"{response.url} has the policy {policy!r}")


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page at 1440 pixels, light."""
    return new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")


@pytest.fixture
def sign_in(control: Control) -> "SignIn":
    """Sign somebody in by the forms that a person sees."""

    def by_forms(page: Page, person: Person, *, to: str = "/") -> None:
        page.goto(f"/sign-in/?next={to}")
        page.locator("input[type=password]").wait_for()
        page.locator("input[type=email], input[name=login]").first.fill(person.email)
        page.locator("input[type=password]").fill(person.password)
        page.locator("input[type=password]").press("Enter")
        page.wait_for_url(f"**{to}")

    return by_forms


class SignedInPage(Protocol):
    """Open a page of somebody who is signed in already."""

    def __call__(self, person: Person, **options: Any) -> Page: ...


@pytest.fixture
def signed_in_page(new_page: NewPage, site: Server) -> SignedInPage:
    """Sign somebody in without the forms, for tests of what comes after."""
    from tests.support.sign_in import start_session

    def open_page(person: Person, **options: Any) -> Page:
        page = new_page(**options)
        session = start_session(person.sub, person.name, email=person.email, zone="Europe/Berlin")
        cookie = {"name": "selfcare_session", "value": session.session_key, "url": site.url}
        page.context.add_cookies([cookie])
        return page

    return open_page


class SignIn(Protocol):
    """Sign a person in on a page and end at an address."""

    def __call__(self, page: Page, person: Person, *, to: str = "/") -> None: ...
