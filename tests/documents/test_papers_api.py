"""Receipts, verification, statements and shares as JSON: the same as on the pages."""

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from django.test import Client

from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
KEY = {"Idempotency-Key": "a-key-of-this-share"}


def paid(control: Control, person: Person) -> str:
    made = control.add_transaction(person, status="completed", merchant="Nordlicht Books")
    return str(made["id"])


def post(client: Client, path: str, body: object, **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_receipt_is_a_pdf_and_its_code_verifies(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    base = f"/api/v1/transactions/{paid(control, alice)}"
    assert owner.get(f"{base}/verification-code").status_code == 404
    answer = owner.get(f"{base}/receipt")
    assert answer["Content-Type"] == "application/pdf"
    code = owner.get(f"{base}/verification-code").json()
    assert code["code"] in pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    told = client.get(f"/api/v1/verifications/{code['code']}")
    assert told.status_code == 200
    assert told["X-Robots-Tag"]
    body = told.json()
    assert body["matches"]
    assert body["now"]["amount_minor"] == 6490
    assert "Nordlicht" not in told.text
    assert alice.sub not in told.text
    new = post(owner, f"{base}/verification-codes", {"instead_of": code["code"]})
    assert new.status_code == 201
    again = post(owner, f"{base}/verification-codes", {"instead_of": code["code"]})
    assert again.json()["code"] == new.json()["code"] != code["code"]
    assert client.get(f"/api/v1/verifications/{code['code']}").status_code == 404


def test_what_can_not_be_checked_carries_what_was_printed(
    signed_in: SignedIn, control: Control, alice: Person, client: Client
):
    owner, _ = signed_in(alice)
    txn = paid(control, alice)
    owner.get(f"/api/v1/transactions/{txn}/receipt")
    code = owner.get(f"/api/v1/transactions/{txn}/verification-code").json()["code"]
    control.fault("detail", "error", sub=alice.sub)
    answer = client.get(f"/api/v1/verifications/{code}")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["printed"][0]["state"] == "completed"


@pytest.mark.parametrize("code", ["x", "x" * 199, "%F0%9F%9A%B2", "R7KM20TQ9F4X8B3N"])
def test_an_unknown_code_is_a_problem(db: None, client: Client, code: str):
    answer = client.get(f"/api/v1/verifications/{code}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_receipt"


def test_shares_are_made_listed_and_ended(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, client: Client
):
    owner, _ = signed_in(alice)
    base = f"/api/v1/transactions/{paid(control, alice)}/shares"
    body = {"shown": ["amount"], "days": 1}
    made = post(owner, base, body, **KEY)
    assert made.status_code == 201, made.text
    share = made.json()
    assert post(owner, base, body, **KEY).json() == share
    other = post(owner, base, {"days": 30}, **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    path = "/shared/" + share["address"].partition("/shared/")[2]
    assert "64.90" in client.get(path).text
    assert owner.get("/api/v1/shares").json()["data"][0]["views"] == 1
    stranger, _ = signed_in(bob)
    address = f"/api/v1/shares/{share['id']}"
    assert stranger.get(address).status_code == 404
    assert post(stranger, f"{address}/revocations", {}).status_code == 404
    for _ in range(2):
        ended = post(owner, f"{address}/revocations", {})
        assert ended.status_code == 200
        assert ended.json()["open"] is False
        assert ended.json()["address"] is None
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"shown": []}, {"shown": ["balance"]}, {"days": 365}, {"days": 0}, {"shown": "amount"}],
)
def test_what_can_not_be_shared_is_refused(
    signed_in: SignedIn, control: Control, alice: Person, body: object
):
    owner, _ = signed_in(alice)
    answer = post(owner, f"/api/v1/transactions/{paid(control, alice)}/shares", body, **KEY)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_a_statement_is_json_and_pdf(signed_in: SignedIn, control: Control, alice: Person):
    owner, _ = signed_in(alice)
    paid(control, alice)
    account = owner.get("/api/v1/accounts").json()["data"][0]["id"]
    base = f"/api/v1/accounts/{account}/statements"
    month = owner.get(base).json()["data"][0]["month"]
    told = owner.get(f"{base}/{month}").json()
    assert told["out_minor"] == 6490
    assert owner.get(f"{base}/{month}/file")["Content-Type"] == "application/pdf"
    assert owner.get(f"{base}/2026-13").status_code == 422
    assert owner.get(f"{base}/9999-12").status_code == 404
