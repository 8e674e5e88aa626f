"""What a provider says that doesn't hold signs nobody in, and breaks no page."""

import time
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from joserfc.jwk import OctKey

from selfcare.clients import auth
from selfcare.identity.models import Session
from tests.identity.conftest import lead
from tests.support.provider import Provider

NOW = time.time

LIES: dict[str, Any] = {
    "another issuer": {"iss": "https://evil.example"},
    "issuer with a slash": lambda c: c.update(iss=c["iss"] + "/"),
    "another audience": {"aud": "somebody-else"},
    "several audiences and no azp": {"aud": ["selfcare", "other"]},
    "another azp": {"azp": "other"},
    "another nonce": {"nonce": "x"},
    "no nonce": lambda c: c.pop("nonce"),
    "expired": lambda c: c.update(exp=int(NOW()) - 120),
    "no expiry": lambda c: c.pop("exp"),
    "expiry that is no number": {"exp": "tomorrow"},
    "expiry that is true": {"exp": True},
    "issued in the future": lambda c: c.update(iat=int(NOW()) + 600),
    "no issue time": lambda c: c.pop("iat"),
    "no subject": lambda c: c.pop("sub"),
    "subject that is a list": {"sub": ["a"]},
    "subject with NUL": {"sub": "a\x00b"},
    "endless subject": {"sub": "a" * 300},
    "another access token's hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "a hash that is a number": {"at_hash": 5},
}


@pytest.mark.parametrize("lie", LIES)
def test_it_refuses_an_id_token_with(db: None, provider: Provider, lie: str) -> None:
    change = LIES[lie]
    provider.change_claims = change if callable(change) else lambda c: c.update(change)
    refused(provider)


def test_it_refuses_an_unsigned_token(db: None, provider: Provider) -> None:
    provider.change_header = lambda header: header.update(alg="none")
    refused(provider)


def test_it_refuses_unsigned_tokens_even_where_discovery_lists_them(
    db: None, provider: Provider
) -> None:
    algs = ["none", "HS256"]
    provider.change_discovery = lambda facts: facts.update(
        id_token_signing_alg_values_supported=algs
    )
    provider.change_header = lambda header: header.update(alg="none")
    refused(provider)


@pytest.mark.parametrize("material", ["secret", "public key"])
def test_it_refuses_a_shared_secret(db: None, provider: Provider, material: str) -> None:
    """Nobody signs with what we hold too, nor with the public key as if it were a secret."""
    provider.change_discovery = lambda facts: facts.update(
        id_token_signing_alg_values_supported=["ES256", "HS256"]
    )
    public = provider.signing_key.as_pem(private=False)
    secret = settings.AUTH_CLIENT_SECRET.encode() if material == "secret" else public
    provider.signing_key = OctKey.import_key(secret.replace(b"-----", b"")[:400])
    provider.change_header = lambda header: header.update(alg="HS256", kid=None)
    refused(provider)


def test_it_refuses_an_algorithm_that_discovery_does_not_list(db: None, provider: Provider) -> None:
    provider.change_discovery = lambda facts: facts.update(
        id_token_signing_alg_values_supported=["RS256"]
    )
    refused(provider)


@pytest.mark.parametrize("named", [True, False])
def test_it_refuses_a_key_that_the_provider_does_not_publish(
    db: None, provider: Provider, named: bool
) -> None:
    provider.signing_key = provider.new_key()
    kid = provider.keys[0].kid if named else None
    provider.change_header = lambda header: header.update(kid=kid)
    refused(provider)


def test_it_takes_a_token_without_a_key_id(db: None, provider: Provider) -> None:
    provider.keys.append(provider.new_key())
    provider.change_header = lambda header: header.update(kid=None)
    accepted()


def test_it_asks_for_the_keys_again_when_one_is_new(db: None, provider: Provider) -> None:
    accepted()
    provider.rotate()
    accepted()
    assert provider.calls.count("/keys") == 2


def test_it_does_not_ask_for_the_keys_with_every_bad_token(db: None, provider: Provider) -> None:
    accepted()
    auth._keys._pause = 60.0
    provider.signing_key = provider.new_key()
    for _ in range(4):
        refused(provider)
    assert provider.calls.count("/keys") == 2


def test_a_burst_after_a_new_key_asks_for_the_keys_once(
    transactional_db: None, provider: Provider
) -> None:
    """All of them are at the token's signature when the one that asks first is still waiting."""
    accepted()
    provider.rotate()
    provider.delay["/keys"] = 0.2
    clients = [Client() for _ in range(4)]
    ways = [lead(client) for client in clients]
    statuses: list[int] = []

    def arrive(client: Client, way: str) -> None:
        statuses.append(client.get(way).status_code)
        connection.close()

    threads = [Thread(target=arrive, args=pair) for pair in zip(clients, ways, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 4
    assert provider.calls.count("/keys") == 2


@pytest.mark.parametrize("sub", ["248289761002", None])
def test_it_refuses_userinfo_about_somebody_else(
    db: None, provider: Provider, sub: str | None
) -> None:
    provider.change_userinfo = lambda claims: claims.update(sub=sub)
    refused(provider)


def test_it_believes_the_id_token_before_userinfo(db: None, provider: Provider) -> None:
    provider.change_claims = lambda claims: claims.update(email="signed@example.com")
    client = accepted()
    row = Session.objects.latest("created_at")
    assert row.data["person"]["email"] == "signed@example.com"
    assert row.data["person"]["name"] == "Jane Doe"
    assert client.get("/devices/").status_code == 200


@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"\xff\xfe"),
        (500, b"{}"),
        (401, b'{"error": "invalid_client"}'),
        (302, b""),
    ],
)
def test_it_survives_junk(
    db: None, provider: Provider, path: str, status: int, body: bytes
) -> None:
    provider.raw[path] = (status, body)
    refused(provider)


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": 5},
        {"jwks_uri": ""},
    ],
)
def test_it_refuses_a_discovery_document_with(
    db: None, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.change_discovery = lambda facts: facts.update(lie)
    page = Client().get("/sign-in/")
    assert page.status_code == 503
    assert page["Retry-After"]


def test_it_answers_in_time_when_the_provider_is_slow(db: None, provider: Provider) -> None:
    client = Client()
    way = lead(client)
    provider.delay["/token"] = 6
    began = time.monotonic()
    assert client.get(way).status_code == 503
    assert time.monotonic() - began < 3


def test_it_goes_on_with_what_it_knew_while_discovery_fails(db: None, provider: Provider) -> None:
    accepted()
    auth._discovery._due_at = 0
    auth._keys._due_at = 0
    provider.raw["/.well-known/openid-configuration"] = provider.raw["/keys"] = (500, b"")
    accepted()


def test_it_says_a_used_code_was_used(db: None, provider: Provider) -> None:
    client = Client()
    way = lead(client)
    provider.asks.clear()
    page = client.get(way)
    assert page.status_code == 400
    assert 'href="/devices/"' in page.content.decode()


def accepted() -> Client:
    client = Client()
    done = client.get(lead(client))
    assert done.status_code == 302, done.content.decode()[:1500]
    assert done["Location"] == "/devices/"
    return client


def refused(provider: Provider) -> None:
    before = Session.objects.count()
    client = Client()
    page = client.get(lead(client))
    assert page.status_code == 503
    assert settings.SESSION_COOKIE_NAME not in page.cookies
    assert Session.objects.count() == before
    assert client.get("/devices/").status_code == 302
