"""The JSON API: the same rows, actions and refusals as on the pages, and problems for the rest."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from selfcare.instructions.models import Instruction
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
KEY = "key-for-the-tests-0001"


@pytest.fixture
def client(signed_in: SignedIn, alice: Person) -> Client:
    return signed_in(alice)[0]


def post(client: Client, path: str, body: Any, *, key: str = KEY) -> Any:
    return client.post(
        f"/api/v1/{path}",
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def cancellation(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"expected_version": made["version"], "reason": "changed_mind", **more}


def assert_problem(answer: Any, status: int, code: str = "") -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys()
    assert problem["status"] == status
    assert not code or problem["code"] == code


def test_it_shows_the_rows_of_the_page(
    client: Client, control: Control, alice: Person, bob: Person
) -> None:
    made = {control.add_transaction(alice)["id"] for _ in range(3)}
    control.add_transaction(bob)
    rows: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get("/api/v1/transactions", {"limit": 2, "cursor": cursor}).json()
        rows += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert sorted(rows) == sorted(made)


def test_it_tells_me_accounts_and_one_transaction(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    assert client.get("/api/v1/me").json()["subject"] == alice.sub
    assert client.get("/api/v1/accounts").json()["data"][0]["currency"] == "EUR"
    one = client.get(f"/api/v1/transactions/{made['id']}").json()
    assert one["allowed_actions"] == made["allowed_actions"]


def test_a_visitor_gets_a_problem_and_no_page(db: None) -> None:
    for path in ("me", "accounts", "transactions", "transactions/txn_1", "instructions/ins_1"):
        assert_problem(Client().get(f"/api/v1/{path}"), 401, "sign_in_required")


def test_the_same_key_has_one_effect_and_one_answer(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    path = f"transactions/{made['id']}/cancellations"
    first = post(client, path, cancellation(made))
    again = post(client, path, cancellation(made))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert len(control.effects(alice, "transaction.cancelled")) == 1
    told = client.get(f"/api/v1/instructions/{first.json()['id']}").json()
    assert told == first.json()


def test_a_key_that_came_before_is_answered_whatever_is_down(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    path = f"transactions/{made['id']}/cancellations"
    first = post(client, path, cancellation(made))
    control.fault("detail", "refuse", sub=alice.sub)
    assert post(client, path, cancellation(made)).json() == first.json()


def test_the_same_key_with_another_body_is_refused(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    path = f"transactions/{made['id']}/cancellations"
    post(client, path, cancellation(made))
    answer = post(client, path, cancellation(made, reason="other"))
    assert_problem(answer, 422, "idempotency_key_reused")


def test_a_confirmation_waits_for_the_proof(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    body = {
        "decision": "confirm",
        "expected_version": made["version"],
        "amount_minor": made["amount_minor"],
        "currency": made["currency"],
        "fee_minor": made["fee_minor"],
    }
    answer = post(client, f"transactions/{made['id']}/confirmations", body)
    assert answer.status_code == 202
    assert answer.json()["state"] == "awaiting_proof"
    assert answer.json()["step_up_url"].startswith("/instructions/ins_")
    assert control.effects(alice, "transaction.confirmed") == []


def test_a_refusal_is_a_problem_with_the_services_reason(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    stale = cancellation(made, expected_version=made["version"] + 7)
    answer = post(client, f"transactions/{made['id']}/cancellations", stale)
    assert_problem(answer, 409, "version_conflict")
    assert answer.json()["instruction_id"].startswith("ins_")


def test_more_than_was_paid_does_not_come_back(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed")
    body = {
        "expected_version": made["version"],
        "amount_minor": made["amount_minor"] + 1,
        "currency": "EUR",
        "reason": "duplicate",
    }
    answer = post(client, f"transactions/{made['id']}/refund-requests", body)
    assert_problem(answer, 422, "amount_exceeds_refundable")


def test_somebody_elses_is_not_there(client: Client, control: Control, bob: Person) -> None:
    made = control.add_transaction(bob)
    assert_problem(client.get(f"/api/v1/transactions/{made['id']}"), 404, "not_found")
    path = f"transactions/{made['id']}/cancellations"
    assert_problem(post(client, path, cancellation(made)), 404, "not_found")
    assert not Instruction.objects.exists()


BAD_BODIES = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "{}",
    '{"expected_version": "1", "reason": "other"}',
    '{"expected_version": -1, "reason": "other"}',
    '{"expected_version": 1e400, "reason": "other"}',
    '{"expected_version": 99999999999999999999999, "reason": "other"}',
    '{"expected_version": 1, "reason": "because"}',
    '{"expected_version": 1, "reason": "other", "note": "' + "x" * 10_000 + '"}',
    '{"expected_version": 1, "reason": "other", "note": "a\\u0000b"}',
    '{"expected_version": 1, "reason": "other", "note": "\\ud800"}',
    "[" * 50_000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_body_is_a_problem(
    client: Client, control: Control, alice: Person, body: str
) -> None:
    made = control.add_transaction(alice)
    answer = post(client, f"transactions/{made['id']}/cancellations", body)
    assert answer.status_code in {400, 422}
    assert_problem(answer, answer.status_code)
    assert not Instruction.objects.exists()


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "a key with spaces and more", "ключ" * 8])
def test_a_bad_key_is_a_problem(client: Client, control: Control, alice: Person, key: str) -> None:
    made = control.add_transaction(alice)
    path = f"transactions/{made['id']}/cancellations"
    answer = post(client, path, cancellation(made), key=key)
    assert_problem(answer, 422, "invalid")


@pytest.mark.parametrize(
    "query",
    ["status=x", "kind=x", "currency=XXQ", "from=x", "from=2026-02-02&until=2026-02-01", "cursor=x",
     "limit=0", "limit=x", "limit=101", "q=" + "x" * 10_000, "q=%00"],
)  # fmt: skip
def test_a_bad_query_is_a_problem(client: Client, query: str) -> None:
    answer = client.get(f"/api/v1/transactions?{query}")
    assert answer.status_code in {400, 422}
    assert_problem(answer, answer.status_code)


def test_another_method_content_type_or_address_is_a_problem(client: Client) -> None:
    assert_problem(client.delete("/api/v1/transactions"), 405)
    assert_problem(client.get("/api/v1/nowhere"), 404)
    assert_problem(client.get("/api/v2/me"), 404)
    answer = client.post("/api/v1/transactions/txn_1/cancellations", {"reason": "other"})
    assert_problem(answer, 415)


@pytest.mark.parametrize("mode", ["refuse", "hang", "broken_json", "foreign", "error"])
def test_a_bad_day_of_the_service_is_a_problem(
    client: Client, control: Control, alice: Person, mode: str
) -> None:
    control.fault("list", mode, sub=alice.sub)
    answer = client.get("/api/v1/transactions")
    assert_problem(answer, 503)
    assert answer["Retry-After"] == "5"


def test_it_needs_the_csrf_token(client: Client, control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    client.handler.enforce_csrf_checks = True
    path = f"transactions/{made['id']}/cancellations"
    assert_problem(post(client, path, cancellation(made)), 403)
    token = client.get("/api/v1/me").json()["csrf_token"]
    answer = client.post(
        f"/api/v1/{path}",
        json.dumps(cancellation(made)),
        content_type="application/json",
        headers={"Idempotency-Key": KEY, "X-CSRFToken": token},
    )
    assert answer.status_code == 201


def test_the_description_is_there_for_machines_and_people(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    page = Client().get("/api/docs").text
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/transactions/{transaction_id}/cancellations" in document["paths"]
    for path in document["paths"]:
        assert path in page
