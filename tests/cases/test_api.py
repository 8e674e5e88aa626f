"""Putting right by the JSON API: the same rules, refusals and effects as on the pages."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from selfcare.web.api import api
from tests.cases.conftest import SignedIn, png
from tests.support.control import Control, Person

KEY = "key-for-the-cases-0001"


def post(client: Client, path: str, body: Any, *, key: str = KEY) -> Any:
    return client.post(
        f"/api/v1/{path}",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def problem_of(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    return told


def claim(txn: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "expected_version": txn["version"],
        "amount_minor": 2000,
        "currency": "EUR",
        "reason": "not_received",
        **more,
    }


def opened(client: Client, control: Control, alice: Person, txn: dict[str, Any]) -> str:
    made = post(client, f"transactions/{txn['id']}/refund-requests", claim(txn))
    assert made.status_code == 201, made.content
    return str(control.cases(alice)[0]["id"])


@pytest.mark.parametrize(
    ("resource", "more"),
    [
        ("refund-requests", {"amount_minor": 100, "currency": "EUR", "reason": "other"}),
        ("disputes", {"amount_minor": 100, "currency": "EUR", "reason": "duplicate"}),
        ("fraud-reports", {"reason": "not_me"}),
        ("inquiries", {"message": "When does it come?"}),
    ],
)
def test_it_opens_each_kind_once(
    client: Client,
    control: Control,
    alice: Person,
    paid: dict[str, Any],
    resource: str,
    more: dict[str, Any],
) -> None:
    body = {**more} if resource == "inquiries" else {"expected_version": paid["version"], **more}
    path = f"transactions/{paid['id']}/{resource}"
    first, again = post(client, path, body), post(client, path, body)
    assert first.status_code == again.status_code == 201, first.content
    assert first.json() == again.json()
    assert len(control.cases(alice)) == 1
    other = {**body, "message": "Something else."}
    assert problem_of(post(client, path, other), 422)["code"] == "idempotency_key_reused"


def test_it_recalls_a_transfer(client: Client, control: Control, alice: Person) -> None:
    made = control.add_transaction(
        alice, kind="transfer", status="completed", counterparty_name="Jonas Weber"
    )
    body = {"expected_version": made["version"], "reason": "wrong_payee"}
    assert post(client, f"transactions/{made['id']}/recalls", body).status_code == 201
    assert control.cases(alice)[0]["kind"] == "recall"


def test_a_refusal_has_the_services_code(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    path = f"transactions/{paid['id']}/disputes"
    too_much = post(client, path, claim(paid, amount_minor=999_999))
    assert problem_of(too_much, 422)["code"] == "amount_exceeds_refundable"
    stale = post(client, path, claim(paid, expected_version=1), key="key-of-a-stale-caller")
    assert problem_of(stale, 409)["code"] == "version_conflict"
    assert control.cases(alice) == []


def test_triage_asks_and_answers_as_the_pages_do(client: Client, paid: dict[str, Any]) -> None:
    path = f"/api/v1/transactions/{paid['id']}/triage"
    first = client.get(path).json()
    assert first["question"]["name"] == "what"
    assert first["best"] is None
    end = client.get(path, {"what": "goods", "goods": "never", "asked": "no"}).json()
    assert end["question"] is None
    assert end["best"]["action"] == "request_refund"
    assert end["best"]["until"]
    assert end["suggested_reason"] == "not_received"
    assert any(not way["allowed"] and way["refusal"] for way in end["others"])


def test_the_rules_are_told_as_data(client: Client) -> None:
    told = client.get("/api/v1/triage-rules").json()
    assert told["questions"][told["first"]]["answers"]


def test_a_file_goes_from_evidence_into_a_case_and_back(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    file = png("frame.png")
    content = file.read()
    file.seek(0)
    stored = client.post("/api/v1/evidence", {"file": file})
    assert stored.status_code == 201, stored.content
    piece = stored.json()
    assert piece["media_type"] == "image/png"
    named = [{"sha256": piece["sha256"], "name": piece["name"]}]
    post(client, f"transactions/{paid['id']}/disputes", claim(paid, evidence=named))
    (case,) = client.get("/api/v1/cases").json()["data"]
    address = f"/api/v1/cases/{case['id']}/evidence/{piece['sha256']}"
    answer = client.get(address)
    assert answer.content == content
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ["a.png\n", "../../page.html", "in\u202egnp.exe", "a\rb: c.png", "/"]
)
def test_a_file_is_handed_out_under_a_harmless_name(
    client: Client, control: Control, alice: Person, paid: dict[str, Any], name: str
) -> None:
    piece = client.post("/api/v1/evidence", {"file": png("frame.png")}).json()
    named = [{"sha256": piece["sha256"], "name": name}]
    made = post(client, f"transactions/{paid['id']}/disputes", claim(paid, evidence=named))
    assert made.status_code == 201, made.content
    (case,) = control.cases(alice)
    assert not set(case["evidence"][0]["name"]) & set("/\n\r\u202e")
    answer = client.get(f"/api/v1/cases/{case['id']}/evidence/{piece['sha256']}")
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="[^"]+\.png"', answer["Content-Disposition"])


def test_a_file_that_lies_is_a_problem(client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    lie = SimpleUploadedFile("page.png", b"<html>")
    told = problem_of(client.post("/api/v1/evidence", {"file": lie}), 422)
    assert told["code"] == "file_type"
    big = SimpleUploadedFile("big.png", b"\x89PNG\r\n\x1a\n" + b"0" * 10_000_001)
    assert problem_of(client.post("/api/v1/evidence", {"file": big}), 413)
    assert problem_of(client.post("/api/v1/evidence", {"x": "y"}), 422)


def test_it_lists_shows_writes_and_withdraws(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    case_id = opened(client, control, alice, paid)
    page = client.get("/api/v1/cases", {"state": "open", "limit": 1}).json()
    assert [case["id"] for case in page["data"]] == [case_id]
    body = {"text": "Any news?"}
    for _ in range(2):
        said = post(client, f"cases/{case_id}/messages", body, key="key-of-a-message-1")
        assert said.status_code == 201, said.content
    one = client.get(f"/api/v1/cases/{case_id}").json()
    assert [message["text"] for message in one["messages"]] == ["Any news?"]
    assert {a["action"] for a in one["allowed_actions"]} >= {"message", "withdraw", "escalate"}
    nothing = post(client, f"cases/{case_id}/messages", {"text": " "}, key="key-of-a-message-2")
    assert problem_of(nothing, 422)
    gone = post(client, f"cases/{case_id}/withdrawals", {}, key="key-of-a-withdrawal")
    assert gone.status_code == 201
    again = post(client, f"cases/{case_id}/withdrawals", {}, key="key-of-a-withdrawal-2")
    assert problem_of(again, 409)["code"] == "action_not_allowed"


def test_it_escalates_a_declined_request(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    case_id = opened(client, control, alice, paid)
    body = {"reason": "not_received", "message": "It never came."}
    early = post(client, f"cases/{case_id}/escalations", body, key="key-of-one-too-early")
    assert problem_of(early, 409)["code"] == "action_not_allowed"
    control.answer_case(case_id, "decline", text="No.")
    made = post(client, f"cases/{case_id}/escalations", body, key="key-of-an-escalation")
    assert made.status_code == 201, made.content
    assert {case["kind"] for case in control.cases(alice)} == {"refund_request", "dispute"}


def test_another_persons_cases_are_not_there(
    client: Client, signed_in: SignedIn, control: Control, alice: Person, bob: Person,
    paid: dict[str, Any],
) -> None:  # fmt: skip
    case_id = opened(client, control, alice, paid)
    his, _ = signed_in(bob)
    problem_of(his.get(f"/api/v1/cases/{case_id}"), 404)
    problem_of(post(his, f"cases/{case_id}/messages", {"text": "x"}), 404)
    problem_of(his.get(f"/api/v1/cases/{case_id}/evidence/{'0' * 64}"), 404)
    assert his.get("/api/v1/cases").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("cases?cursor=nonsense", 400),
        ("cases?state=odd", 422),
        ("cases?limit=0", 422),
        ("cases?transaction_id=..%2f", 422),
        ("cases/x", 422),
        ("cases/rfr_00000000000000000000000000000000", 404),
    ],
)
def test_nonsense_is_a_problem(client: Client, path: str, status: int) -> None:
    problem_of(client.get(f"/api/v1/{path}"), status)


def test_a_visitor_gets_a_problem_and_no_page(db: None) -> None:
    for path in ("cases", "cases/rfr_1", "triage-rules", "transactions/txn_1/triage"):
        problem_of(Client().get(f"/api/v1/{path}"), 401)


def test_each_operation_is_described_with_an_example() -> None:
    document = json.dumps(api.get_openapi_schema(), default=str)
    for word in ("not_as_described", "Here is the photo of the broken frame.", "triage-rules"):
        assert word in document
