"""A key has so many requests under way at once, and who has more waits; nobody else does."""

import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.merchant_api import crowds
from sandbox.merchant_api.models import ApiKey
from tests.sandbox.merchant_api.shop import Shop, new_nonce, open_shop
from tests.sandbox.running import Platform


def hold_one(shop: Shop) -> None:
    slow = {"operation": "merchant_api", "sub": shop.id, "mode": "latency", "ms": 3000, "count": 1}
    shop.platform.control("POST", "faults", slow)


def wait_until_it_is_held(platform: Platform) -> None:
    until = time.monotonic() + 20
    while platform.control("GET", "faults"):  # used up: it is inside
        assert time.monotonic() < until
        time.sleep(0.05)


def test_who_has_too_many_under_way_waits_and_others_do_not(platform: Platform) -> None:
    busy, calm = open_shop(platform, at_once=1), open_shop(platform)
    hold_one(busy)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(busy.get, "/balance")
        wait_until_it_is_held(platform)
        refused = busy.get("/balance")
        assert (refused.status, refused.code, refused.step) == (429, "too_many_at_once", "rate")
        assert refused.headers["Retry-After"] == "1"
        assert calm.get("/balance").status == 200
        assert busy.get("/balance", key=busy.new_key("read")).status == 200
        assert held.result().status == 200
    assert busy.get("/balance").status == 200
    told = busy.explained(refused)["rate"]
    assert (told["result"], told["expected"]) == ("failed", "1 under way")


def test_a_place_is_free_again_whatever_the_end(platform: Platform) -> None:
    shop = open_shop(platform, at_once=1)
    spent = new_nonce()
    shop.get("/balance", nonce=spent)
    ends = [
        shop.get("/balance", nonce=spent).code,
        shop.get("/balance", ago=90).code,
        shop.get("/nowhere").code,
        shop.get("/balance", keyid="key_test_" + "0" * 32).code,
        shop.post("/payments", {}).code,
    ]
    assert ends == ["nonce_used", "signature_expired", "not_found", "unknown_key", "bad_request"]
    assert shop.get("/balance").status == 200


def test_many_keys_are_no_way_round_it() -> None:
    """A merchant may have fifty of them, and the box has 32 threads for everybody."""
    ours = [ApiKey(public_id=f"key_test_{number:032}", merchant_id=1) for number in range(5)]
    taken = [key for key in ours for _ in range(key.at_once) if crowds.enter(key)]
    try:
        assert len(taken) == 16
        another = ApiKey(public_id="key_test_" + "9" * 32, merchant_id=2)
        assert crowds.enter(another)
        crowds.leave(another)
    finally:
        for key in taken:
            crowds.leave(key)
    assert crowds.enter(ours[-1])
    crowds.leave(ours[-1])


def test_a_crowd_is_counted_before_anybody_looks_for_its_key() -> None:
    key = ApiKey(public_id="key_test_" + "8" * 32, merchant_id=3, at_once=2)
    came = [crowds.come(key.public_id) for _ in range(5)]
    assert came == [True] * 5, "how many it may have isn't known before one was examined"
    assert crowds.enter(key)
    assert not crowds.come(key.public_id)
    crowds.leave(key)
    for _ in range(4):
        crowds.go(key.public_id)
    assert [crowds.come(key.public_id) for _ in range(2)] == [True, False]
    for _ in range(2):
        crowds.go(key.public_id)
