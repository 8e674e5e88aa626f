"""The push service, met by the reference encoder: proof, content and a browser that is gone."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from py_vapid import Vapid
from pywebpush import WebPusher

from tests.sandbox.running import Platform

KEY = "Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OWFiY2RlZmc"
OTHER = "YW5vdGhlci1rZXktZm9yLXRlc3RzLW9ubHktMDEyMzQ"
PAYLOAD = {"title": "64.90 EUR an Nordlicht Books", "body": "Čeká na vás", "tag": "dlv_1"}


@pytest.fixture
def box(platform: Platform) -> Iterator[Platform]:
    platform.control("DELETE", "outbox")
    yield platform
    platform.control("DELETE", "outbox")


def browser(box: Platform, **facts: str) -> dict[str, Any]:
    made: dict[str, Any] = box.control("POST", "outbox/browsers", facts)
    return made


def public(key: str) -> str:
    return str(headers("http://x", key)["Authorization"].rpartition("k=")[2])


def headers(audience: str, key: str = KEY, **claims: Any) -> dict[str, str]:
    signed = Vapid.from_string(key).sign({"aud": audience, "sub": "mailto:a@b.example", **claims})
    return {name.title(): value for name, value in signed.items()}


def push(
    box: Platform, target: dict[str, Any], *, key: str = KEY, claims: dict[str, Any] | None = None,
    **more: str,
) -> requests.Response:  # fmt: skip
    proof = headers(**{"audience": box.url, "key": key} | (claims or {}))
    answer = WebPusher(target).send(
        json.dumps(PAYLOAD), headers={**proof, **more}, ttl=60, content_encoding="aes128gcm"
    )
    assert isinstance(answer, requests.Response)
    return answer


def shown(box: Platform, target: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.control("GET", f"outbox?to={target['endpoint']}")
    return found


def test_a_browser_opens_what_was_pushed_to_it(box: Platform) -> None:
    target = browser(box)
    answer = push(box, target, Topic="dlv_1", Urgency="high")
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith(f"{box.url}/push/messages/")
    (message,) = shown(box, target)
    assert message["data"] == PAYLOAD
    assert message["subject"] == PAYLOAD["title"]
    assert message["key"] == "dlv_1"
    assert ["Urgency", "high"] in message["headers"]


def test_one_topic_is_one_push_however_often_it_comes(box: Platform) -> None:
    target = browser(box)
    push(box, target, Topic="dlv_1")
    push(box, target, Topic="dlv_1")
    push(box, target, Topic="dlv_2")
    first, second = shown(box, target)
    assert [len(first["receptions"]), len(second["receptions"])] == [2, 1]
    # The bytes on the wire differ each time, what they say doesn't.
    assert len({one["digest"] for one in first["receptions"]}) == 1


def test_another_browser_s_keys_open_nothing(box: Platform) -> None:
    target, other = browser(box), browser(box)
    answer = push(box, {**target, "keys": other["keys"]})
    assert answer.status_code == 201
    (message,) = shown(box, target)
    assert (message["subject"], message["data"]) == ("It can't be opened", None)


@pytest.mark.parametrize(
    "claims",
    [
        {"audience": "https://push.example"},
        {"exp": int(time.time()) - 10},
        {"exp": int(time.time()) + 3 * 86_400},
    ],
)
def test_a_proof_that_is_not_for_us_or_not_for_now_counts_nothing(
    box: Platform, claims: dict[str, Any]
) -> None:
    target = browser(box)
    answer = push(box, target, claims=claims)
    assert (answer.status_code, answer.json()["code"]) == (403, "unproven")
    assert shown(box, target) == []


def test_a_proof_signed_by_somebody_else_counts_nothing(box: Platform) -> None:
    target = browser(box)
    proof = headers(box.url)["Authorization"].rpartition("k=")[0] + f"k={public(OTHER)}"
    assert push(box, target, Authorization=proof).status_code == 403
    assert push(box, target, Authorization="vapid t=x").status_code == 403
    assert push(box, target, Authorization="").status_code == 401


def test_a_subscription_for_one_sender_is_for_no_other(box: Platform) -> None:
    target = browser(box, server_key=public(KEY))
    assert push(box, target, key=OTHER).status_code == 403
    assert push(box, target).status_code == 201


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"TTL": "soon"}, 400), ({"Topic": "a b"}, 400), ({"Topic": "x" * 33}, 400),
        ({"Urgency": "now"}, 400),
    ],
)  # fmt: skip
def test_it_refuses_headers_that_are_none(box: Platform, more: dict[str, str], status: int) -> None:
    target = browser(box)
    base = {**headers(box.url), "Content-Encoding": "aes128gcm", "TTL": "60", **more}
    answer = requests.post(target["endpoint"], data=b"x", headers=base, timeout=10)
    assert answer.status_code == status


def test_it_refuses_what_is_too_large_or_not_encoded(box: Platform) -> None:
    target = browser(box)
    base = {**headers(box.url), "TTL": "60", "Content-Encoding": "aes128gcm"}
    large = requests.post(target["endpoint"], data=b"x" * 4097, headers=base, timeout=10)
    assert large.status_code == 413
    plain = {**base, "Content-Encoding": "identity"}
    assert (
        requests.post(target["endpoint"], data=b"x", headers=plain, timeout=10).status_code == 415
    )


def test_a_browser_can_be_gone(box: Platform) -> None:
    target = browser(box)
    unknown = {**target, "endpoint": f"{box.url}/push/nobody"}
    assert push(box, unknown).status_code == 404
    box.control("DELETE", f"outbox/browsers/{target['endpoint'].rpartition('/')[2]}")
    assert push(box, target).status_code == 410


def test_a_fault_lets_one_be_gone_for_good(box: Platform) -> None:
    target, other = browser(box), browser(box)
    fault = {"operation": "push", "mode": "gone", "to": target["endpoint"], "count": 1}
    box.control("POST", "faults", fault)
    assert push(box, other).status_code == 201
    assert push(box, target).status_code == 410
    assert push(box, target).status_code == 410


def test_it_can_take_a_push_and_lose_the_answer(box: Platform) -> None:
    target = browser(box)
    box.control("POST", "faults", {"operation": "push", "mode": "cut_after_commit", "count": 1})
    with pytest.raises(requests.ConnectionError):
        push(box, target, Topic="dlv_9")
    assert push(box, target, Topic="dlv_9").status_code == 201
    (message,) = shown(box, target)
    assert len(message["receptions"]) == 2
