"""Whatever is sent, the answer is a problem with a 4xx and nothing is done."""

import json

import pytest

from tests.sandbox.running import TOKEN, Platform, in_seconds, new_key

DEEP = "[" * 30_000
GOOD = {"expected_version": 1, "reason": "other"}
BODIES = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"null", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'"text"', "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (DEEP.encode(), "application/json", 400),
    (b'{"expected_version": NaN}', "application/json", 400),
    (b'{"expected_version": ' + b"9" * 6000 + b"}", "application/json", 400),
    (json.dumps({**GOOD, "expected_version": 2**80}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "expected_version": "1"}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "expected_version": True}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "expected_version": 1.0}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "reason": "because"}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "note": "x" * 10_240}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "note": "a\0b"}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "note": "\ud800"}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "colour": "red"}).encode(), "application/json", 400),
    (json.dumps({**GOOD, "\ud800": "red"}).encode(), "application/json", 400),
    (json.dumps(GOOD).encode(), "text/plain", 415),
    (json.dumps(GOOD).encode(), "multipart/form-data; boundary=x", 415),
    (json.dumps({**GOOD, "note": "x" * 70_000}).encode(), "application/json", 413),
    (b"x" * 300_000, "application/json", 413),
]


@pytest.mark.parametrize(("body", "kind", "status"), BODIES)
def test_it_refuses_a_malformed_body(
    platform: Platform, body: bytes, kind: str, status: int
) -> None:
    sub = platform.person()
    row = platform.transaction(sub)
    headers = {
        "Content-Type": kind,
        "Idempotency-Key": new_key(),
        "Request-Deadline": in_seconds(20),
    }
    for resource in ("cancellations", "confirmations", "refund-requests"):
        answer = platform.session.post(
            f"{platform.url}/transaction-service/v1/users/{sub}/transactions/{row['id']}/{resource}",
            data=body,
            headers=headers,
        )
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert platform.effects(sub) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Idempotency-Key": None},
        {"Idempotency-Key": "short"},
        {"Idempotency-Key": "x" * 129},
        {"Idempotency-Key": "with spaces in the key"},
        {"Idempotency-Key": "größer-als-sechzehn".encode()},
        {"Request-Deadline": None},
        {"Request-Deadline": "soon"},
        {"Request-Deadline": "2999-01-01T00:00:00Z"},
        {"Request-Deadline": "2026-01-01T00:00:00"},
        {"Request-Deadline": "9999-12-31T23:59:59-23:59"},
    ],
)
def test_it_refuses_malformed_headers(platform: Platform, headers: dict[str, object]) -> None:
    sub = platform.person()
    row = platform.transaction(sub)
    good = {"Idempotency-Key": new_key(), "Request-Deadline": in_seconds(20)}
    answer = platform.session.post(
        f"{platform.url}/transaction-service/v1/users/{sub}/transactions/{row['id']}/cancellations",
        json={"expected_version": row["version"], "reason": "other"},
        headers={**good, **headers},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")
    assert platform.effects(sub) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "FROB"])
def test_it_refuses_other_methods(platform: Platform, method: str) -> None:
    sub = platform.person()
    base = f"{platform.url}/transaction-service/v1/users/{sub}"
    for path in ("accounts", "transactions", "transactions/txn_1/cancellations"):
        answer = platform.session.request(method, f"{base}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["Allow"] in {"GET", "POST"}


def test_addresses_that_never_were_are_problems(platform: Platform) -> None:
    for path in ("", "v1", "v1/users", "v2/users/x/accounts", "v1/users/x/accounts/%00"):
        answer = platform.session.get(f"{platform.url}/transaction-service/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_a_token_nothing_is_said_about_the_address(platform: Platform) -> None:
    url = f"{platform.url}/transaction-service/v1/users/usr_x/transactions/txn_1/cancellations"
    answer = platform.session.post(url, data=b"{", headers={"Authorization": f"Bearer x{TOKEN}"})
    assert answer.status_code == 401
