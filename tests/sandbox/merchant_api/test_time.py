"""Nonces and rates as time goes by: what is forgotten is refused for its age."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from sandbox import clock
from sandbox.merchant_api import examining, keys, nonces, rates
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
