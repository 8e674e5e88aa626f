"""The database goes away in the middle of a session: what only reads goes on, nothing is sent."""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection
from django.test import Client

from tests.support.control import Control, Person
from tests.support.signing_in import Walk
from tests.transactions.test_deciding import form_of

SignedIn = Callable[[Person], tuple[Client, Walk]]


def gone(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """As it is where a session is still served from Redis: every other table is out of reach."""
    if "instructions_" in sql:
        raise OperationalError("the connection is closed")
    return execute(sql, params, many, context)


def test_pages_that_look_go_on_and_a_decision_is_not_sent(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    page = f"/transactions/{made['id']}/"
    form = {**form_of(client, f"{page}cancellations/new/"), "reason": "other"}
    with connection.execute_wrapper(gone):
        assert client.get(page).status_code == 200
        answer = client.post(f"{page}cancellations/new/", form)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "<h1>" in answer.text
        token = client.get("/api/v1/me").json()["csrf_token"]
        told = client.post(
            f"/api/v1{page}cancellations",
            {"expected_version": made["version"], "reason": "other"},
            content_type="application/json",
            headers={"X-CSRFToken": token, "Idempotency-Key": "key-of-this-test"},
        )
        assert told.status_code == 503
        assert told["Content-Type"] == "application/problem+json"
    assert control.effects(alice, "transaction.cancelled") == []
    assert client.post(f"{page}cancellations/new/", form).status_code == 303
    assert len(control.effects(alice, "transaction.cancelled")) == 1
