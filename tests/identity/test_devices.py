"""A person's own sessions: listed, one ended, all others ended, never anybody else's."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from selfcare.identity import browsers
from selfcare.identity.models import Session
from tests.support.control import Person
from tests.support.sign_in import sign_in
from tests.support.signing_in import Walk

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        (CHROME, "Chrome on Android"),
        ("", "A browser"),
        ("<script>" * 500, "A browser"),
    ],
)
def test_it_names_a_browser(user_agent: str, words: str) -> None:
    assert browsers.words(user_agent) == words


def test_it_lists_own_sessions_and_marks_this_one(db: None) -> None:
    here, there, bob = Client(), Client(), Client()
    sign_in(here, "usr_alice", user_agent=FIREFOX)
    sign_in(there, "usr_alice", user_agent=IPHONE)
    sign_in(bob, "usr_bob", user_agent=EDGE)
    page = html.fromstring(here.get("/devices/").content)
    this, others = page.xpath("//section")
    assert "Firefox on Linux" in this.text_content()
    assert "Safari on iPhone" in others.text_content()
    assert "Edge" not in page.text_content()


def test_it_ends_one(db: None) -> None:
    here, there, third = Client(), Client(), Client()
    sign_in(here, "usr_alice")
    session = sign_in(there, "usr_alice")
    sign_in(third, "usr_alice")
    row = Session.objects.get(key_hash=session.key_hash)
    done = here.post(f"/devices/{row.public_id}/sign-outs/")
    assert done.status_code == 303
    assert there.get("/devices/").status_code == 302
    assert here.get("/devices/").status_code == third.get("/devices/").status_code == 200
    assert "is signed out" in here.get("/devices/").content.decode() or done.cookies["messages"]


def test_it_ends_all_others(db: None) -> None:
    here, bob = Client(), Client()
    sign_in(here, "usr_alice")
    sign_in(bob, "usr_bob")
    others = [Client() for _ in range(3)]
    for other in others:
        sign_in(other, "usr_alice")
    page = here.post("/devices/sign-outs/", follow=True)
    assert "3 other browsers are signed out" in page.content.decode()
    assert [other.get("/devices/").status_code for other in others] == [302] * 3
    assert here.get("/devices/").status_code == bob.get("/devices/").status_code == 200


@pytest.mark.parametrize("whose", ["bob's", "this one", "ended", "invented", "no id"])
def test_it_knows_no_such_session(db: None, whose: str) -> None:
    here, there, bob = Client(), Client(), Client()
    own = sign_in(here, "usr_alice")
    ended = sign_in(there, "usr_alice")
    foreign = sign_in(bob, "usr_bob")
    ended.delete()

    def address(key_hash: str) -> str:
        return Session.objects.get(key_hash=key_hash).public_id

    public_id = {
        "bob's": lambda: address(foreign.key_hash),
        "this one": lambda: address(own.key_hash),
        "ended": lambda: "ses_" + "0" * 32,
        "invented": lambda: "ses_" + "f" * 32,
        "no id": lambda: "txn_1",
    }[whose]()
    assert here.post(f"/devices/{public_id}/sign-outs/").status_code == 404
    assert here.get("/devices/").status_code == bob.get("/devices/").status_code == 200


def test_it_takes_no_get_and_no_foreign_form(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client)
    assert client.get("/devices/sign-outs/").status_code == 405
    assert client.post("/devices/sign-outs/").status_code == 403


def test_it_asks_a_visitor_to_sign_in(db: None) -> None:
    assert Client().get("/devices/")["Location"] == "/sign-in/?next=%2Fdevices%2F"
    assert Client().post("/devices/sign-outs/").status_code == 302


def test_what_was_ended_from_elsewhere_asks_for_the_password_again(
    signed_in_at_provider: Callable[[Person], tuple[Client, Walk]], alice: Person
) -> None:
    here, _ = signed_in_at_provider(alice)
    there, walk = signed_in_at_provider(alice)
    here.post("/devices/sign-outs/")
    begun = there.get("/sign-in/", {"next": "/devices/"})
    assert "prompt=login" in begun["Location"]
    # The provider's own session still lives, and shows its form all the same.
    page = walk.session.get(begun["Location"], timeout=10)
    assert 'name="password"' in page.text
    callback = walk.to_callback(begun["Location"])
    done = there.get(callback.removeprefix(settings.SELFCARE_URL))
    assert done["Location"] == "/devices/"
    assert there.get("/devices/").status_code == 200


def test_a_browser_that_signed_out_itself_is_asked_as_usual(
    signed_in_at_provider: Callable[[Person], tuple[Client, Walk]], alice: Person
) -> None:
    client, _ = signed_in_at_provider(alice)
    client.post("/sign-out/")
    assert "prompt=" not in client.get("/sign-in/")["Location"]
