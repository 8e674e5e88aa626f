"""What a signature must be like, and what is refused, where and why."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from tests.sandbox.merchant_api.shop import (
    ROOT,
    Answer,
    Sent,
    Shop,
    exchange,
    new_nonce,
    open_shop,
)
from tests.sandbox.running import Platform

BODY = {"amount_minor": 6490, "currency": "EUR", "return_url": "https://shop.example/paid"}


def refused(answer: Answer) -> tuple[int, str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, answer.step, answer.code


# A second opinion: a library that shares no code with ours signs, and we take it.


class Resolver(HTTPSignatureKeyResolver):  # type: ignore[misc]
    def __init__(self, key: object) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> object:
        return self.key


@pytest.mark.parametrize("ed25519", [False, True], ids=["hmac-sha256", "ed25519"])
def test_it_takes_what_another_implementation_signs(platform: Platform, ed25519: bool) -> None:
    shop = open_shop(platform, ed25519=ed25519)
    algorithm = algorithms.ED25519 if ed25519 else algorithms.HMAC_SHA256
    key: Ed25519PrivateKey | bytes = shop.key.private or shop.key.secret.encode()
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Resolver(key))
    for method, path, body in (("GET", "/payments?limit=5", None), ("POST", "/payments", BODY)):
        headers = {"Idempotency-Key": new_nonce()} if body else {}
        request = requests.Request(method, f"{shop.origin}{ROOT}{path}", headers, json=body)
        prepared = request.prepare()
        covered = ["@method", "@target-uri"]
        content = prepared.body
        if body:
            covered += ["content-type", "content-digest", "idempotency-key"]
        now = datetime.now(UTC)
        signer.sign(
            prepared, key_id=shop.key.id, created=now, expires=now + timedelta(seconds=30),
            nonce=new_nonce(), label="sig1", covered_component_ids=covered,
            body=content if isinstance(content, bytes) else None,
        )  # fmt: skip
        answer = requests.Session().send(prepared, timeout=30)
        # The signature is good: what is wrong with the wish is said by the payments.
        assert answer.status_code == (422 if body else 200), answer.text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ago": 60}, "signature_expired"),
        ({"ago": 61}, "signature_expired"),
        ({"ago": 3600}, "signature_expired"),
        ({"ago": -30}, "created_in_future"),
        ({"ago": -3600}, "created_in_future"),
        ({"span": 61}, "bad_lifetime"),
        ({"span": 0}, "bad_lifetime"),
        ({"span": -10}, "bad_lifetime"),
        ({"ago": 100, "span": 160}, "bad_lifetime"),
    ],
)
def test_it_takes_signatures_of_this_minute_only(
    shop: Shop, changed: dict[str, int], code: str
) -> None:
    assert refused(shop.get("/balance", **changed)) == (401, "time", code)


@pytest.mark.parametrize("ago", [-3, 0, 30, 55])
def test_clocks_may_differ_a_little(shop: Shop, ago: int) -> None:
    assert shop.get("/balance", ago=ago).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "short"},
        {"nonce": "n" * 89},
        {"nonce": "sixteen!letters-or-more"},
        {"created": "1700000000"},
        {"created": 17},
        {"expires": None},
        {"alg": "rsa-pss-sha512"},
        {"alg": None},
        {"keyid": None},
        {"tag": "shop"},
        {"keyid": 12},
    ],
    ids=str,
)
def test_each_parameter_is_there_once_and_as_it_should_be(
    shop: Shop, changed: dict[str, object]
) -> None:
    assert refused(shop.get("/balance", **changed)) == (401, "parameters", "bad_parameters")


@pytest.mark.parametrize(
    "components",
    [
        ("@target-uri", "@method"),
        ("@method",),
        ("@method", "@target-uri", "host"),
        ("@method", "@target-uri", "@method"),
        ("@method", "@authority", "@path"),
        ("@method", "@target-uri", "content-digest"),
    ],
)
def test_just_these_components_are_signed(shop: Shop, components: tuple[str, ...]) -> None:
    answer = shop.get("/balance", components=components)
    assert refused(answer) == (401, "components", "wrong_components")


@pytest.mark.parametrize(
    "left_out", ["content-type", "content-digest", "idempotency-key", "@method", "@target-uri"]
)
def test_a_write_signs_all_of_it(shop: Shop, left_out: str) -> None:
    every = ("@method", "@target-uri", "content-type", "content-digest", "idempotency-key")
    rest = tuple(name for name in every if name != left_out)
    answer = shop.post("/payments", BODY, components=rest)
    assert refused(answer) == (401, "components", "wrong_components")


def input_as(change: Callable[[str], str]) -> Callable[[Sent], Sent]:
    return lambda sent: sent.with_header("Signature-Input", change(sent.header("Signature-Input")))


def signature_as(change: Callable[[str], str]) -> Callable[[Sent], Sent]:
    return lambda sent: sent.with_header("Signature", change(sent.header("Signature")))


SPELLINGS: dict[str, Callable[[Sent], Sent]] = {
    "two labels": input_as(lambda line: f"{line}, sig2={line.removeprefix('sig1=')}"),
    "the same twice": input_as(lambda line: f"{line}, {line}"),
    "another label": lambda sent: Sent(
        sent.method, sent.target,
        tuple((name, value.replace("sig1=", "sig2=", 1)) for name, value in sent.headers),
        sent.content,
    ),
    "a parameter twice": input_as(lambda line: line + ";created=1700000000"),
    "blanks in the list": input_as(lambda line: line.replace('("', '( "')),
    "two blanks": input_as(lambda line: line.replace('" "', '"  "')),
    "a tab": input_as(lambda line: line.replace('" "', '"\t"')),
    "a blank before a parameter": input_as(lambda line: line.replace(";created", "; created")),
    "a leading zero": input_as(lambda line: line.replace("created=", "created=0")),
    "a decimal": input_as(lambda line: line.replace(";expires", ".0;expires")),
    "a capital": input_as(lambda line: line.replace("@method", "@Method")),
    "a component's parameter": input_as(lambda line: line.replace('"@method"', '"@method";req')),
    "an escape": input_as(lambda line: line.replace('nonce="', 'nonce="\\"')),
    "a line end": input_as(lambda line: line + "\x0b"),
    "beyond ASCII": input_as(lambda line: line.replace('nonce="', 'nonce="ä')),
    "too long": input_as(lambda line: line.replace(")", ' "host"' * 300 + ")")),
    "no list": input_as(lambda line: "sig1" + line[line.index(";") :]),
    "nothing": input_as(lambda line: ""),
    "two header lines": lambda sent: sent.also("Signature", sent.header("Signature")),
    "two input lines": lambda sent: sent.also("Signature-Input", sent.header("Signature-Input")),
    "no signature": lambda sent: sent.without("Signature"),
    "no input": lambda sent: sent.without("Signature-Input"),
    "neither": lambda sent: sent.without("Signature", "Signature-Input"),
    "an empty signature": signature_as(lambda line: "sig1=::"),
    "no colons": signature_as(lambda line: line.replace(":", "")),
    "a signature's parameter": signature_as(lambda line: line + ";a=1"),
    "base64 of addresses": signature_as(lambda line: "sig1=:" + "-_" * 21 + "-=:"),
    "no padding": signature_as(lambda line: line.replace("=:", ":").replace("sig1:", "sig1=:")),
    "a blank in it": signature_as(lambda line: line.replace("=:", "=: ", 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_there_is_one_spelling(shop: Shop, name: str) -> None:
    sent = shop.signed("GET", "/balance")
    answer = shop.send(SPELLINGS[name](sent))
    if name == "a line end":
        assert answer.status == 400  # the server's own refusal: no such octet in a field
    else:
        assert refused(answer)[1] in {"headers", "parameters"}
    assert shop.send(sent).status == 200


def test_the_last_letter_of_a_signature_has_one_spelling(shop: Shop) -> None:
    """32 bytes leave two bits of their last letter unused: lenient readers take four letters."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    sent = shop.signed("GET", "/balance")
    line = sent.header("Signature")
    place = letters.index(line[-3])
    for other in range(1, 4):
        twin = line[:-3] + letters[place ^ other] + line[-2:]
        assert base64.b64decode(twin[6:-1]) == base64.b64decode(line[6:-1])
        assert refused(shop.send(sent.with_header("Signature", twin)))[:2] == (401, "headers")
    assert shop.send(sent).status == 200


def test_header_lines_are_not_folded(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance")
    folded = sent.with_header("Signature", sent.header("Signature").replace("=:", "=\r\n :", 1))
    assert shop.send(folded).status == 400
    assert shop.send(sent).status == 200


def test_either_a_signature_or_a_token(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance").also("Authorization", f"Bearer {shop.key.token}")
    assert refused(shop.send(sent)) == (400, "headers", "two_credentials")


def test_too_large_a_body_is_not_examined(shop: Shop) -> None:
    answer = shop.post("/payments", {**BODY, "merchant_reference": "x" * 70_000})
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_refusal_tells_our_time(shop: Shop) -> None:
    answer = shop.get("/balance", ago=120)
    step = shop.explained(answer)["time"]
    ours = float(step["expected"].rsplit(": ", 1)[1])
    assert abs(ours - time.time()) < 30
    assert str(int(ours)) in answer.body["detail"]
    assert step["received"].startswith("created=")
    assert json.dumps(answer.body).count(shop.key.id) == 0


def test_a_broken_request_line_is_the_servers_to_refuse(shop: Shop) -> None:
    raw = shop.signed("GET", "/balance").raw.replace(b"GET ", b"get ", 1)
    assert exchange(shop.platform.url, raw).status in {400, 401}
