"""The two gateways for texts: once a key, refusals by their words, faults each for itself."""

import json
from typing import Any

import jsonschema_rs
import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from sandbox.control import faults
from sandbox.outbox import contract, listing
from sandbox.outbox.models import Message
from sandbox.transactions.management.commands import export_openapi
from tests.sandbox.outbox.conftest import SMS_TOKEN

pytestmark = pytest.mark.django_db

TO = "+4915112345678"


def text(gateway: str = "one", key: str = "dlv_1", token: str = SMS_TOKEN, **facts: Any) -> Any:
    body = {"to": TO, "text": "Your code is 271 828.", "reference": key or "dlv", **facts}
    answer: HttpResponse = Client().post(
        f"/sms/{gateway}/messages",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )
    return answer


def test_it_takes_a_text(client: Client) -> None:
    answer = text()
    assert answer.status_code == 202
    kept = listing.as_dict(Message.objects.get())
    assert (kept["id"], kept["to"], kept["text"]) == (
        answer.json()["id"],
        TO,
        "Your code is 271 828.",
    )
    assert (kept["provider"], kept["key"]) == ("one", "dlv_1")


def test_a_key_has_one_effect_at_its_gateway() -> None:
    first, again, other = text(), text(), text(gateway="two")
    assert first.json() == again.json() != other.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Message.objects.filter(provider="one").get().receptions.count() == 2
    assert Message.objects.filter(recipient=TO).count() == 2


def test_a_key_is_not_for_another_text() -> None:
    text()
    answer = text(text="Something else")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"to": "015112345678"}, 422, "invalid_number"),
        ({"to": "+49"}, 422, "invalid_number"),
        ({"to": "+0049151123456"}, 422, "invalid_number"),
        ({"text": ""}, 400, "bad_request"),
        ({"text": "x" * 1601}, 400, "bad_request"),
        ({"text": "a\0"}, 400, "bad_request"),
        ({"more": 1}, 400, "bad_request"),
        ({"to": 49}, 400, "bad_request"),
        ({"key": ""}, 400, "bad_header"),
        ({"key": "a b"}, 400, "bad_header"),
        ({"token": "wrong"}, 401, "bad_token"),
        ({"gateway": "three"}, 404, "not_found"),
    ],
)
def test_it_says_why_not(facts: dict[str, Any], status: int, code: str) -> None:
    answer = text(**facts)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Message.objects.exists()


def test_without_a_token_of_its_own_it_lets_nobody_in(settings: Settings) -> None:
    settings.SANDBOX_SMS_TOKEN = ""
    assert text(token="").status_code == 401


def test_a_number_can_be_nobodys() -> None:
    faults.switch_on({"operation": "sms_one", "mode": "invalid", "to": TO})
    answer = text()
    assert (answer.status_code, answer.json()["code"]) == (422, "unreachable_number")
    assert text(key="dlv_2", to="+4915100000000").status_code == 202


def test_one_gateway_can_be_down_alone() -> None:
    faults.switch_on({"operation": "sms_one", "mode": "refuse"})
    answer = text()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert text(gateway="two").status_code == 202


def test_it_can_take_a_text_and_lose_the_answer() -> None:
    faults.switch_on({"operation": "sms_one", "mode": "cut_after_commit", "count": 1})
    text()
    assert Message.objects.count() == 1
    assert text().status_code == 202
    assert Message.objects.get().receptions.count() == 2


def test_a_fault_of_one_channel_is_no_other_s() -> None:
    with pytest.raises(ValueError, match="only for"):
        faults.switch_on({"operation": "push", "mode": "bounce"})


def test_the_committed_contract_is_the_generated_one_and_holds() -> None:
    written = export_openapi.GATEWAY_PATH.read_text(encoding="utf-8")
    assert written == export_openapi.gateway_text()
    document = contract.document()
    for shape, answer in (("Taken", text()), ("Problem", text(to="1"))):
        schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
        assert not list(jsonschema_rs.validator_for(schema).iter_errors(answer.json()))
