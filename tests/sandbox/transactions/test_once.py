"""One key, one effect: replays, races, deadlines and outcomes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from tests.sandbox.running import Platform, new_key


def test_it_replays_the_stored_answer(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)
    first = platform.cancel(sub, row, key=key)
    second = platform.cancel(sub, row, key=key)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (second.status_code, second.json()) == (201, first.json())
    assert platform.effects(sub) == ["transaction.cancelled"]
    assert [r["replayed"] for r in platform.control("GET", f"log?sub={sub}")] == [False, True]


def test_it_stores_refusals_too(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub, status="completed")
    assert platform.cancel(sub, row, key=key).status_code == 409
    outcome = platform.get(f"{sub}/outcomes/{key}").json()
    assert (outcome["state"], outcome["status"]) == ("done", 409)
    assert outcome["body"]["reason"] == "already_final"


def test_it_refuses_a_key_for_something_else(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row, other = platform.transaction(sub), platform.transaction(sub)
    platform.cancel(sub, row, key=key)
    for refused in (
        platform.cancel(sub, other, key=key),
        platform.cancel(sub, {**row, "version": 7}, key=key),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    stranger = platform.person()
    theirs = platform.transaction(stranger)
    assert platform.cancel(stranger, theirs, key=key).status_code == 422
    assert platform.get(f"{stranger}/outcomes/{key}").status_code == 404


def test_a_hundred_at_once_have_one_effect(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)

    def send(_: int) -> requests.Response:
        with requests.Session() as session:
            return platform.cancel(sub, row, key=key, session=session)

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(send, range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert len({answer.text for answer in answers}) == 1
    assert platform.effects(sub) == ["transaction.cancelled"]


def test_of_many_keys_at_once_one_wins(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub)

    def send(_: int) -> requests.Response:
        with requests.Session() as session:
            return platform.cancel(sub, row, session=session)

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(send, range(20)))
    assert statuses == [201, *[409] * 19]
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_it_does_nothing_after_the_deadline(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)
    late = platform.cancel(sub, row, key=key, seconds=-1)
    assert (late.status_code, late.json()["code"]) == (408, "deadline_passed")
    assert platform.get(f"{sub}/outcomes/{key}").json()["code"] == "unknown_key"
    assert platform.effects(sub) == []
    assert platform.cancel(sub, row, key=key).status_code == 201


def test_it_tells_the_outcome_when_the_answer_was_lost(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)
    platform.control(
        "POST",
        "faults",
        {"operation": "cancel", "mode": "cut_after_commit", "sub": sub, "count": 1},
    )
    with pytest.raises(requests.ConnectionError):
        platform.cancel(sub, row, key=key)
    outcome = platform.get(f"{sub}/outcomes/{key}").json()
    assert (outcome["state"], outcome["status"]) == ("done", 201)
    assert outcome["body"]["transaction"]["status"] == "cancelled"
    assert platform.cancel(sub, row, key=key).headers["Idempotency-Replayed"] == "true"


def test_it_leaves_no_trace_when_cut_before(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)
    platform.control(
        "POST", "faults", {"operation": "cancel", "mode": "cut_before", "sub": sub, "count": 1}
    )
    with pytest.raises(requests.ConnectionError):
        platform.cancel(sub, row, key=key)
    assert platform.get(f"{sub}/outcomes/{key}").status_code == 404
    assert platform.effects(sub) == []


def test_a_slow_write_is_refused_once_its_deadline_is_over(platform: Platform) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub)
    platform.control(
        "POST", "faults", {"operation": "cancel", "mode": "latency", "ms": 700, "count": 1}
    )
    begun = time.monotonic()
    assert platform.cancel(sub, row, key=key, seconds=0.5).status_code == 408
    assert time.monotonic() - begun > 0.7
    assert platform.effects(sub) == []


@pytest.mark.django_db
def test_keys_are_forgotten_when_they_are_old() -> None:
    from sandbox import clock
    from sandbox.transactions import once
    from sandbox.transactions.models import IdempotencyKey

    now = clock.real_now()
    for days in (89, 91, 92):
        IdempotencyKey.objects.create(
            key=f"key-of-{days}-days", operation="x", fingerprint="x", deadline=now,
            created_at=now - timedelta(days=days),
        )  # fmt: skip
    assert once.forget_old(now) == 2
    assert [row.key for row in IdempotencyKey.objects.all()] == ["key-of-89-days"]
    assert once.forget_old(now) == 0
