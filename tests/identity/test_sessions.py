"""Redis answers, PostgreSQL remembers: what happens to sessions when one of them, or both, fail."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.utils import timezone
from redis import Redis

from selfcare.identity import quick_copy, session_store
from selfcare.identity.models import Session
from selfcare.identity.session_store import SessionStore, hash_of
from selfcare.web.breaker import Breaker
from tests.support.servers import Server, Stores
from tests.support.sign_in import sign_in, start_session
from tools.children import wait_until
from tools.postgres import Postgres
from tools.valkey import Valkey

COOKIE = settings.SESSION_COOKIE_NAME
Instances = Callable[..., list[Server]]
# A little more than a second, for the time that the question itself takes.
A_SECOND = 1.1
# How long Redis stays away; longer than the breaker leaves it alone. OUTAGE_SECONDS=30 for proof.
OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "4"))


@pytest.fixture(autouse=True)
def working_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits another's outage."""
    monkeypatch.setattr(quick_copy, "breaker", Breaker(3.0))
    monkeypatch.setattr(session_store, "database", Breaker(1.0))


def visit(server: Server, key: str, path: str = "/devices/", **more: object) -> requests.Response:
    return requests.get(
        f"{server.url}{path}",
        cookies={COOKIE: key},
        allow_redirects=False,
        timeout=15,
        **more,  # type: ignore[arg-type]
    )


def test_it_keeps_a_hash_and_never_the_key(db: None, stores: Stores) -> None:
    session = sign_in(Client(), "usr_hash")
    key = session.session_key or ""
    row = Session.objects.get(subject="usr_hash")
    assert row.key_hash == hash_of(key)
    with Redis.from_url(stores.redis_url) as redis:
        held = {name: redis.get(name) for name in redis.keys("*")}
    assert any(row.key_hash.encode() in name for name in held)
    assert key not in repr(held)


def test_it_answers_bursts_from_redis(db: None, django_assert_num_queries: Callable) -> None:  # type: ignore[type-arg]
    key = sign_in(Client(), "usr_burst").session_key
    with django_assert_num_queries(0):
        for _ in range(20):
            assert SessionStore(key)["person"]["subject"] == "usr_burst"


def test_it_asks_the_database_again_within_a_second(db: None) -> None:
    key = sign_in(Client(), "usr_burst").session_key or ""
    Session.objects.update(ended_at=timezone.now())
    # Redis didn't hear of it, so its copy and the word of a moment ago are still there.
    assert SessionStore(key).get("person")
    time.sleep(A_SECOND)
    assert SessionStore(key).get("person") is None
    with Redis.from_url(settings.REDIS_URL) as redis:
        assert redis.get(f"selfcare:session:{hash_of(key)}") is None


def test_it_never_brings_back_what_has_ended(db: None) -> None:
    key = sign_in(Client(), "usr_ended").session_key
    late = SessionStore(key)
    late["person"]
    SessionStore(key).delete()
    late["more"] = 1
    with pytest.raises(UpdateError):
        late.save()
    assert SessionStore(key).get("person") is None


def test_it_writes_nothing_at_each_request(db: None, django_assert_num_queries: Callable) -> None:  # type: ignore[type-arg]
    key = sign_in(Client(), "usr_seen").session_key or ""
    quick_copy.forget([hash_of(key)])
    with django_assert_num_queries(1):
        SessionStore(key).get("person")
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=2))
    quick_copy.forget([hash_of(key)])
    with django_assert_num_queries(2):
        SessionStore(key).get("person")
    assert Session.objects.get().last_seen_at > timezone.now() - timedelta(seconds=10)


def test_it_ends_at_a_fixed_time_however_busy(db: None) -> None:
    key = sign_in(Client(), "usr_old").session_key or ""
    Session.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    quick_copy.forget([hash_of(key)])
    assert SessionStore(key).get_expiry_age() >= 25 or SessionStore(key).get("person")
    store = SessionStore(key)
    store["x"] = store.get("person") and 1
    store.save()
    assert store.get_expiry_age() <= 30
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    quick_copy.forget([hash_of(key)])
    assert SessionStore(key).get("person") is None


@pytest.mark.parametrize("key", ["", "x", "a" * 31, "A" * 32, "ä" * 32, "a" * 9000, "../" * 11])
def test_it_takes_odd_cookies_for_none(
    db: None,
    key: str,
    django_assert_num_queries: Callable,  # type: ignore[type-arg]
) -> None:
    with django_assert_num_queries(0):
        assert SessionStore(key).get("person") is None


def test_it_survives_junk_in_redis(db: None, stores: Stores) -> None:
    key = sign_in(Client(), "usr_junk").session_key or ""
    with Redis.from_url(stores.redis_url) as redis:
        for junk in (b"\xff", b"[]", b'{"data": 1}', b'{"data": {}, "expires_at": "x"}'):
            redis.set(f"selfcare:session:{hash_of(key)}", junk)
            assert SessionStore(key)["person"]["subject"] == "usr_junk"
        redis.delete(f"selfcare:session:{hash_of(key)}")
        redis.lpush(f"selfcare:session:{hash_of(key)}", "x")
        assert SessionStore(key)["person"]["subject"] == "usr_junk"


def test_it_clears_what_ended_long_ago(db: None) -> None:
    open_, ended, expired, fresh = (start_session(f"usr_{n}").key_hash for n in range(4))
    old = timezone.now() - timedelta(days=2)
    Session.objects.filter(key_hash=ended).update(ended_at=old)
    Session.objects.filter(key_hash=expired).update(expires_at=old)
    Session.objects.filter(key_hash=fresh).update(ended_at=timezone.now())
    assert session_store.clear_ended() == 2
    assert set(Session.objects.values_list("key_hash", flat=True)) == {open_, fresh}


def test_nobody_is_signed_out_while_redis_is_gone_and_comes_back_empty(
    instances: Instances, valkey_server: Valkey
) -> None:
    first, second = instances(2)
    keys = [start_session(f"usr_{n}", f"Person {n}").session_key or "" for n in range(100)]

    def all_live_on() -> float:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: visit((first, second)[n % 2], keys[n]), range(100)))
        alive = [a for n, a in enumerate(answers) if f"Person {n}" in a.text]
        assert len(alive) == 100, [a.status_code for a in answers]
        assert not [a for a in answers if COOKIE in a.headers.get("Set-Cookie", "")]
        return time.monotonic() - began

    all_live_on()
    valkey_server.stop(kill=True)
    all_live_on()
    time.sleep(OUTAGE_SECONDS)
    all_live_on()
    valkey_server.start()
    all_live_on()
    time.sleep(3.2)
    all_live_on()


def test_a_redis_that_hangs_slows_a_request_once(
    instances: Instances, valkey_server: Valkey
) -> None:
    (server,) = instances(1)
    key = start_session("usr_hang", "Hanna").session_key or ""
    visit(server, key)
    valkey_server.pause()
    spans = []
    for _ in range(12):
        began = time.monotonic()
        assert "Hanna" in visit(server, key).text
        spans.append(time.monotonic() - began)
    assert max(spans) < 1.5
    assert sorted(spans)[8] < 0.2, spans


def test_an_end_that_redis_did_not_hear_of_holds_everywhere(
    instances: Instances, valkey_server: Valkey
) -> None:
    """Redis hangs while somebody signs out, then goes on with all its old data."""
    first, second = instances(2)
    key = start_session("usr_gone", "Gone Girl").session_key or ""
    assert "Gone Girl" in visit(second, key).text
    valkey_server.pause()
    sign_out(first, key)
    time.sleep(A_SECOND)
    assert visit(second, key).status_code == 302
    valkey_server.resume()
    for server in (first, second, first, second):
        answer = visit(server, key)
        assert answer.status_code == 302
        time.sleep(0.9)


def sign_out(server: Server, key: str) -> None:
    with requests.Session() as browser:
        browser.trust_env = False
        browser.cookies.set(COOKIE, key)
        page = browser.get(f"{server.url}/devices/", timeout=15)
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        done = browser.post(
            f"{server.url}/sign-out/",
            data={"csrfmiddlewaretoken": token},
            allow_redirects=False,
            timeout=15,
        )
        assert done.status_code == 302, done.text


def test_it_ends_on_every_instance_within_a_second(instances: Instances) -> None:
    first, second = instances(2)
    key = start_session("usr_two", "Two Places").session_key or ""
    for server in (first, second):
        assert "Two Places" in visit(server, key).text
    sign_out(first, key)
    assert visit(first, key).status_code == 302
    time.sleep(A_SECOND)
    assert visit(second, key).status_code == 302


def test_a_session_outlives_an_instance_that_is_killed(instances: Instances) -> None:
    first, second = instances(2)
    key = start_session("usr_kill", "Kill Bill").session_key or ""
    assert "Kill Bill" in visit(first, key).text
    first.stop(kill=True)
    assert "Kill Bill" in visit(second, key).text
    first.start()
    assert "Kill Bill" in visit(first, key).text


def test_redis_carries_a_session_through_a_database_outage_and_both_gone_is_503(
    instances: Instances, postgres_server: Postgres, valkey_server: Valkey
) -> None:
    (server,) = instances(1)
    key = start_session("usr_db", "Data Base").session_key or ""
    assert "Data Base" in visit(server, key).text
    unseen = start_session("usr_unseen").session_key or ""
    quick_copy.forget([hash_of(unseen)])
    time.sleep(A_SECOND)

    postgres_server.stop(kill=True)
    try:
        # A page that needs no table of ours: whoever is known goes on, nobody else is asked to.
        known = visit(server, key, "/sign-in/?next=/devices/")
        assert known.status_code == 302
        assert known.headers["Location"] == "/devices/"
        gone(visit(server, unseen, "/sign-in/"))
        began = time.monotonic()
        for _ in range(5):
            assert visit(server, key, "/sign-in/?next=/x/").headers["Location"] == "/x/"
        assert time.monotonic() - began < 4, "the database isn't waited for each time"

        valkey_server.stop(kill=True)
        gone(visit(server, key))
        gone(visit(server, key, headers={"HX-Request": "true"}))
        api = visit(server, key, "/api/v1/transactions")
        gone(api)
        assert api.headers["Content-Type"].startswith("application/problem+json")
    finally:
        time.sleep(8)
        start_again(postgres_server)
    assert wait_until(lambda: "Data Base" in visit(server, key).text, seconds=3)


def test_it_goes_on_at_once_when_the_database_is_back(
    instances: Instances, postgres_server: Postgres
) -> None:
    (server,) = instances(1, REDIS_URL="")
    key = start_session("usr_back", "Back Again").session_key or ""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: visit(server, key), range(16)))
    postgres_server.stop(kill=True)
    start_again(postgres_server)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visit(server, key), range(16)))
    assert [a.status_code for a in answers] == [200] * 16


def start_again(server: Postgres) -> None:
    """Start it, and let go of our own connections to what it was before."""
    server.start()
    connection.close()
    connection.close_pool()


def gone(answer: requests.Response) -> None:
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Retry-After"]


def test_it_works_without_redis(instances: Instances) -> None:
    (server,) = instances(1, REDIS_URL="")
    key = start_session("usr_alone", "Al One").session_key or ""
    assert "Al One" in visit(server, key).text
    sign_out(server, key)
    assert visit(server, key).status_code == 302
