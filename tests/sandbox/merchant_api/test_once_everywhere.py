"""A signature counts once on all instances, and a key ends on all of them at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.sandbox.merchant_api.shop import Answer, Key, Shop, make_key, new_nonce, open_shop
from tests.sandbox.running import Box, Platform

BACK = "https://shop.example/paid"
WISH = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK}


@pytest.fixture(scope="module")
def twin(running_box: Box) -> Iterator[Box]:
    """A second process on the same database."""
    second = running_box.twin()
    second.serve()
    yield second
    second.stop()


@pytest.fixture(scope="module")
def live(running_box: Box) -> Iterator[Box]:
    """A process on the same database that knows live keys alone."""
    other = running_box.twin()
    other.environment["SANDBOX_KEYS"] = "live"
    other.serve()
    yield other
    other.stop()


def test_a_hundred_at_once_over_two_instances_count_once(shop: Shop, twin: Box) -> None:
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    sent = shop.signed("POST", "/payments", WISH, idempotency_key=new_nonce())
    doors = (shop.platform.url, twin.url)

    def send(number: int) -> Answer:
        return shop.send(sent, doors[number % 2])

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(send, range(100)))
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [201, *[401] * 99]
    assert {answer.code for answer in answers if answer.status == 401} == {"nonce_used"}
    assert len(shop.get("/payments").body["data"]) == 1


def test_what_one_instance_took_the_other_refuses(shop: Shop, twin: Box) -> None:
    sent = shop.signed("GET", "/balance")
    assert shop.send(sent, twin.url).status == 200
    assert shop.send(sent).code == "nonce_used"


def test_a_process_that_starts_anew_knows_what_was_used(shop: Shop, running_box: Box) -> None:
    """Nothing of it lies in memory, and nothing in Redis: the box has none."""
    sent = shop.signed("GET", "/balance")
    assert shop.send(sent).status == 200
    young = running_box.twin()
    young.serve()
    try:
        assert shop.send(sent, young.url).code == "nonce_used"
    finally:
        young.stop()


def test_the_same_nonce_counts_for_each_key_by_itself(shop: Shop, platform: Platform) -> None:
    nonce, other = new_nonce(), open_shop(platform)
    assert shop.get("/balance", nonce=nonce).status == 200
    assert other.get("/balance", nonce=nonce).status == 200
    assert shop.get("/balance", nonce=nonce, key=shop.new_key()).status == 200
    assert shop.get("/balance", nonce=nonce).code == "nonce_used"


def test_a_refused_request_uses_up_no_nonce(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance")
    broken = sent.with_header("Signature", f"sig1=:{'A' * 43}=:")
    assert shop.send(broken).code == "wrong_signature"
    assert shop.send(sent).status == 200


def test_a_revoked_key_ends_on_both_instances_at_once(shop: Shop, twin: Box) -> None:
    doors = (shop.platform.url, twin.url)
    for door in doors:
        assert shop.send(shop.signed("GET", "/balance"), door).status == 200
    shop.platform.control("POST", f"api-keys/{shop.key.id}/revocation", {})
    for door in doors:
        answer = shop.send(shop.signed("GET", "/balance"), door)
        assert (answer.status, answer.code) == (401, "key_revoked")
    assert shop.read("/balance").code == "key_revoked"


def without_number(answer: Answer) -> Answer:
    """What it says, but for the request's own number."""
    body = {name: value for name, value in answer.body.items() if name != "request_id"}
    varying = {"X-Request-Id", "Date"}
    kept = {name: value for name, value in answer.headers.items() if name not in varying}
    return Answer(answer.status, body, kept)


@pytest.mark.parametrize("environment", ["test", "live"])
def test_a_key_of_the_other_environment_is_like_one_that_never_was(
    shop: Shop, live: Box, environment: str
) -> None:
    key = make_key(shop.platform, shop.id, environment=environment)
    assert key.id.startswith(f"key_{environment}_")
    doors = {"test": shop.platform.url, "live": live.url}
    own, other = doors.pop(environment), next(iter(doors.values()))
    never = Key(key.id[:-8] + "0" * 8, key.token[:-8] + "A" * 8, key.secret)
    assert shop.send(shop.signed("GET", "/balance", key=key), own).status == 200
    strange = shop.send(shop.signed("GET", "/balance", key=key), other)
    none = shop.send(shop.signed("GET", "/balance", key=never), other)
    assert (strange.status, strange.code) == (401, "unknown_key")
    assert without_number(strange) == without_number(none)
    elsewhere = replace(shop, platform=Platform(other), origin=shop.origin)
    by_token, by_none = (
        elsewhere.read("/balance", key.token),
        elsewhere.read("/balance", never.token),
    )
    assert (by_token.status, by_token.code) == (401, "unknown_key")
    assert without_number(by_token) == without_number(by_none)
