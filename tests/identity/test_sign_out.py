"""Signing out: here, at the provider, and by the provider's word (Back-Channel Logout 1.0)."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client

from selfcare.identity.models import Logout, Session
from tests.identity.conftest import lead
from tests.support.control import Control, Person
from tests.support.provider import LOGOUT_EVENT, Provider
from tests.support.servers import Server
from tests.support.sign_in import sign_in, start_session
from tests.support.signing_in import Walk

COOKIE = settings.SESSION_COOKIE_NAME
BACK_CHANNEL = "/sign-out/back-channel/"
SignedIn = Callable[..., tuple[Client, Walk]]


def test_it_signs_out_here_and_at_the_provider(
    signed_in_at_provider: SignedIn, alice: Person
) -> None:
    client, walk = signed_in_at_provider(alice)
    key = client.cookies[COOKIE].value
    answer = client.post("/sign-out/")
    assert answer.status_code == 302
    assert answer.cookies[COOKIE].value == ""
    assert answer.cookies[COOKIE]["max-age"] == 0
    assert client.get("/devices/").status_code == 302
    client.cookies[COOKIE] = key
    assert client.get("/devices/").status_code == 302, "the old cookie is worth nothing"

    back = walk.to_callback(answer["Location"])
    page = Client().get(back.removeprefix(settings.SELFCARE_URL))
    assert page.status_code == 200
    assert "at the sign-in service" in page.content.decode()

    begun = Client().get("/sign-in/")
    door = walk.session.get(begun["Location"], timeout=10)
    assert 'type="password"' in door.text, "the provider asks again"


def test_it_takes_no_get_and_no_foreign_form(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 403
    assert client.get("/devices/").status_code == 200


def test_it_signs_out_here_when_the_provider_is_gone(db: None, provider: Provider) -> None:
    provider.close()
    client = Client()
    sign_in(client)
    answer = client.post("/sign-out/")
    assert answer["Location"] == "/signed-out/"
    assert client.get("/devices/").status_code == 302
    assert "may still know" in client.get("/signed-out/").content.decode()


def test_it_signs_out_where_the_provider_has_no_page_for_it(db: None, provider: Provider) -> None:
    provider.change_discovery = lambda facts: facts.pop("end_session_endpoint")
    client = Client()
    sign_in(client)
    assert client.post("/sign-out/")["Location"] == "/signed-out/"


def test_it_leaves_for_another_host_over_a_page(db: None, provider: Provider) -> None:
    """Our form-action names AUTH_ISSUER alone, and browsers apply it to redirects too."""
    provider.change_discovery = lambda facts: facts.update(
        end_session_endpoint="https://bye.example/out?a=1"
    )
    client = Client()
    sign_in(client)
    answer = client.post("/sign-out/")
    assert answer.status_code == 200
    target = answer["Refresh"].removeprefix("0; url=")
    assert target.startswith("https://bye.example/out?a=1&")
    asked = parse_qs(urlsplit(target).query)
    assert asked["post_logout_redirect_uri"] == [f"{settings.SELFCARE_URL}/signed-out/"]
    assert client.get("/devices/").status_code == 302


def test_it_says_signed_out_to_a_visitor_who_comes_by(db: None) -> None:
    for state in ("", "x", "ImV2ZXJ5d2hlcmUi:1:1"):
        page = Client().get("/signed-out/", {"state": state})
        assert page.status_code == 200
        assert "at the sign-in service. You" not in page.content.decode()


def test_the_box_ends_our_sessions_behind_the_browsers_back(
    transactional_db: None, site: Server, control: Control, alice: Person
) -> None:
    """Alice ends her session at the provider; its letter reaches us on its own."""
    client = Client()
    walk = Walk(alice, control)
    done = client.get(
        walk.to_callback(client.get("/sign-in/")["Location"]).removeprefix(settings.SELFCARE_URL)
    )
    assert done.status_code == 302
    other = start_session(alice.sub, sid="somewhere-else")
    row = Session.objects.get(subject=alice.sub, ended_at=None, sid=walk_sid(alice))

    discovery = requests.get(
        f"{settings.AUTH_ISSUER}/.well-known/openid-configuration", timeout=5
    ).json()
    params = {"id_token_hint": row.data["id_token"]}
    walk.session.get(discovery["end_session_endpoint"], params=params, timeout=10)

    ends_at = time.monotonic() + 5
    while Session.objects.get(pk=row.pk).ended_at is None and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert Session.objects.get(pk=row.pk).ended_at
    assert Session.objects.get(key_hash=other.key_hash).ended_at is None
    walk.session.close()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
def test_it_asks_to_be_told_again_while_the_provider_talks_nonsense(
    db: None, provider: Provider, path: str
) -> None:
    """A 400 would be final, and the session would live on."""
    session = start_session("usr_alice", sid=provider.sid)
    provider.raw[path] = (500, b"broken")
    assert post(provider.logout_token()).status_code == 503
    del provider.raw[path]
    assert post(provider.logout_token()).status_code == 200
    assert Session.objects.get(key_hash=session.key_hash).ended_at


def walk_sid(person: Person) -> str:
    sids = Session.objects.filter(subject=person.sub).exclude(sid="somewhere-else")
    return str(sids.get().sid)


def post(token: str) -> Any:
    return Client(enforce_csrf_checks=True).post(BACK_CHANNEL, {"logout_token": token})


def test_it_ends_the_named_session_and_no_other(db: None, provider: Provider) -> None:
    client, other = Client(), Client()
    client.get(lead(client))
    sign_in(other, "248289761001", sid="another")
    answer = post(provider.logout_token(sub="248289761001"))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/devices/").status_code == 302
    assert other.get("/devices/").status_code == 200


def test_it_ends_all_sessions_of_a_person_without_a_sid(db: None, provider: Provider) -> None:
    clients = [Client() for _ in range(3)]
    for n, client in enumerate(clients):
        sign_in(client, "usr_many", sid=f"s{n}")
    bob = Client()
    sign_in(bob, "usr_bob")
    assert post(provider.logout_token(sub="usr_many", sid=None)).status_code == 200
    assert [c.get("/devices/").status_code for c in clients] == [302] * 3
    assert bob.get("/devices/").status_code == 200


def test_it_ends_nothing_where_sub_and_sid_are_not_of_one_session(
    db: None, provider: Provider
) -> None:
    client = Client()
    sign_in(client, "usr_alice", sid="s1")
    assert post(provider.logout_token(sub="usr_bob", sid="s1")).status_code == 200
    assert client.get("/devices/").status_code == 200


BAD: dict[str, Any] = {
    "no event": {"events": {}},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event that is no object": {"events": {LOGOUT_EVENT: True}},
    "events that are a list": {"events": [LOGOUT_EVENT]},
    "a nonce": {"nonce": "x"},
    "neither sub nor sid": {"sid": None},
    "a sid that is a number": {"sid": 5},
    "an empty sid": {"sid": ""},
    "no jti": {"jti": None},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "other"},
    "an old iat": lambda: {"iat": int(time.time()) - 3600},
    "an iat to come": lambda: {"iat": int(time.time()) + 3600},
    "expired": lambda: {"exp": int(time.time()) - 3600},
}


@pytest.mark.parametrize("fault", BAD)
def test_it_refuses_a_logout_token_with(db: None, provider: Provider, fault: str) -> None:
    client = Client()
    sign_in(client, sid=provider.sid)
    claims = BAD[fault]() if callable(BAD[fault]) else BAD[fault]
    answer = post(provider.logout_token(**claims))
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/devices/").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ü" * 100, "a" * 50_000, "\x00"])
def test_it_refuses_what_is_no_token(db: None, provider: Provider, token: str) -> None:
    assert post(token).status_code == 400


def test_it_refuses_an_unsigned_logout_token_and_one_of_another_type(
    db: None, provider: Provider
) -> None:
    provider.change_header = lambda header: header.update(alg="none")
    assert post(provider.logout_token()).status_code == 400
    provider.change_header = lambda header: header.update(typ="at+jwt")
    assert post(provider.logout_token()).status_code == 400


def test_it_takes_each_logout_token_once(db: None, provider: Provider) -> None:
    token = provider.logout_token()
    assert post(token).status_code == 200
    again = post(token)
    assert again.status_code == 400
    assert "before" in again.json()["error_description"]
    assert Logout.objects.count() == 1


def test_it_asks_the_provider_to_try_again_while_it_can_not_be_reached(
    db: None, provider: Provider
) -> None:
    token = provider.logout_token()
    provider.close()
    assert post(token).status_code == 503


def test_it_takes_only_post(db: None) -> None:
    assert Client().get(BACK_CHANNEL).status_code == 405


def test_a_logout_meets_a_sign_in_that_is_still_on_its_way(db: None, provider: Provider) -> None:
    client = Client()
    way = lead(client)
    assert post(provider.logout_token()).status_code == 200
    page = client.get(way)
    assert page.status_code == 403
    assert client.get("/devices/").status_code == 302
    provider.sid = secrets.token_hex(8)
    again = Client()
    assert again.get(lead(again)).status_code == 302


def test_one_of_many_equal_logout_tokens_counts(transactional_db: None, provider: Provider) -> None:
    token = provider.logout_token()
    statuses: list[int] = []

    def deliver() -> None:
        from django.db import connection

        statuses.append(post(token).status_code)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 400, 400, 400, 400, 400]
