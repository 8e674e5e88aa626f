"""An operator drives dead letters again, with and without a script; axe looks at each page."""

import pytest
from playwright.sync_api import Page, expect

from selfcare import ids
from selfcare.events.models import Refusal
from selfcare.notifications.models import AuditEntry, Delivery
from tests.browser.conftest import NewPage
from tests.operations.dead import dead_letter, set_aside
from tests.support.accessibility import faults_of
from tests.support.servers import Server
from tests.support.sign_in import start_session

pytestmark = pytest.mark.browser


def as_oscar(new_page: NewPage, site: Server, *, script: bool = True) -> Page:
    page = new_page(java_script_enabled=script)
    session = start_session(
        "usr_oscar", "Oscar Lindqvist", roles=("user", "operator"), zone="Europe/Berlin"
    )
    cookie = {"name": "selfcare_session", "value": session.session_key, "url": site.url}
    page.context.add_cookies([cookie])
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_dead_letters_are_driven_again(new_page: NewPage, site: Server, script: bool) -> None:
    rows = [dead_letter(object_id=f"txn_{n}") for n in range(3)]
    page = as_oscar(new_page, site, script=script)
    page.goto("/devices/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Operations").click()
    page.get_by_role("link", name="3 dead letters").click()
    page.get_by_role("checkbox", name=f"Choose {rows[0].public_id}").check()
    page.get_by_role("checkbox", name=f"Choose {rows[2].public_id}").check()
    page.get_by_role("button", name="Drive the ticked ones again").click()
    expect(page.get_by_role("heading", name="Send 2 messages once more")).to_be_visible()
    page.get_by_label("Why?").fill("The mail server is back")
    page.get_by_role("button", name="Drive again", exact=True).click()
    expect(page.get_by_text("2 deliveries go out once more.")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_text("The mail server is back")).to_be_visible()
    assert list(Delivery.objects.filter(state="dead", channel="email")) == [rows[1]]
    assert AuditEntry.objects.get().count == 2


def test_axe_finds_nothing(new_page: NewPage, site: Server) -> None:
    page = as_oscar(new_page, site)
    found = []
    for path in ("", "deliveries/", "events/", "refusals/", "audit/"):
        page.goto(f"/operations/{path}")
        found += faults_of(page)
    row, event = dead_letter(), set_aside("ValueError: " + "x" * 200)
    refusal = Refusal.objects.create(
        source_id="evt_1", reason="conflicting", digest="f" * 64, body="{}"
    )
    AuditEntry.objects.create(
        subject="usr_oscar", name="O" * 90, action="deliveries.driven_again", reason="w" * 300
    )
    for path in (
        "",
        "deliveries/",
        "deliveries/?channel=pigeon&who=x",
        "events/?cursor=x",
        "refusals/",
        f"refusals/{ids.encode('rfs', refusal.pk)}/",
        "audit/",
        f"deliveries/{row.public_id}/",
        f"events/{event.public_id}/",
    ):
        page.goto(f"/operations/{path}")
        found += faults_of(page)
    # The browser itself refuses an empty field.
    page.get_by_label("Why?").fill(" " * 9)
    page.get_by_role("button", name="Show all of it").click()
    page.get_by_text("Say why.").wait_for()
    found += faults_of(page)
    page.get_by_label("Why?").fill("Case 4711")
    page.get_by_role("button", name="Show all of it").click()
    page.get_by_text("this once").wait_for()
    found += faults_of(page)
    page.goto("/operations/")
    page.get_by_text("As a table").first.click()
    found += faults_of(page)
    page.goto("/operations/deliveries/")
    page.get_by_role("button", name="Drive the 1 here again").click()
    page.get_by_label("Why?").fill(" " * 9)
    page.get_by_role("button", name="Drive again", exact=True).click()
    page.get_by_text("Say why.").wait_for()
    found += faults_of(page)
    assert not found, "\n".join(found)
