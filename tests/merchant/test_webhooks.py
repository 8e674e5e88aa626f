"""Webhooks: endpoints set up in forms, deliveries seen with every attempt, sent again."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from tests.merchant.conftest import Desk
from tests.merchant.forms import send
from tests.support import servers

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{40,}=*")
ENDPOINT = re.compile(r"webhooks/(whe_[0-9a-f]{32})/")
PUBLIC = "https://93.184.216.34/hooks"


def make(desk: Desk, **typed: Any) -> tuple[str, str]:
    """A new endpoint's id, and the page that shows its secret."""
    answer = send(desk, "webhooks/new/", **{"where": "own", "url": PUBLIC, **typed})
    page = answer.content.decode()
    assert answer.status_code == 201, page
    found = ENDPOINT.search(page)
    assert found
    return found.group(1), page


def press(desk: Desk, page: str, words: str, at: str = "", **more: Any) -> Any:
    """Send the form of a page that has the button with these words; `at` is the page's address
    where the form names none."""
    for form in html.fromstring(page).xpath("//main//form"):
        if any(words in button.text_content() for button in form.xpath(".//button")):
            fields = {name: value for name, value in form.form_values() if name}
            return desk.client.post(form.get("action") or desk.at(at), {**fields, **more})
    raise AssertionError(f"no button {words}")


def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_it_shows_a_new_secret_once(mia: Desk) -> None:
    assert "No endpoint yet" in mia.page("webhooks/")
    endpoint, page = make(mia, description="Till")
    (secret,) = set(SECRET.findall(page))
    for path in ("webhooks/", f"webhooks/{endpoint}/", f"webhooks/{endpoint}/changes/new/"):
        later = mia.page(path)
        assert "Till" in later
        assert secret not in later
    assert f"whsec_…{secret.rstrip('=')[-4:]}" in mia.page(f"webhooks/{endpoint}/")
    rotated = send(mia, f"webhooks/{endpoint}/secret-rotations/new/").content.decode()
    assert SECRET.findall(rotated) not in ([], [secret])


def test_one_click_makes_a_receiver_of_ours(mia: Desk) -> None:
    made = press(mia, mia.page("webhooks/"), "Use our receiver")
    assert made.status_code == 201
    assert "/receiver/" in made.content.decode()
    assert "Our receiver" in mia.page("webhooks/")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"url": ""}, "Say where to"),
        ({"url": "http://shop.example/"}, "begins with https://"),
        ({"url": "https://10.0.0.1/"}, "leads to a private address"),
        ({"url": "https://nobody.invalid/"}, "There is no such host"),
        ({"url": PUBLIC, "every": "some"}, "Tick at least one"),
    ],
)
def test_it_says_at_the_field_what_is_wrong(mia: Desk, typed: dict[str, str], words: str) -> None:
    answer = send(mia, "webhooks/new/", **{"where": "own", **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    (error,) = html.fromstring(page).xpath("//main//form//*[@class='error']")
    assert words in error.text_content()


def test_what_was_ticked_stays_when_the_address_is_refused(mia: Desk) -> None:
    types = ["payment.completed", "dispute.opened"]
    facts = {"where": "own", "url": "https://10.0.0.1/", "every": "some", "types": types}
    page = send(mia, "webhooks/new/", **facts).content.decode()
    found = html.fromstring(page).xpath("//input[@name='types'][@checked]/@value")
    assert sorted(found) == sorted(types)
    made = press(mia, page, "Add the endpoint", "webhooks/new/", types=types, url=PUBLIC)
    assert made.status_code == 201
    endpoint = ENDPOINT.search(made.content.decode())
    assert endpoint
    again = mia.page(f"webhooks/{endpoint.group(1)}/changes/new/")
    kept = html.fromstring(again).xpath("//input[@name='types'][@checked]/@value")
    assert sorted(kept) == sorted(types)


def test_an_endpoint_is_changed_switched_off_and_on_and_removed(mia: Desk) -> None:
    endpoint, _ = make(mia)
    change = f"webhooks/{endpoint}/changes/new/"
    saved = press(mia, mia.page(change), "Save the endpoint", change, description="Second till")
    assert saved.status_code == 303
    press(mia, mia.page(change), "Switch it off")
    page = mia.page(f"webhooks/{endpoint}/")
    assert "Second till" in page
    assert "You switched it off." in page
    press(mia, page, "Switch it on")
    assert "You switched it off." not in mia.page(f"webhooks/{endpoint}/")
    gone = send(mia, f"webhooks/{endpoint}/removals/new/")
    assert gone["Location"] == mia.at("webhooks/")
    mia.page(f"webhooks/{endpoint}/", status=404)


def test_a_viewer_sees_webhooks_and_no_way_to_change_them(at_desk: Callable[..., Desk]) -> None:
    mia, viewer = at_desk(), at_desk("viewer")
    endpoint, _ = make(mia)
    for path in ("webhooks/", f"webhooks/{endpoint}/"):
        page = html.fromstring(viewer.page(path))
        assert not page.xpath("//main//form | //main//a[contains(@href, '/new/')]"), path
    for path in ("webhooks/new/", *(f"webhooks/{endpoint}/{one}/new/" for one in FORMS)):
        assert viewer.client.get(viewer.at(path)).status_code in {403, 405}, path
        assert viewer.client.post(viewer.at(path), {}).status_code == 403, path


FORMS = (
    "changes", "switchings", "removals", "secret-rotations", "samples", "resends", "answers",
)  # fmt: skip


def test_another_merchants_endpoint_is_like_none(
    mia: Desk, at_desk: Callable[..., Desk], control: Any
) -> None:
    other = at_desk(merchant=control.add_merchant())
    endpoint, _ = make(other)
    for path in ("", "received/", *(f"{one}/new/" for one in FORMS[:1])):
        mia.page(f"webhooks/{endpoint}/{path}", status=404)
    answer = mia.client.get(mia.at(f"webhooks/{make(mia)[0]}/?delivery=dlv_{'0' * 32}"))
    assert answer.status_code == 404


def test_what_was_tried_is_seen_attempt_by_attempt_and_sent_again(
    mia: Desk, box: servers.Server
) -> None:
    """Against the real worker and our own receiver, which is told to fail first."""
    made = press(mia, mia.page("webhooks/"), "Use our receiver")
    endpoint = ENDPOINT.search(made.content.decode())
    assert endpoint
    here = f"webhooks/{endpoint.group(1)}/"
    press(mia, mia.page(here + "received/"), "Answer like this", answers_with="500")
    # What fails once isn't tried again before somebody asks for it.
    worker = servers.new_box_worker(box, SANDBOX_HOOK_SECRET="", SANDBOX_WEBHOOK_WAITS="600 600")
    worker.start()
    try:
        sent = send(mia, here + "samples/new/", type="refund.completed")
        until(lambda: "500" in mia.page(here) and "1 try failed" in mia.page(here))
        page = mia.client.get(sent["Location"]).content.decode()
        tree = html.fromstring(page)
        assert "1 of 15 tries are made" in page
        assert "webhook-signature" in tree.xpath("//pre[@aria-label='Request']")[0].text_content()
        assert "HTTP/1.1 500" in tree.xpath("//pre[@aria-label='Response']")[0].text_content()
        press(mia, mia.page(here + "received/"), "Answer like this", answers_with="204")
        press(mia, page, "Send again now")
        until(lambda: mia.page(here + "received/").count("refund.completed</b>") == 2)
        until(lambda: sent["Location"] in mia.page(here + "?state=delivered"))
    finally:
        worker.remove()
    resend = here + "resends/new/"
    again = press(mia, mia.page(resend), "Send again now", resend)
    assert "There was nothing to send" in mia.client.get(again["Location"]).content.decode()
    ticked = mia.page(f"{resend}?event=evt_{'0' * 32}")
    refused = press(mia, ticked, "Send again now", resend)
    assert refused.status_code == 422
