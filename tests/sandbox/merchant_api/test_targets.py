"""What a signature holds together: method, address, body and idempotency key."""

import re
import socket
from dataclasses import replace

import pytest

from tests.sandbox.merchant_api.shop import (
    ROOT,
    Answer,
    Sent,
    Shop,
    digest,
    new_nonce,
    spelled,
)

BODY = {"amount_minor": 6490, "currency": "EUR", "return_url": "https://shop.example/paid"}


def refused(answer: Answer) -> tuple[int, str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, answer.step, answer.code


def order(shop: Shop) -> Sent:
    return shop.signed("POST", "/payments", BODY, idempotency_key=new_nonce())


TARGETS = {
    "an escaped letter": "/%62alance",
    "an escaped dot": "/%2e/balance",
    "a dot": "/./balance",
    "two dots": "/payments/../balance",
    "escaped dots": "/payments/%2e%2e/balance",
    "two slashes": "//balance",
    "a slash at the end": "/balance/",
    "a semicolon": "/balance;a=1",
    "an escaped slash": "/payments%2fbalance",
    "a backslash": "/payments\\balance",
    "a fragment": "/balance#top",
    "an empty query": "/balance?",
    "a parameter twice": "/payments?limit=1&limit=2",
    "an escaped name": "/payments?limit=1&%6Cimit=2",
    "small hex digits": "/payments?merchant_reference=a%2fb",
    "half an escape": "/payments?merchant_reference=a%2",
    "a semicolon in the query": "/payments?limit=1;limit=2",
    "a letter beyond ASCII": "/payments?merchant_reference=ä",
    "two question marks and nothing": "/payments?limit=1&&",
}


@pytest.mark.parametrize("name", TARGETS)
def test_no_target_can_be_read_in_two_ways(shop: Shop, name: str) -> None:
    sent = shop.signed("GET", TARGETS[name])
    answer = shop.send(sent)
    # Some are refused by the server itself, before there is anything to explain.
    assert answer.status == 400
    assert answer.code in {"bad_target", ""}, answer.body


def test_an_absolute_target_is_refused(shop: Shop) -> None:
    sent = replace(shop.signed("GET", "/balance"), target=f"{shop.origin}{ROOT}/balance")
    assert refused(shop.send(sent)) == (400, "target", "bad_target")


def test_path_and_query_are_signed(shop: Shop) -> None:
    sent = shop.signed("GET", "/payments?limit=5&status=completed")
    for other in (
        f"{ROOT}/payments?limit=5",
        f"{ROOT}/payments",
        f"{ROOT}/payments?status=completed&limit=5",
        f"{ROOT}/payments?limit=50&status=completed",
        f"{ROOT}/payments?limit=5&status=complete%64",
        f"{ROOT}/requests?limit=5&status=completed",
        f"{ROOT}/balance",
    ):
        assert refused(shop.send(replace(sent, target=other)))[1:] == (
            "signature", "wrong_signature",
        )  # fmt: skip
    assert shop.send(sent).status == 200


def test_the_method_is_signed(shop: Shop) -> None:
    sent = shop.signed("GET", "/payments")
    for method in ("POST", "DELETE", "PUT", "HEAD"):
        assert shop.send(replace(sent, method=method)).status == 401
    assert shop.send(sent).status == 200


def test_what_was_signed_for_elsewhere_is_worth_nothing_here(shop: Shop) -> None:
    answer = shop.get("/balance", origin="https://live.example")
    assert refused(answer) == (401, "signature", "wrong_signature")
    sent = shop.signed("GET", "/balance")
    port = shop.origin.rsplit(":", 1)[1]
    for host in ("127.0.0.1", f"localhost:{port}", f"127.0.0.1:{int(port) + 1}"):
        assert refused(shop.send(sent.with_header("Host", host))) == (421, "target", "misdirected")
    assert shop.send(sent).status == 200


def test_the_body_is_the_one_that_was_signed(shop: Shop) -> None:
    sent = order(shop)
    for content in (
        spelled({**BODY, "amount_minor": 6491}),
        spelled(BODY)[:-1] + b" ",
        spelled(dict(reversed(BODY.items()))),
    ):
        assert refused(shop.send(replace(sent, content=content))) == (
            401, "digest", "wrong_digest",
        )  # fmt: skip
        as_told = replace(sent, content=content).with_header("Content-Digest", digest(content))
        assert refused(shop.send(as_told)) == (401, "signature", "wrong_signature")
    assert refused(shop.send(sent.with_header("Content-Type", "text/plain")))[1] == "signature"
    assert shop.send(sent).code == "unknown_return_url"


@pytest.mark.parametrize(
    "line",
    [
        "sha-256=:AAAA:",
        "md5=:" + "A" * 43 + "=:",
        "sha-256=:" + "A" * 43 + "=:, sha-512=:" + "A" * 86 + "==:",
        "SHA-256=:" + "A" * 43 + "=:",
        "sha-256=" + "A" * 43,
    ],
)
def test_a_digest_has_one_spelling(shop: Shop, line: str) -> None:
    content = spelled(BODY)
    sent = shop.signed("POST", "/payments", content=content, idempotency_key=new_nonce())
    answer = shop.send(sent.with_header("Content-Digest", line))
    assert refused(answer) == (401, "digest", "bad_digest")


def test_no_body_no_digest(shop: Shop) -> None:
    sent = shop.signed("GET", "/balance").also("Content-Digest", digest(b""))
    assert refused(shop.send(sent)) == (401, "digest", "digest_without_body")


def test_a_body_is_whole(shop: Shop) -> None:
    sent = order(shop)
    longer = sent.with_header("Content-Length", str(len(sent.content) + 700))
    assert refused(shop.send(longer)) == (400, "digest", "body_incomplete")
    assert shop.send(sent).code == "unknown_return_url"


def test_another_key_of_the_idempotency_is_another_request(shop: Shop) -> None:
    sent = order(shop)
    assert refused(shop.send(sent.with_header("Idempotency-Key", new_nonce())))[1] == "signature"
    assert refused(shop.send(sent.without("Idempotency-Key")))[1] == "components"


def test_a_body_comes_in_one_piece(shop: Shop) -> None:
    sent = order(shop)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent.content), sent.content)
    in_chunks = replace(
        sent.without("Content-Length").also("Transfer-Encoding", "chunked"), content=chunks
    )
    assert refused(shop.send(in_chunks)) == (411, "target", "length_required")
    both = replace(sent.also("Transfer-Encoding", "chunked"), content=chunks)
    assert shop.send(both).status == 400
    assert shop.send(sent).code == "unknown_return_url"


def test_a_second_request_on_the_same_connection_is_examined_by_itself(shop: Shop) -> None:
    good, bad = shop.signed("GET", "/balance"), shop.signed("GET", "/balance", ago=90)
    for first, second, statuses in ((good, good, [200, 401]), (bad, good, [401, 401])):
        raw = first.raw + second.raw
        with socket.create_connection(("127.0.0.1", port_of(shop)), timeout=30) as wire:
            wire.sendall(raw)
            wire.shutdown(socket.SHUT_WR)
            got = b""
            while part := wire.recv(65_536):
                got += part
        assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", got)] == statuses


def port_of(shop: Shop) -> int:
    return int(shop.origin.rsplit(":", 1)[1])
