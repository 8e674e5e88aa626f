"""Each fault does what it says, for whom it says, as often as it says."""

import time

import pytest
import requests

from tests.sandbox.running import Platform


def switch(platform: Platform, mode: str, operation: str = "accounts", **more: object) -> None:
    platform.control("POST", "faults", {"operation": operation, "mode": mode, "count": 1, **more})


def test_it_fails_as_often_as_it_says(platform: Platform) -> None:
    sub, other = platform.person(), platform.person()
    switch(platform, "error", sub=sub, count=2, status=502)
    assert platform.get(f"{other}/accounts").status_code == 200
    statuses = [platform.get(f"{sub}/accounts").status_code for _ in range(3)]
    assert statuses == [502, 502, 200]
    rows = platform.control("GET", f"log?sub={sub}")
    assert [row["fault"] for row in rows] == ["error", "error", None]


def test_it_is_slow(platform: Platform) -> None:
    sub = platform.person()
    switch(platform, "latency", ms=400)
    begun = time.monotonic()
    assert platform.get(f"{sub}/accounts").status_code == 200
    assert time.monotonic() - begun > 0.4


@pytest.mark.parametrize("mode", ["cut_before", "cut_after_commit", "hang"])
def test_it_ends_without_an_answer(platform: Platform, mode: str) -> None:
    sub = platform.person()
    switch(platform, mode, ms=300)
    with pytest.raises(requests.ConnectionError):
        platform.get(f"{sub}/accounts")
    assert platform.get(f"{sub}/accounts").status_code == 200


def test_it_breaks_the_json(platform: Platform) -> None:
    sub = platform.person()
    switch(platform, "broken_json")
    answer = platform.get(f"{sub}/accounts")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_it_drips(platform: Platform) -> None:
    sub = platform.person()
    switch(platform, "drip", ms=1)
    begun = time.monotonic()
    answer = platform.get(f"{sub}/accounts")
    assert answer.json()["data"][0]["owner"] == sub
    assert time.monotonic() - begun > 0.2


def test_it_refuses(platform: Platform) -> None:
    switch(platform, "refuse")
    answer = platform.get(f"{platform.person()}/accounts")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_it_shows_somebody_elses_data(platform: Platform) -> None:
    sub, other = platform.person(history=1), platform.person(history=1)
    mine = platform.get(f"{sub}/transactions").json()["data"][0]
    for operation, path in (
        ("accounts", "accounts"),
        ("list", "transactions"),
        ("detail", f"transactions/{mine['id']}"),
    ):
        switch(platform, "foreign", operation, sub=sub)
        answer = platform.get(f"{sub}/{path}")
        assert answer.status_code == 200
        body = answer.json()
        row = body["data"][0] if "data" in body else body
        assert row["owner"] != sub
    switch(platform, "foreign", "cancel", sub=sub)
    row = platform.transaction(sub)
    assert platform.cancel(sub, row).json()["transaction"]["owner"] != sub
    assert platform.effects(sub) == ["transaction.cancelled"]
    assert platform.effects(other) == []


def test_faults_are_listed_and_removed(platform: Platform) -> None:
    one = platform.control("POST", "faults", {"operation": "*", "mode": "error", "sub": "usr_x"})
    assert one["id"] in [fault["id"] for fault in platform.control("GET", "faults")]
    platform.control("DELETE", f"faults/{one['id']}")
    assert platform.control("GET", "faults") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operation": "list", "mode": "explode"},
        {"operation": "nothing", "mode": "error"},
        {"operation": "list", "mode": "error", "status": 200},
        {"operation": "list", "mode": "latency", "ms": -1},
        {"operation": "list", "mode": "error", "sub": "a\0"},
        {"operation": ["list"], "mode": {"a": 1}},
        [],
    ],
)
def test_it_refuses_faults_that_make_no_sense(platform: Platform, body: object) -> None:
    answer = platform.session.post(f"{platform.url}/control/faults", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
