"""Nonces and rates as time goes by: what is forgotten is refused for its age."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from pytest_django import DjangoAssertNumQueries

from sandbox import clock
from sandbox.merchant_api import early, examining, keys, nonces, rates, views
from sandbox.merchant_api.examining import Examination
from sandbox.merchant_api.models import ApiKey, Bucket, Nonce
from sandbox.merchant_api.signatures import Message, RefusedError
from sandbox.people.models import Merchant
from tests.sandbox.merchant_api.shop import Key, Sent, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(db: None) -> keys.Made:
    merchant = Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")
    made = keys.make(merchant, name="Till", scope="write")
    ApiKey.objects.update(rate=100_000, burst=100_000)
    return made


def request_of(made: keys.Made) -> Message:
    """Signed in this second, for the box that the settings speak of."""
    key = Key(made.key.public_id, made.token, made.secret)
    shop = Shop(None, "mer_lamps", key, origin="http://127.0.0.1:9000")  # type: ignore[arg-type]
    return arrived(shop.signed("GET", "/balance"))


def arrived(sent: Sent) -> Message:
    headers = {name.lower(): value for name, value in sent.headers}
    return Message(sent.method, sent.target, headers, sent.content)


def verdict(message: Message, seconds_later: float) -> str:
    try:
        examining.examine(Examination(message), clock.now() + timedelta(seconds=seconds_later))
    except RefusedError as refused:
        return refused.code
    return "let in"


def test_after_the_sweep_nothing_old_is_let_in(made: keys.Made) -> None:
    message = request_of(made)
    assert verdict(message, 0) == "let in"
    assert verdict(message, 30) == "nonce_used"
    assert nonces.sweep(clock.now() + timedelta(seconds=120)) == 0
    assert nonces.sweep(clock.now() + timedelta(seconds=60) + nonces.KEPT_AFTER * 1.1) == 1
    assert not Nonce.objects.exists()
    for later in (61, 120, 360, 3600):
        assert verdict(message, later) == "signature_expired"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(swept_after=some.floats(0, 2000), behind=some.floats(0, 299))
def test_no_clock_up_to_five_minutes_late_lets_in_what_was_swept(
    made: keys.Made, swept_after: float, behind: float
) -> None:
    message = request_of(made)
    assert verdict(message, 0) == "let in"
    nonces.sweep(clock.now() + timedelta(seconds=swept_after))
    # By the instance whose clock is behind, the sweep is just over.
    assert verdict(message, swept_after - behind) != "let in"


def test_a_bucket_fills_with_time_and_never_over_its_brim(made: keys.Made) -> None:
    key, now = made.key, clock.now()
    key.rate, key.burst = 5, 10
    assert rates._fetch(key, 4, now) == (4, 0.0)
    assert rates._fetch(key, 10, now)[0] == 6
    got, wait = rates._fetch(key, 1, now)
    assert got == 0
    assert 0.1 < wait <= 0.2
    assert rates._fetch(key, 10, now + timedelta(seconds=1))[0] == 5
    assert rates._fetch(key, 100, now + timedelta(hours=1))[0] == 10
    # Another instance's clock that is behind neither fills nor empties it.
    assert rates._fetch(key, 1, now)[0] == 0
    assert Bucket.objects.get(key=key).filled_at == now + timedelta(hours=1)


def test_two_processes_share_one_bucket(made: keys.Made) -> None:
    """What one fetched and did not use is spent all the same: never more, a few fewer."""
    key = ApiKey.objects.get(pk=made.key.pk)
    key.rate, key.burst = 1, 20
    taken = 0
    for _ in range(30):
        rates._held.clear()  # as if each request came to another process
        taken += rates.take(key) == 0
    assert taken == 20


@pytest.mark.parametrize("by_token", [False, True], ids=["signed", "bearer"])
def test_a_flood_is_refused_without_the_database(
    by_token: bool,
    made: keys.Made,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of it in one and the same second, which has one row in the log."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    ApiKey.objects.update(rate=1, burst=1)

    def answer(environ: dict[str, Any], start_response: early.Start) -> list[bytes]:
        response = views.balance(WSGIRequest(environ))
        start_response(str(response.status_code), list(response.items()))
        return [b"".join(response)]

    application = early.before(answer)

    def knock() -> tuple[int, dict[str, str]]:
        message = request_of(made)
        if by_token:
            message.headers.clear()
            message.headers["authorization"] = f"Bearer {made.token}"
            message.headers["host"] = "127.0.0.1:9000"
        lines = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in message.headers.items()}
        facts = {"RAW_URI": message.target, "REQUEST_METHOD": "GET", **lines}
        environ = RequestFactory().get(message.target, **facts).environ
        begun: list[tuple[int, dict[str, str]]] = []
        application(environ, lambda line, lines: begun.append((int(line.split()[0]), dict(lines))))
        return begun[0]

    assert [knock()[0] for _ in range(4)] == [200, 429, 429, 429]
    with django_assert_num_queries(0):
        status, headers = knock()
    assert (status, headers["Retry-After"]) == (429, "1")


def test_only_one_looks_whether_there_are_tokens_again(
    made: keys.Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    key = ApiKey.objects.get(pk=made.key.pk)
    key.rate, key.burst = 1, 1
    assert rates.seconds_refused(key.public_id) == 0
    assert rates.take(key) == 0
    wait = rates.take(key)
    assert rates.seconds_refused(key.public_id) == pytest.approx(wait)
    now += wait
    assert rates.seconds_refused(key.public_id) == 0
    # The first one is on its way to the database.
    assert rates.seconds_refused(key.public_id) == pytest.approx(rates.LOOKING_SECONDS)
    Bucket.objects.update(tokens=1)
    assert rates.take(key) == 0
    # It took the only one; where there are some to spare, all may come again.
    now += 0.5
    assert rates.seconds_refused(key.public_id) == pytest.approx(0.5, abs=0.1)
    now += 1
    assert rates.seconds_refused(key.public_id) == 0
    Bucket.objects.update(tokens=5)
    key.burst = 10
    assert rates.take(key) == 0
    assert rates.seconds_refused(key.public_id) == rates.seconds_refused(key.public_id) == 0
