"""The log of a merchant's requests, and why each refused one was refused."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from sandbox import clock, ids
from sandbox.merchant_api import examining, keys, record
from sandbox.merchant_api.models import ApiRequest
from sandbox.people.models import Merchant
from tests.sandbox.merchant_api.shop import Sent, Shop, exchange, new_nonce, open_shop
from tests.sandbox.running import Platform

BODY = {"amount_minor": 6490, "currency": "EUR", "return_url": "https://shop.example/paid"}


def base_of(sent: Sent, origin: str) -> str:
    line = sent.header("Signature-Input").removeprefix("sig1=")
    uri = f"{origin}{sent.target}"
    return f'"@method": {sent.method}\n"@target-uri": {uri}\n"@signature-params": {line}'


def signed_over(shop: Shop, sent: Sent, text: str, secret: bytes = b"") -> Sent:
    value = hmac.digest(secret or shop.key.secret.encode(), text.encode(), "sha256")
    return sent.with_header("Signature", f"sig1=:{base64.b64encode(value).decode()}:")


def test_it_keeps_each_request(shop: Shop) -> None:
    shop.get("/balance")
    refused = shop.get("/balance", ago=90)
    made = shop.post("/payments", BODY, key="order-0000000000000001")
    shop.read("/payments?limit=3")
    shop.get("/nowhere")
    found = shop.read("/requests").body["data"]
    assert [
        (
            row["method"],
            row["target"].removeprefix("/merchant-api/v1"),
            row["status"],
            row["verdict"],
        )
        for row in found
    ] == [
        ("GET", "/nowhere", 404, "verified"),
        ("GET", "/payments?limit=3", 200, "bearer"),
        ("POST", "/payments", 422, "verified"),
        ("GET", "/balance", 401, "refused"),
        ("GET", "/balance", 200, "verified"),
    ]
    assert (found[2]["idempotency_key"], found[2]["code"]) == (
        "order-0000000000000001", "unknown_return_url",
    )  # fmt: skip
    assert found[2]["id"] == made.body["request_id"] == made.headers["X-Request-Id"]
    assert (found[3]["step"], found[3]["id"]) == ("time", refused.body["request_id"])
    assert all(row["key"] == shop.key.id and row["latency_ms"] < 30_000 for row in found)
    only = shop.read("/requests?verdict=refused").body["data"]
    assert [row["id"] for row in only] == [refused.body["request_id"]]
    for query, count in (
        ("http_status=422", 1),
        ("step=time", 1),
        ("idempotency_key=order-0000000000000001", 1),
        (f"key={shop.key.id}&http_status=404", 1),
        ("method=POST&limit=1", 1),
    ):
        assert len(shop.read(f"/requests?{query}").body["data"]) == count, query
    assert shop.read("/requests?http_status=ok").code == "bad_filter"


def test_nothing_secret_is_kept(shop: Shop) -> None:
    secret = {**BODY, "merchant_reference": f"sign_test_{'x' * 20}", "api_token": "tell-nobody"}
    sent = shop.signed("POST", "/payments", secret, idempotency_key=new_nonce())
    refused = shop.send(sent)
    by_token = shop.read("/balance")
    mistaken = requests.get(
        f"{shop.origin}/merchant-api/v1/balance?key={shop.key.secret}",
        headers={"Authorization": f"Bearer {shop.key.token}"},
        timeout=30,
    )
    signed = shop.get(f"/balance?key={shop.key.secret}")
    hook = f"whsec_{'y' * 20}+/="
    content = f'{{"{hook}", my{shop.key.secret}'.encode()
    broken = shop.send(
        shop.signed("POST", "/payments", content=content, idempotency_key=new_nonce())
    )
    kept = [
        shop.read(f"/requests/{number}").body
        for number in (
            refused.body["request_id"],
            by_token.headers["X-Request-Id"],
            mistaken.headers["X-Request-Id"],
            signed.headers["X-Request-Id"],
            broken.body["request_id"],
        )
    ]
    told = json.dumps(kept)
    for hidden in (
        shop.key.secret, shop.key.token, "x" * 20, "y" * 20, "tell-nobody",
        sent.header("Signature")[6:-1],
    ):  # fmt: skip
        assert hidden not in told
    assert kept[0]["request"]["headers"]["signature"] == "sig1=:(struck out):"
    assert kept[1]["request"]["headers"]["authorization"] == "Bearer (struck out)"
    assert json.loads(kept[0]["request"]["body"])["amount_minor"] == 6490


def test_it_shows_the_signature_base_that_it_computed(shop: Shop) -> None:
    sent = shop.signed("GET", "/payments?limit=5")
    answer = shop.send(signed_over(shop, sent, "something else"))
    assert answer.body["explained_at"].endswith(answer.body["request_id"])
    explained = shop.explained(answer)
    results = [step["result"] for step in explained[""]["steps"]]
    place = examining.STEPS.index("signature")
    assert results == ["passed"] * place + ["failed"] + ["not_reached"] * (len(results) - place - 1)
    assert explained["signature"]["expected"] == base_of(sent, shop.origin)
    assert explained[""]["signature_base"] == base_of(sent, shop.origin)
    assert explained[""]["hint"] == ""
    right = hmac.digest(shop.key.secret.encode(), base_of(sent, shop.origin).encode(), "sha256")
    assert base64.b64encode(right).decode() not in json.dumps(explained)


SLIPS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a newline at the end": ("newline at the end", lambda text: text + "\n"),
    "CR LF": ("CR LF", lambda text: text.replace("\n", "\r\n")),
    "the path alone": ("path only", lambda text: text.replace("http://127.0.0.1:", "", 1)),
    "no query": ("query out", lambda text: text.replace("?limit=5", "", 1)),
    "localhost": ("localhost", lambda text: text.replace("//127.0.0.1", "//localhost", 1)),
    "no quotation marks": (
        "without quotation marks",
        lambda text: text.replace('"@signature-params"', "@signature-params"),
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_it_knows_what_goes_wrong_most_often(shop: Shop, name: str) -> None:
    told, slip = SLIPS[name]
    sent = shop.signed("GET", "/payments?limit=5")
    text = base_of(sent, shop.origin)
    if name == "the path alone":
        text = text.replace(shop.origin, "", 1)
    answer = shop.send(signed_over(shop, sent, slip(text)))
    assert answer.code == "wrong_signature"
    assert told in shop.explained(answer)[""]["hint"]


def test_it_knows_a_decoded_secret(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance")
    tail = shop.key.secret.removeprefix("sign_test_")
    for secret, told in (
        (tail.encode(), "without its beginning"),
        (base64.urlsafe_b64decode(tail + "="), "decoded the secret"),
        (shop.key.secret.encode() + b"\n", "newline after it"),
    ):
        answer = shop.send(signed_over(shop, sent, base_of(sent, shop.origin), secret))
        assert told in shop.explained(answer)[""]["hint"]


def test_even_a_broken_request_is_explained_to_whose_key_it_names(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance")
    twice = sent.with_header("Signature-Input", sent.header("Signature-Input") + ";created=17")
    answer = shop.send(twice)
    step = shop.explained(answer)[answer.step]
    assert step["result"] == "failed"
    assert step["expected"]


def test_nobody_elses_request_can_be_read(shop: Shop, platform: Platform) -> None:
    answer, other = shop.get("/balance", ago=90), open_shop(platform)
    number = answer.body["request_id"]
    theirs = other.read(f"/requests/{number}")
    none = other.read("/requests/req_" + "0" * 32)
    assert (theirs.status, theirs.code) == (none.status, none.code) == (404, "unknown_request")
    assert number not in [row["id"] for row in other.read("/requests").body["data"]]


def test_a_request_of_nobody_is_answered_and_not_kept(platform: Platform) -> None:
    raw = f"GET /merchant-api/v1/balance HTTP/1.1\r\nHost: {platform.url[7:]}\r\n\r\n".encode()
    answer = exchange(platform.url, raw)
    assert (answer.status, answer.code) == (401, "signature_missing")
    assert "explained_at" not in answer.body


@pytest.mark.parametrize(
    "content",
    [
        b'{"amount_minor":1,"merchant_reference":"\\ud800"}',
        b'{"merchant_reference":"a\\u0000b"}',
        b"[" * 5000,
        b"[" * 900 + b"]" * 900,
        b"\xff\xfe",
        b"9" * 5000,
        b"NaN",
        b"{}{}",
        b'"\x00"',
    ],
    ids=[
        "half a pair", "NUL", "open lists", "deep lists", "no UTF-8", "a long number", "NaN",
        "two", "a raw NUL",
    ],
)  # fmt: skip
def test_whatever_a_body_holds_can_be_kept_and_shown(shop: Shop, content: bytes) -> None:
    sent = shop.signed("POST", "/payments", content=content, idempotency_key=new_nonce())
    answer = shop.send(sent)
    assert answer.status == 400, answer.body
    assert shop.read(f"/requests/{answer.body['request_id']}").status == 200


def test_what_is_kept_has_an_end(shop: Shop) -> None:
    long = {**BODY, "merchant_reference": "x" * 20_000}
    answer = shop.post("/payments", long)
    kept = shop.read(f"/requests/{answer.body['request_id']}").body
    assert len(kept["request"]["body"]) <= record.LONGEST_BODY


@pytest.mark.django_db
def test_the_log_is_swept_by_age_and_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEPT_ROWS", 5)
    merchant = Merchant.objects.create(public_id="mer_a", name="A", legal_name="A Ltd")
    key, now = keys.make(merchant, name="Till", scope="read").key, clock.now()
    ages = [timedelta(days=31), timedelta(days=30, seconds=1)]
    ages += [timedelta(days=number) for number in range(7)]
    for age in ages:
        ApiRequest.objects.create(
            id=ids.uuid7(now - age), merchant=merchant, key=key, at=now - age, method="GET",
            target="/", status=200, latency_ms=1, verdict="bearer", request="{}", response="",
            steps="{}",
        )  # fmt: skip
    assert record.sweep(now) == 4
    assert sorted(now - row.at for row in ApiRequest.objects.all()) == ages[2:7]
    assert record.sweep(now) == 0


def test_too_many_are_refused_early_and_others_notice_nothing(platform: Platform) -> None:
    busy, calm = open_shop(platform, rate=5, burst=10), open_shop(platform)
    answers = [busy.get("/balance") for _ in range(60)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) > 20
    assert all(1 <= int(answer.headers["Retry-After"]) <= 2 for answer in refused)
    assert {(answer.code, answer.step) for answer in refused} == {("too_many_requests", "rate")}
    assert calm.get("/balance").status == 200
    until = time.monotonic() + 20
    while busy.get("/balance").status == 429:
        assert time.monotonic() < until
        time.sleep(0.3)
    reader = busy.new_key("read")
    # How often is added to a second's row when the second is over.
    told = too_many(busy, reader.token)
    while sum(row["times"] for row in told) < len(refused):
        assert time.monotonic() < until
        time.sleep(0.3)
        told = too_many(busy, reader.token)
    assert len(told) < len(refused)
    explained = busy.read(f"/requests/{told[-1]['id']}", reader.token).body
    assert {step["result"] for step in explained["steps"]} >= {"failed"}


def too_many(shop: Shop, token: str) -> list[dict[str, Any]]:
    rows = shop.read("/requests?limit=100&verdict=refused", token).body["data"]
    return [row for row in rows if row["step"] == "rate"]


def test_broken_requests_cost_tokens_too(platform: Platform) -> None:
    """Or who knows a key's id could fill its merchant's log."""
    shop = open_shop(platform, rate=1, burst=5)
    broken = [shop.signed("GET", "/%62alance") for _ in range(12)]
    answers = [shop.send(sent).code for sent in broken]
    assert answers[:5] == ["bad_target"] * 5
    assert set(answers[7:]) == {"too_many_requests"}
