"""The authorization endpoint: what is refused where, and what the code is bound to."""

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.auth.box import CA, SECRET, Browser, claims, heading, returned


def test_it_signs_in_and_tells_who_is_there(box, browser):
    begun = int(time.time())
    back = browser.sign_in("alice")
    assert back.headers["Location"].startswith(f"{box.callback}?")
    answer = returned(back)
    assert answer["iss"] == box.url
    assert answer["state"] == "a state & more"

    tokens = browser.tokens(back)
    keys = requests.get(f"{box.url}/openid/jwks", timeout=10).json()
    token = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    told = token.claims
    assert told["iss"] == box.url
    assert told["aud"] == "selfcare"
    assert told["sub"] == "usr_alice"
    assert told["nonce"] == "a nonce"
    assert told["acr"] == CA
    assert told["amr"] == ["pwd"]
    assert told["sid"]
    assert begun <= told["auth_time"] <= time.time()
    assert told["exp"] > told["iat"] >= begun
    assert told["roles"] == ["user"]


def test_it_gives_the_same_claims_at_userinfo(box, browser):
    tokens = browser.tokens(browser.sign_in("alice"))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = requests.get(f"{box.url}/openid/userinfo", headers=bearer, timeout=10).json()
    assert told == {
        "sub": "usr_alice",
        "name": "Alice Marlow",
        "given_name": "Alice",
        "email": "alice@example.com",
        "email_verified": True,
        "roles": ["user"],
        "zoneinfo": "Europe/Berlin",
        "locale": "en-GB",
    }


def test_it_tells_only_what_the_scopes_ask_for(browser):
    told = claims(browser.tokens(browser.sign_in("alice", scope="openid fish"))["id_token"])
    assert "email" not in told
    assert "name" not in told


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc"])
def test_it_gives_userinfo_to_nobody_without_a_token(box, header):
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{box.url}/openid/userinfo", headers=headers, timeout=10)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "sing"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"request": "ey"}, "request_not_supported"),
        ({"request_uri": "https://a.example"}, "request_uri_not_supported"),
        ({"nonce": "n" * 3_000}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_it_tells_the_client_what_is_wrong(box, browser, changes, error):
    answer = browser.ask(**changes)
    assert answer.headers["Location"].startswith(f"{box.callback}?")
    assert returned(answer)["error"] == error
    assert returned(answer)["iss"] == box.url
    assert returned(answer)["state"] == "a state & more"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "/sign-in/callback/"},
        {"client_id": "somebody"},
        {"client_id": None},
        {"client_id": "self\x00care"},
        {"state": "s\x00"},
        {"state": "s" * 3_000},
    ],
)
def test_it_redirects_nowhere_when_client_or_address_is_unknown(browser, changes):
    answer = browser.ask(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert heading(answer) == "We can’t sign you in"


def test_it_takes_only_the_very_address_that_is_registered(box, browser):
    other_port = box.callback.replace("127.0.0.1:", "127.0.0.1:1")
    for address in (other_port, box.callback + "?a=b", box.callback[:-1], box.callback + "x"):
        assert browser.ask(redirect_uri=address).status_code == 400


def test_it_refuses_a_parameter_that_comes_twice(box, browser):
    twice = browser.get(
        f"{box.url}/openid/authorize?client_id=selfcare&redirect_uri={box.callback}"
        "&redirect_uri=https://evil.example/"
    )
    assert twice.status_code == 400


def test_it_takes_the_request_by_post_too(box, browser):
    data = {"client_id": "selfcare", "redirect_uri": box.callback, "prompt": "none"}
    answer = browser.http.post(
        f"{box.url}/openid/authorize", data=data, allow_redirects=False, timeout=10
    )
    assert returned(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", ["", "x" * 43])
def test_it_gives_no_tokens_without_the_right_verifier(box, browser, verifier):
    code = returned(browser.sign_in("alice"))["code"]
    refused = box.tokens(code, verifier)
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_grant"
    # The code is spent by the try.
    assert box.tokens(code, browser.verifier).json()["error"] == "invalid_grant"


def test_it_gives_no_tokens_for_another_redirect_address(box, browser):
    code = returned(browser.sign_in("alice"))["code"]
    refused = box.tokens(code, browser.verifier, redirect_uri="https://evil.example/")
    assert refused.json()["error"] == "invalid_grant"


def test_it_takes_back_the_tokens_of_a_code_that_comes_twice(box, browser):
    back = browser.sign_in("alice")
    tokens = browser.tokens(back)
    again = box.tokens(returned(back)["code"], browser.verifier)
    assert again.status_code == 400
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert requests.get(f"{box.url}/openid/userinfo", headers=bearer, timeout=10).status_code == 401


def test_it_gives_no_tokens_for_an_old_code(box, browser):
    code = returned(browser.sign_in("alice"))["code"]
    box.rows(
        "update auth_service_grant set created_at = '2026-01-01' where id ="
        " (select max(id) from auth_service_grant)"
    )
    assert box.tokens(code, browser.verifier).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"code": "n\x00"}, 400, "invalid_request"),
        ({"code": "never given"}, 400, "invalid_grant"),
    ],
)
def test_it_answers_a_bad_token_request_in_the_words_of_the_standard(box, changes, status, error):
    sent = {"grant_type": "authorization_code", "code": "a code", "code_verifier": "v"}
    answer = box.token_request(**sent | changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_takes_the_secret_in_the_header(box, browser):
    code = returned(browser.sign_in("alice"))["code"]
    quoted = requests.utils.quote(SECRET, safe="")
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": browser.verifier,
        "redirect_uri": box.callback,
    }
    answer = requests.post(
        f"{box.url}/openid/token", data=data, auth=("selfcare", quoted), timeout=10
    )
    assert answer.status_code == 200


def test_it_refreshes_once_and_ends_the_family_when_a_spent_token_returns(box, browser):
    first = browser.tokens(browser.sign_in("alice"))
    sent = {"grant_type": "refresh_token"}
    second = box.token_request(refresh_token=first["refresh_token"], **sent).json()
    told = claims(second["id_token"])
    assert told["auth_time"] == claims(first["id_token"])["auth_time"]
    assert "nonce" not in told
    stolen = box.token_request(refresh_token=first["refresh_token"], **sent)
    assert stolen.json()["error"] == "invalid_grant"
    honest = box.token_request(refresh_token=second["refresh_token"], **sent)
    assert honest.json()["error"] == "invalid_grant"


def test_it_survives_a_restart_of_the_box(box, browser):
    told = claims(browser.tokens(browser.sign_in("alice"))["id_token"])
    keys = requests.get(f"{box.url}/openid/jwks", timeout=10).json()
    box.stop()
    box.start()
    assert requests.get(f"{box.url}/openid/jwks", timeout=10).json() == keys
    again = browser.ask(prompt="none")
    assert claims(browser.tokens(again)["id_token"])["sid"] == told["sid"]


def test_it_signs_with_a_new_key_and_still_publishes_the_old(box, browser):
    old_token = browser.tokens(browser.sign_in("alice"))["id_token"]
    before = requests.get(f"{box.url}/openid/jwks", timeout=10).json()["keys"]
    kid = box.command("rotate_signing_key").strip()
    new_token = browser.tokens(browser.ask())["id_token"]
    after = requests.get(f"{box.url}/openid/jwks", timeout=10).json()
    assert [key["kid"] for key in after["keys"]] == [kid, *(key["kid"] for key in before)]
    assert "d" not in after["keys"][0]
    keys = KeySet.import_key_set(after)
    assert jwt.decode(new_token, keys, algorithms=["RS256"]).header["kid"] == kid
    assert jwt.decode(old_token, keys, algorithms=["RS256"]).header["kid"] != kid


def test_it_publishes_what_it_can(box):
    facts = requests.get(f"{box.url}/.well-known/openid-configuration", timeout=10).json()
    assert facts["issuer"] == box.url
    assert facts["authorization_response_iss_parameter_supported"] is True
    assert facts["backchannel_logout_session_supported"] is True
    assert facts["code_challenge_methods_supported"] == ["S256"]
    for name, address in facts.items():
        if name.endswith(("_endpoint", "_uri")):
            assert requests.get(address, allow_redirects=False, timeout=10).status_code < 500


def test_it_follows_the_address_of_selfcare(box):
    other = box.environment | {"SELFCARE_URL": "https://self.example"}
    kept, box.environment = box.environment, other
    try:
        assert "https://self.example/sign-in/callback/" in box.command("register_client")
        browser = Browser(box)
        moved = browser.ask(redirect_uri="https://self.example/sign-in/callback/")
        assert heading(moved) == "Sign in to Selfcare"
        assert browser.ask().status_code == 400
        browser.close()
    finally:
        box.environment = kept
        box.command("register_client")


@pytest.mark.parametrize(
    ("operation", "path"),
    [("discovery", "/.well-known/openid-configuration"), ("jwks", "/openid/jwks")],
)
def test_it_fails_once_when_a_fault_is_on(box, operation, path):
    box.switch_on(operation, "error", status=502)
    assert requests.get(box.url + path, timeout=10).status_code == 502
    assert requests.get(box.url + path, timeout=10).status_code == 200


def test_it_spends_the_code_when_the_answer_of_the_token_endpoint_is_lost(box, browser):
    code = returned(browser.sign_in("alice"))["code"]
    box.switch_on("token", "cut_after_commit")
    with pytest.raises(requests.ConnectionError):
        box.tokens(code, browser.verifier)
    assert box.tokens(code, browser.verifier).json()["error"] == "invalid_grant"
