"""Signing out: who is asked, where it leads, and what the client hears behind the browser."""

import time
from urllib.parse import urlencode

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.auth.box import Browser, claims, heading, returned

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def leave(browser, **params):
    return browser.get(f"{browser.box.url}/openid/end-session?{urlencode(params)}")


def test_it_ends_the_session_and_returns_the_person(box, browser, client):
    token = browser.tokens(browser.sign_in("alice"))["id_token"]
    gone = leave(
        browser,
        id_token_hint=token,
        post_logout_redirect_uri=f"{box.selfcare}/signed-out/",
        state="a state",
    )
    assert gone.headers["Location"] == f"{box.selfcare}/signed-out/?state=a+state"
    assert returned(browser.ask(prompt="none"))["error"] == "login_required"


def test_it_tells_the_client_by_the_back_channel(box, browser, client):
    told = browser.tokens(browser.sign_in("alice"))["id_token"]
    leave(browser, id_token_hint=told)
    ((path, form),) = client.wait_for(1)
    assert path == "/sign-out/back-channel/"
    keys = KeySet.import_key_set(requests.get(f"{box.url}/openid/jwks", timeout=10).json())
    letter = jwt.decode(form["logout_token"], keys, algorithms=["RS256"])
    assert letter.header["typ"] == "logout+jwt"
    assert letter.claims["iss"] == box.url
    assert letter.claims["aud"] == "selfcare"
    assert letter.claims["sub"] == "usr_alice"
    assert letter.claims["sid"] == claims(told)["sid"]
    assert letter.claims["events"] == {EVENT: {}}
    assert letter.claims["jti"]
    assert abs(letter.claims["iat"] - time.time()) < 10
    assert "nonce" not in letter.claims


def test_it_does_not_wait_for_a_client_that_sleeps(browser, client):
    token = browser.tokens(browser.sign_in("alice"))["id_token"]
    client.delay[0] = 2.5
    begun = time.monotonic()
    leave(browser, id_token_hint=token)
    assert time.monotonic() - begun < 2
    client.wait_for(1)


def test_it_kills_the_tokens_with_the_session(box, browser, client):
    tokens = browser.tokens(browser.sign_in("alice"))
    leave(browser, id_token_hint=tokens["id_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert requests.get(f"{box.url}/openid/userinfo", headers=bearer, timeout=10).status_code == 401
    again = box.token_request(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_it_leads_nowhere_that_is_not_registered(browser, client, address):
    token = browser.tokens(browser.sign_in("alice"))["id_token"]
    gone = leave(browser, id_token_hint=token, post_logout_redirect_uri=address)
    assert gone.status_code == 400
    assert "Location" not in gone.headers
    assert heading(gone) == "You are signed out"


def test_it_asks_the_person_when_no_token_says_whose_session(box, browser, client):
    browser.sign_in("bob")
    page = leave(browser, client_id="selfcare", post_logout_redirect_uri=f"{box.selfcare}/")
    assert heading(page) == "Sign out of the platform?"
    assert "code" in returned(browser.ask(prompt="none"))
    assert browser.send(page).headers["Location"] == f"{box.selfcare}/"
    assert returned(browser.ask(prompt="none"))["error"] == "login_required"
    client.wait_for(1)


def test_it_asks_before_it_ends_another_person_than_the_token_names(box, browser, client):
    other = Browser(box)
    token = other.tokens(other.sign_in("alice"))["id_token"]
    other.close()
    browser.sign_in("bob")
    assert heading(leave(browser, id_token_hint=token)) == "Sign out of the platform?"
    assert "code" in returned(browser.ask(prompt="none"))


@pytest.mark.parametrize("hint", ["nonsense", "a.b.c", "ey" * 1000, "\x00"])
def test_it_passes_over_tokens_that_are_not_ours(browser, hint):
    assert heading(leave(browser, id_token_hint=hint, client_id="n\x00")) == "You are signed out"


def test_it_tells_the_client_when_another_person_signs_in(browser, client):
    told = claims(browser.tokens(browser.sign_in("alice"))["id_token"])
    browser.sign_in("bob", prompt="login")
    ((_, form),) = client.wait_for(1)
    assert claims(form["logout_token"])["sid"] == told["sid"]
