"""The test people at the door: one click each where the box's levers are open, and else none."""

from typing import Any

import pytest
from django.test import Client as Visitor
from lxml import html

from sandbox.auth.models import AuthorizationRequest, Client, Session
from sandbox.people.models import Person
from tests.sandbox.auth.box import CA, SCA, claims, heading, returned


def people(page) -> list[str]:
    return [one.get("value") for one in html.fromstring(page.text).cssselect(".door-person")]


def test_one_click_signs_a_test_person_in_by_password_alone(browser):
    page = browser.ask()
    assert people(page)[:2] == ["usr_alice", "usr_bob"]
    told = claims(browser.tokens(browser.send(page, "person", person="usr_bob"))["id_token"])
    assert (told["sub"], told["acr"], told["amr"]) == ("usr_bob", CA, ["pwd"])


def test_money_still_needs_the_code(browser):
    page = browser.send(browser.ask(acr_values=SCA), "person", person="usr_alice")
    assert heading(page) == "Enter the code from your authenticator"


@pytest.mark.parametrize("hint", ["yan@example.com", "YAN@example.com", "usr_yan"])
def test_whoever_is_expected_comes_first(browser, hint):
    page = browser.ask(login_hint=hint)
    found = people(page)
    assert found[0] == "usr_yan"
    assert len(found) == len(set(found)) == 6
    assert returned(browser.send(page, "person", person="usr_yan"))["code"]


def test_a_hint_at_somebody_else_asks_and_ends_what_was(browser):
    first = claims(browser.tokens(browser.sign_in("alice"))["id_token"])
    page = browser.ask(login_hint="bob@example.com", prompt="login")
    assert heading(page) == "Sign in to Selfcare"
    second = claims(browser.tokens(browser.send(page, "person", person="usr_bob"))["id_token"])
    assert (first["sub"], second["sub"]) == ("usr_alice", "usr_bob")
    assert first["sid"] != second["sid"]
    ended = browser.box.rows(
        "select ended_at from auth_service_session where sid = ?", first["sid"]
    )
    assert ended[0][0] is not None


def test_a_hint_at_who_is_there_asks_nothing(browser):
    browser.sign_in("alice")
    assert returned(browser.ask(login_hint="alice@example.com"))["code"]
    assert heading(browser.ask(login_hint="alice@example.com", prompt="login")) == (
        "Sign in to Selfcare"
    )


@pytest.mark.parametrize("person", ["usr_nobody", "", "usr_alice\0", "x" * 500])
def test_nobody_else_is_let_in(browser, person):
    page = browser.send(browser.ask(), "person", person=person)
    assert heading(page) == "Sign in to Selfcare"


@pytest.fixture
def waiting(db: None) -> str:
    """The address of a sign-in that waits for somebody, with Alice to be had."""
    Person.objects.create_user("alice@example.com", "sandbox", sub="usr_alice", name="Alice")
    back = "http://127.0.0.1:8000/sign-in/callback/"
    client = Client.objects.create(
        client_id="a-client", name="Selfcare", home_url=back, redirect_uris=[back]
    )
    ask = AuthorizationRequest.objects.create(
        client=client, redirect_uri=back, scope="openid", code_challenge="c" * 43
    )
    return f"/sign-in/{ask.handle}/"


@pytest.mark.parametrize(("control", "sessions"), [("open", 1), ("off", 0)])
def test_closed_levers_close_the_people_too(
    waiting: str, settings: Any, control: str, sessions: int
) -> None:
    settings.SANDBOX_CONTROL = control
    visitor = Visitor()
    page = visitor.get(waiting, headers={"Host": "127.0.0.1"})
    assert ("door-person" in page.text) is (control == "open")
    sent = {"step": "person", "person": "usr_alice"}
    visitor.post(waiting, sent, headers={"Host": "127.0.0.1"})
    assert Session.objects.count() == sessions
