"""Signing in at the real provider of the box, and at another that keeps to the standard."""

import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client

from selfcare.identity import attempts
from selfcare.identity.models import Session
from tests.identity.conftest import lead, path_of
from tests.support.control import Control, Person
from tests.support.provider import Provider
from tests.support.servers import Server
from tests.support.sign_in import sign_in
from tests.support.signing_in import Walk

COOKIE = settings.SESSION_COOKIE_NAME
SignedIn = Callable[..., tuple[Client, Walk]]


def test_it_leads_back_to_the_wanted_page(signed_in_at_provider: SignedIn, alice: Person) -> None:
    client = Client()
    asked = client.get("/devices/?a=b&c=%C3%BC")
    assert asked.status_code == 302
    wanted = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    assert wanted == "/devices/?a=b&c=%C3%BC"

    client, _ = signed_in_at_provider(alice, to=wanted)

    page = client.get(wanted)
    assert page.status_code == 200
    assert alice.name in page.content.decode()
    row = Session.objects.get(subject=alice.sub)
    assert row.sid
    assert client.cookies[COOKIE].value not in {row.key_hash, str(row.data)}


def test_it_redirects_to_the_path_that_was_asked_for(db: None, provider: Provider) -> None:
    client = Client()
    done = client.get(lead(client, "/transactions/?status=failed&q=%C3%BC"))
    assert done["Location"] == "/transactions/?status=failed&q=%C3%BC"
    assert Session.objects.count() == 1, "saved before the redirect is sent"


def test_it_asks_as_the_standard_says(db: None, box: Server) -> None:
    address = Client().get("/sign-in/")["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(settings.AUTH_ISSUER)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert {"state", "nonce"} <= asked.keys()
    assert "prompt" not in asked


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\n//evil.example",
        "http:evil.example",
        "evil.example",
        "/sign-in/?next=/sign-in/",
        "/sign-out/",
        "/" + "a" * 10_000,
        "",
    ],
)
def test_it_leads_nowhere_else(db: None, provider: Provider, wanted: str) -> None:
    client = Client()
    assert client.get(lead(client, wanted))["Location"] == "/"


def test_it_keeps_the_page_of_a_query_that_is_far_too_long(db: None, provider: Provider) -> None:
    client = Client()
    done = client.get(lead(client, "/transactions/?q=" + "ü" * 5000))
    assert done["Location"] == "/transactions/"


def test_it_signs_in_in_two_tabs_at_once(db: None, provider: Provider) -> None:
    client = Client()
    first, second = lead(client, "/devices/"), lead(client, "/transactions/")
    assert client.get(second)["Location"] == "/transactions/"
    assert client.get(first)["Location"] == "/devices/"
    assert client.get("/devices/").status_code == 200
    assert Session.objects.open().count() == 1, "the first tab's session ended with the second's"


def test_it_keeps_a_few_attempts_and_small_cookies(db: None, provider: Provider) -> None:
    client = Client()
    ways = [lead(client, f"/transactions/?q={'x' * 900}{n}") for n in range(12)]
    held = [c for c in client.cookies.values() if "attempt" in c.key and c.value]
    assert 1 < len(held) <= 6
    assert sum(len(c.key) + len(c.value) for c in held) < 6000
    assert client.get(ways[-1])["Location"].endswith("11")


def test_it_goes_on_when_the_answer_comes_twice(db: None, provider: Provider) -> None:
    client = Client()
    way = lead(client, "/devices/")
    assert client.get(way)["Location"] == "/devices/"
    again = client.get(way)
    assert again.status_code == 302
    assert again["Location"] == "/devices/"
    assert Session.objects.count() == 1


def test_it_says_so_when_a_used_answer_comes_after_signing_out(
    db: None, provider: Provider
) -> None:
    client = Client()
    way = lead(client, "/devices/")
    client.get(way)
    client.post("/sign-out/")
    again = client.get(way)
    assert again.status_code == 400
    assert "next=%2Fdevices%2F" in again.content.decode()


@pytest.mark.parametrize("state", ["", "x", "ü" * 3000, "%00"])
def test_it_refuses_a_state_that_it_never_gave(db: None, provider: Provider, state: str) -> None:
    client = Client()
    lead(client)
    page = client.get("/sign-in/callback/", {"code": "abc", "state": state})
    assert page.status_code == 400
    assert "/sign-in/" in page.content.decode()
    assert COOKIE not in page.cookies


def test_it_refuses_an_answer_that_another_browser_asked_for(db: None, provider: Provider) -> None:
    way = lead(Client())
    victim = Client()
    assert victim.get(way).status_code == 400
    assert victim.get("/devices/").status_code == 302


@pytest.mark.parametrize(
    ("error", "status"),
    [("access_denied", 403), ("login_required", 403), ("odd <b>", 403), ("server_error", 503)],
)
def test_it_explains_what_the_provider_refuses(
    db: None, provider: Provider, error: str, status: int
) -> None:
    def refuse(answer: dict[str, str]) -> None:
        answer.pop("code")
        answer["error"] = error

    provider.change_answer = refuse
    client = Client()
    page = client.get(lead(client))
    assert page.status_code == status
    assert "next=%2Fdevices%2F" in page.content.decode()
    assert "<b>odd" not in page.content.decode()


@pytest.mark.parametrize("iss", [None, "https://evil.example"])
def test_it_refuses_an_answer_of_another_issuer(
    db: None, provider: Provider, iss: str | None
) -> None:
    def mix_up(answer: dict[str, str]) -> None:
        answer.pop("iss")
        if iss:
            answer["iss"] = iss

    provider.change_answer = mix_up
    client = Client()
    assert client.get(lead(client)).status_code == 400
    assert "/token" not in provider.calls, "the code isn't sent anywhere"


def test_it_gives_the_browser_a_new_key(db: None, provider: Provider) -> None:
    """Session fixation: whoever planted a key knows nothing after the sign-in."""
    client = Client()
    planted = sign_in(client, "usr_mallory").session_key or ""
    way = lead_signed_out(client, planted)
    client.get(way)
    assert client.cookies[COOKIE].value != planted
    attacker = Client()
    attacker.cookies[COOKIE] = planted
    assert attacker.get("/devices/").status_code == 302


def lead_signed_out(client: Client, planted: str) -> str:
    """An attempt begun by a visitor who then gets somebody's cookie."""
    del client.cookies[COOKIE]
    way = lead(client)
    client.cookies[COOKIE] = planted
    return way


def test_it_takes_no_invented_key(db: None, provider: Provider) -> None:
    client = Client()
    client.cookies[COOKIE] = "a" * 32
    client.get(lead_signed_out(client, "a" * 32))
    assert client.cookies[COOKIE].value != "a" * 32


def test_it_sends_somebody_who_is_signed_in_straight_on(db: None) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/sign-in/", {"next": "/devices/"})["Location"] == "/devices/"


def test_it_survives_a_new_signing_key(
    signed_in_at_provider: SignedIn, alice: Person, bob: Person, box: Server
) -> None:
    signed_in_at_provider(alice)
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "rotate_signing_key"],
        env={**os.environ, **box.env, "DJANGO_SETTINGS_MODULE": "sandbox.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    client, _ = signed_in_at_provider(bob)
    assert client.get("/devices/").status_code == 200


def test_it_answers_an_ended_session_in_a_fragment_with_a_way_to_sign_in(db: None) -> None:
    client = Client()
    session = sign_in(client)
    session.delete()
    answer = client.get(
        "/devices/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/transactions/?q=x"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/?next=%2Ftransactions%2F%3Fq%3Dx")
    assert not answer.content


def test_it_works_with_any_provider_by_its_address(
    provider: Provider, instances: Callable[..., list[Server]]
) -> None:
    """A real instance whose environment names another issuer, id and secret, and nothing else."""
    (server,) = instances(1, AUTH_ISSUER=provider.issuer, SELFCARE_URL="http://127.0.0.1:1")
    with requests.Session() as browser:
        browser.trust_env = False
        begun = browser.get(f"{server.url}/sign-in/?next=/devices/", allow_redirects=False)
        led = requests.get(begun.headers["Location"], allow_redirects=False, timeout=5)
        way = f"{server.url}{path_of(led.headers['Location'])}"
        done = browser.get(way, allow_redirects=False)
        assert done.headers["Location"] == "/devices/"
        page = browser.get(f"{server.url}/devices/", allow_redirects=False)
        assert "Jane Doe" in page.text


def test_it_says_when_the_provider_is_not_there(db: None, provider: Provider) -> None:
    provider.close()
    page = Client().get("/sign-in/", {"next": "/devices/"})
    assert page.status_code == 503
    assert "next=%2Fdevices%2F" in page.content.decode()


def test_cookies_that_only_look_like_attempts_are_left_alone(db: None, provider: Provider) -> None:
    client = Client()
    names = [f"{attempts.PREFIX}{number}{odd}" for number in range(6) for odd in (" a", "[@(]", "")]
    answer = client.get("/sign-in/", headers={"Cookie": "; ".join(f"{name}=1" for name in names)})
    assert answer.status_code == 302
    assert [cookie.value for cookie in answer.cookies.values() if not cookie.value] == []


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_way_to_the_door_is_kept_by_no_browser(db: None, headers: dict[str, str]) -> None:
    """Back from elsewhere, a kept redirect would lead a person in circles who is signed in."""
    assert Client().get("/transactions/", headers=headers)["Cache-Control"] == "no-store"


def asked_of(answer: object) -> dict[str, str]:
    """What the provider is asked, by a redirect to it."""
    address = answer["Location"]  # type: ignore[index]
    assert address.startswith(settings.AUTH_ISSUER), address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_hint_travels_to_the_provider_and_signs_nobody_in(db: None, box: Server) -> None:
    client = Client()
    asked = asked_of(client.get("/sign-in/?next=/devices/&as=alice@example.com"))
    assert asked["login_hint"] == "alice@example.com"
    assert "prompt" not in asked
    assert Session.objects.count() == 0
    for nonsense in ("a b", "ü@example.com", "x" * 255, "%0d%0aSet-Cookie"):
        assert "login_hint" not in asked_of(client.get(f"/sign-in/?as={nonsense}"))


def test_whoever_is_signed_in_is_asked_before_somebody_else_is(
    signed_in: SignedIn, alice: Person, bob: Person
) -> None:
    client, _ = signed_in(alice)
    for own in ("", alice.email, alice.email.upper(), alice.sub):
        assert client.get(f"/sign-in/?next=/devices/&as={own}")["Location"] == "/devices/"
    page = client.get(f"/sign-in/?next=/devices/&as={bob.email}")
    assert page.status_code == 200
    assert "Go on as somebody else?" in page.text
    assert f"Stay {alice.name}" in page.text
    assert client.get("/devices/").status_code == 200


def test_somebody_else_ends_the_own_session_once_they_are_in(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
) -> None:
    client, walk = signed_in(alice)
    before = client.cookies[COOKIE].value
    left = client.post("/sign-in/another-person/", {"next": "/devices/", "as": bob.email})
    asked = asked_of(left)
    assert (asked["login_hint"], asked["prompt"]) == (bob.email, "login")
    assert client.get("/devices/").status_code == 200, "still Alice, until Bob is there"
    walk.person = bob
    callback = walk.to_callback(left["Location"])
    done = client.get(path_of(callback))
    assert done["Location"] == "/devices/"
    page = client.get("/devices/")
    told = f"You are signed in as {bob.name} now. {alice.name} is signed out in this browser."
    assert told in page.text
    assert client.cookies[COOKIE].value != before
    assert Session.objects.get(subject=alice.sub).ended_at is not None
    old = Client()
    old.cookies[COOKIE] = before
    assert old.get("/devices/").status_code == 302


def test_a_link_alone_ends_nobodys_session(signed_in: SignedIn, alice: Person) -> None:
    client, _ = signed_in(alice)
    for link in ("/sign-in/another-person/", "/sign-in/?as=somebody@example.com"):
        client.get(link)
    assert client.get("/devices/").status_code == 200
    careful = Client(enforce_csrf_checks=True)
    careful.cookies[COOKIE] = client.cookies[COOKIE].value
    assert careful.post("/sign-in/another-person/", {}).status_code == 403
