"""From a choice to a message: a payment in the box, and what reaches the person who was to know.

Nothing is pretended: the box posts signed events, the worker matches and sends, mail goes over
SMTP, texts and pushes over HTTP, and all of it ends in the box's outbox.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from selfcare.notifications.channels import push
from selfcare.notifications.models import Delivery, Settings
from tests.browser.conftest import NewPage, SignIn
from tests.notifications.post import arrived
from tests.support import servers
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser

PHONE = "+4915112345678"
CODE = re.compile(r"\b\d{6}\b")
HERE = ZoneInfo("Europe/Berlin")  # as the box's provider tells of everybody it makes
# Five processes at once take their time on a small machine.
PATIENCE = 60_000


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def at_work(worker: servers.Server, box_worker: servers.Server) -> None:
    """Both workers run: the box's posts and takes mail, selfcare's matches and sends."""
    worker.start()
    box_worker.start()


@pytest.fixture
def hers(
    at_work: None, new_page: NewPage, sign_in: SignIn, alice: Person, script: bool, control: Control
) -> Page:
    """Alice's browser, signed in through the provider; the mail about that is behind her."""
    page = new_page(java_script_enabled=script)
    page.set_default_timeout(PATIENCE)
    sign_in(page, alice)
    arrived(control, alice.email, 1)
    control.empty_outbox()
    return page


def code_of(text: str) -> str:
    found = CODE.search(text)
    assert found, text
    return found[0]


def add_phone(page: Page, control: Control) -> None:
    page.goto("/notifications/addresses/")
    page.get_by_label("Mobile phone").fill(PHONE)
    page.get_by_role("button", name="Add the phone").click()
    (text,) = arrived(control, PHONE, 1)
    verify(page, code_of(text["text"]))
    expect(page.get_by_role("region", name="Phones").get_by_text("In use")).to_be_visible()


def add_browser(page: Page, control: Control) -> str:
    """A pretended browser's endpoint."""
    made = control.add_browser("Firefox on Linux", push.public_key())
    page.goto("/notifications/addresses/")
    page.get_by_text("Add by its subscription").click()
    page.get_by_label("Subscription").fill(json.dumps(made))
    page.get_by_role("button", name="Add the browser").click()
    (pushed,) = arrived(control, made["endpoint"], 1)
    verify(page, code_of(pushed["data"]["title"]))
    expect(page.get_by_role("region", name="Browsers").get_by_text("In use")).to_be_visible()
    return str(made["endpoint"])


def verify(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Verify").click()


def to_settings(page: Page) -> None:
    """As somebody finds them who starts at home."""
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Preferences").click()
    page.get_by_role("link", name="Notifications", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. It counts from now on")).to_be_visible()


def sits_in(page: Page, transaction_id: str) -> None:
    page.wait_for_url(f"**/transactions/{transaction_id}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordlicht Books")


def reload_until(page: Page, there: Locator) -> None:
    """Without a script a page tells what is new when it is asked again."""
    for _ in range(PATIENCE // 250):
        if there.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(there.first).to_be_visible()


def plain(text: str) -> str:
    """With spaces at which a line may break; an amount has another one."""
    return text.replace("\u00a0", " ")


def subjects(mails: list[dict[str, Any]]) -> list[str]:
    return [plain(mail["subject"]) for mail in mails]


def to_why(page: Page, transaction_id: str) -> None:
    page.goto(f"/transactions/{transaction_id}/")
    page.get_by_role("link", name="What you were told of it, and why").click()
    page.wait_for_url(f"**/transactions/{transaction_id}/notifications/")


def pay(control: Control, person: Person, amount_minor: int = 6490, **facts: Any) -> str:
    """A payment in the box that is completed; its id."""
    facts = {"merchant": "Nordlicht Books", "status": "completed", **facts}
    return str(control.add_transaction(person, amount_minor=amount_minor, **facts)["id"])


def reasons(page: Page, title: str) -> Locator:
    """What the page about why says below one notification."""
    heading = page.get_by_role("heading", name=title)
    return page.locator("section").filter(has=heading).get_by_role("listitem")


def test_she_is_told_of_a_payment_on_each_way_that_she_chose(
    hers: Page, script: bool, control: Control, alice: Person
) -> None:
    add_phone(hers, control)
    endpoint = add_browser(hers, control)
    to_settings(hers)
    row = hers.get_by_role("group", name="Money out")
    row.get_by_label("Text").check()
    row.get_by_label("Push").check()
    save(hers)
    row.get_by_role("link", name="Money out").click()
    hers.get_by_label("Text, only from, in EUR").fill("20")
    save(hers)
    hers.goto("/devices/")
    control.empty_outbox()

    paid = pay(control, alice)
    title = "You paid 64.90 EUR to Nordlicht Books"
    (mail,), (text,), (pushed,) = (arrived(control, to, 1) for to in (alice.email, PHONE, endpoint))
    (event,) = control.events(sub=alice.sub, type="transaction.completed")
    assert event["state"] == "posted"
    assert [plain(mail["subject"]), plain(pushed["data"]["title"])] == [title, title]
    assert plain(text["text"]).startswith(title)
    assert title in plain(mail["text"])
    assert title in plain(mail["html"])
    for one in (mail, text, pushed):
        assert len(one["receptions"]) == 1

    count = hers.locator("#bell .count")
    if script:
        expect(count).to_be_visible(timeout=PATIENCE)  # by itself
    else:
        reload_until(hers, count)
    hers.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox").click()
    hers.get_by_role("link", name=title).click()
    sits_in(hers, paid)
    path = f"/transactions/{paid}/"
    links = [link for one in (mail, text) for link in one["links"] if link.endswith(path)]
    assert len(links) == 2
    for link in links:
        hers.goto(link)
        sits_in(hers, paid)
    hers.goto(f"{control.url}/outbox/?to={pushed['to']}")
    hers.get_by_role("article").filter(has_text=title).get_by_role("link", name="Open it").click()
    sits_in(hers, paid)


def test_a_transaction_tells_what_was_told_of_it_and_why(
    hers: Page, control: Control, alice: Person
) -> None:
    add_phone(hers, control)
    hers.goto("/notifications/settings/money-out/")
    hers.get_by_label("Text, how").select_option("At once")
    hers.get_by_label("Text, only from, in EUR").fill("20")
    save(hers)
    control.empty_outbox()
    began = datetime.now(HERE)
    small = pay(control, alice, 500)
    (mail,) = arrived(control, alice.email, 1)
    assert subjects([mail]) == ["You paid 5.00 EUR to Nordlicht Books"]
    assert control.outbox(PHONE) == []

    to_why(hers, small)
    lines = reasons(hers, "You paid 5.00 EUR to Nordlicht Books")
    hours = "|".join(f"{at:%H}" for at in (began, datetime.now(HERE)))
    since = re.compile(rf"In your inbox since {began.day} \w+, ({hours}):\d\d\.")
    expect(lines.filter(has_text="Inbox")).to_contain_text(since)
    by_mail = lines.filter(has_text=f"to {alice.email}")
    expect(by_mail).to_contain_text("unless you choose otherwise")
    by_mail.get_by_text("1 try").click()
    expect(by_mail.get_by_text("handed over")).to_be_visible()
    by_text = lines.filter(has_text="Text")
    expect(by_text).to_contain_text(
        "You want to be told from 20.00 EUR here, and this was 5.00 EUR."
    )
    expect(lines.filter(has_text="Push")).to_contain_text("Not sent.")
    hers.get_by_role("link", name="The transaction").click()
    sits_in(hers, small)


def test_quiet_hours_hold_what_may_wait_and_nothing_else(
    hers: Page, script: bool, control: Control, alice: Person, new_page: NewPage, sign_in: SignIn
) -> None:
    now = datetime.now(HERE)
    to_settings(hers)
    hers.get_by_label("On for quiet hours").check()
    hers.get_by_label("From", exact=True).fill(f"{now - timedelta(hours=1):%H:%M}")
    hers.get_by_label("Until", exact=True).fill(f"{now + timedelta(hours=2):%H:%M}")
    save(hers)
    expect(hers.get_by_role("img", name=re.compile("now, quiet"))).to_be_visible()

    paid = [pay(control, alice, amount) for amount in (1100, 2200)]
    hers.goto("/notifications/")
    reload_until(hers, hers.get_by_role("link", name="You paid 22.00 EUR"))
    hers.goto(f"/transactions/{paid[0]}/notifications/")
    held = reasons(hers, "You paid 11.00 EUR").filter(has_text="Mail")
    expect(held).to_contain_text("goes out with the message after your quiet hours")
    expect(held).to_contain_text("It came in your quiet hours.")

    control.add_transaction(alice, merchant="Nordlicht Books", expires_in_seconds=3600)
    sign_in(new_page(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"), alice)
    passed = subjects(arrived(control, alice.email, 2))
    assert sorted(passed) == [
        "Nordlicht Books asks you to confirm 64.90 EUR",
        "Somebody signed in as you with Firefox on Linux",
    ]

    # The hours go by: they ended a minute ago.
    over = (datetime.now(HERE) - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    Settings.objects.filter(subject=alice.sub).update(quiet_until=over)
    Delivery.objects.filter(subject=alice.sub, digest_kind="quiet").update(due_at=timezone.now())
    mails = arrived(control, alice.email, 3)
    digest = mails[-1]
    assert digest["subject"] == "While it was quiet: 2 notices"
    for amount in ("11.00", "22.00"):
        assert f"You paid {amount} EUR to Nordlicht Books" in plain(digest["text"])
    for transaction_id in paid:
        link = next(link for link in digest["links"] if transaction_id in link)
        hers.goto(link)
        sits_in(hers, transaction_id)
    to_why(hers, paid[1])
    told = reasons(hers, "You paid 22.00 EUR").filter(has_text="Mail")
    expect(told).to_contain_text("with the message after your quiet hours")
    assert len(control.outbox(alice.email)) == 3


def test_one_post_signed_out_mutes_just_that(
    hers: Page, script: bool, control: Control, alice: Person, new_page: NewPage
) -> None:
    pay(control, alice)
    (mail,) = arrived(control, alice.email, 1)
    headers = dict(mail["headers"])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")

    # A scanner follows the link, and somebody looks at its page.
    assert requests.get(link, timeout=30).status_code == 200
    stranger = new_page(java_script_enabled=script)
    stranger.goto(link)
    expect(stranger.get_by_text("Nothing is changed yet.")).to_be_visible()
    pay(control, alice, 700)
    assert "You paid 7.00 EUR to Nordlicht Books" in subjects(arrived(control, alice.email, 2))

    # A mail program mutes with one POST; it has no cookie, and none is set.
    answer = requests.post(link, {"List-Unsubscribe": "One-Click"}, timeout=30)
    assert (answer.status_code, answer.history, dict(answer.cookies)) == (200, [], {})
    muted = pay(control, alice, 800)
    pay(control, alice, 900, status="failed")
    # What was muted is behind the failed one, and would be there before it.
    assert subjects(arrived(control, alice.email, 3)[2:]) == [
        "Nordlicht Books didn’t get your 9.00 EUR"
    ]

    hers.goto("/notifications/")
    row = hers.locator(".told").filter(has_text="You paid 8.00 EUR")
    row.get_by_role("link", name="Why did I get this?").click()
    expect(reasons(hers, "You paid 8.00 EUR").filter(has_text="Mail")).to_contain_text(
        "You switched Mail off for “Money out”."
    )
    to_why(hers, muted)
    expect(reasons(hers, "You paid 8.00 EUR").filter(has_text="Mail")).to_contain_text(
        "You switched Mail off for “Money out”."
    )
    hers.goto("/notifications/settings/")
    expect(hers.get_by_role("group", name="Money out").get_by_label("Mail")).not_to_be_checked()
    expect(hers.get_by_role("group", name="Money in").get_by_label("Mail")).to_be_checked()
    assert "8.00" not in " ".join(subjects(control.outbox(alice.email)))
