"""An export from the list to the file, with progress in between; with and without JavaScript."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage
from tests.conftest import NewInstances
from tests.support import servers
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
AN_EXPORT = re.compile("/exports/exp_")


@pytest.fixture
def busy(control: Control) -> Person:
    """Somebody with enough rows for some parts."""
    return control.add_person("Beate Busy", history=40)


@pytest.fixture
def waiting_site(instances: NewInstances) -> servers.Server:
    """A selfcare that leaves every export to a worker."""
    (one,) = instances(1, EXPORT_AT_ONCE_ROWS="0")
    return one


@pytest.fixture
def start_worker(test_database_url: str, waiting_site: object) -> Iterator[Callable[[], None]]:
    worker = servers.new_worker(test_database_url, EXPORT_PART_ROWS="10")
    yield worker.start
    worker.remove()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
def test_a_small_export_loads_by_itself(
    signed_in_page: SignedInPage, busy: Person, tmp_path: Path, scripted: bool
) -> None:
    page = signed_in_page(busy, java_script_enabled=scripted, accept_downloads=True)
    page.goto("/exports/new/?q=>20")
    page.get_by_label("CSV").check()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Make the file").click()
    body = Path(loading.value.path()).read_bytes()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your file is ready")
    expect(page.get_by_text(hashlib.sha256(body).hexdigest())).to_be_visible()
    rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()))
    expect(page.locator(".facts")).to_contain_text(f"Rows{len(rows)}".replace("Rows", ""))


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
def test_a_large_export_shows_how_far_it_is_and_then_the_file(
    signed_in_page: SignedInPage,
    control: Control,
    busy: Person,
    waiting_site: servers.Server,
    start_worker: Callable[[], None],
    scripted: bool,
) -> None:
    page = signed_in_page(busy, java_script_enabled=scripted, accept_downloads=True)
    page.goto(f"{waiting_site.url}/exports/new/")
    page.get_by_label("JSON Lines").check()
    page.get_by_role("button", name="Make the file").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Your file waits for its turn")
    control.fault("stream", "latency", sub=busy.sub, ms=1200)
    start_worker()
    expect(heading).to_have_text("Your file is being made")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(heading).to_have_text("Your file is ready", timeout=30_000)
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download").click()
    lines = Path(loading.value.path()).read_bytes().splitlines()
    assert len(lines) >= 40
    page.goto(f"{waiting_site.url}/exports/")
    expect(page.locator(".export-rows li")).to_have_count(1)
    expect(page.locator(".export-rows")).to_contain_text("Ready")


def test_an_export_is_cancelled_from_its_page(
    signed_in_page: SignedInPage, busy: Person, waiting_site: servers.Server
) -> None:
    page = signed_in_page(busy)
    page.goto(f"{waiting_site.url}/exports/new/")
    page.get_by_role("button", name="Make the file").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You cancelled this file")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exports")
    expect(page.get_by_text("No file yet")).to_be_visible()


def test_axe_finds_nothing_on_the_pages_of_exports(
    signed_in_page: SignedInPage,
    control: Control,
    busy: Person,
    waiting_site: servers.Server,
) -> None:
    found: list[str] = []

    def look(page: Page, address: str) -> None:
        page.goto(address)
        found.extend(faults_of(page))

    page = signed_in_page(busy)
    look(page, "/exports/")
    look(page, "/exports/new/?from=nonsense")
    look(page, "/exports/new/")
    for name in ("camt.053", "Excel"):
        page.goto("/exports/new/")
        page.get_by_label(name).check()
        page.get_by_role("button", name="Make the file").click()
        expect(page).to_have_url(AN_EXPORT)
        look(page, page.url.partition("?")[0])
    page.goto(f"{waiting_site.url}/exports/new/")
    page.get_by_role("button", name="Make the file").click()
    expect(page).to_have_url(AN_EXPORT)
    look(page, page.url)
    look(page, "/exports/")
    assert not found, "\n".join(found)
