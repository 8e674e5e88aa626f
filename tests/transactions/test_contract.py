"""The JSON API keeps to its own description, whatever is sent."""

from collections.abc import Callable

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from selfcare.web.api import api
from tests.support.control import Control, Person
from tests.support.servers import Server
from tests.support.signing_in import Walk
from tests.support.till import Till

SignedIn = Callable[[Person], tuple[Client, Walk]]
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def description() -> dict[str, object]:
    import config.urls  # noqa: F401 - it adds the routers

    return api.get_openapi_schema(path_prefix="/api/")


def things(client: Client, control: Control, alice: Person, till: Till) -> dict[str, list[str]]:
    """One of each thing that an address names, so that not all that is sent ends as a 404."""
    waiting = control.add_transaction(alice)["id"]
    paid = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")["id"]
    case = control.open_case(paid, "refund_request", reason="other", amount_minor=100)["id"]

    def made(path: str, body: dict[str, object]) -> str:
        answer = client.post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": f"key-of-the-contract-{path[:12].replace('/', '-')}"},
        )
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    label = made("labels", {"name": "Books"})
    account = client.get("/api/v1/accounts").json()["data"][0]["id"]
    return {
        "transaction_id": [waiting, paid],
        "case_id": [case],
        "label_id": [label],
        "rule_id": [made(f"labels/{label}/rules", {"kind": "counterparty", "value": "Anna"})],
        "view_id": [made("saved-views", {"name": "Mine", "query": "q=books"})],
        "export_id": [made("exports", {"format": "csv"})],
        "share_id": [made(f"transactions/{paid}/shares", {"days": 1})],
        "account_id": [account],
        "month": ["2026-03"],
        "token": [till.ask().token, _taken(client, till)],
    }


def _taken(client: Client, till: Till) -> str:
    """A hand-off that is hers already."""
    token = till.ask().token
    path = f"/api/v1/handoffs/{token}/claims"
    assert client.post(path, {}, content_type="application/json").status_code == 201
    return token


def test_nothing_that_can_be_sent_breaks_it(
    site: Server,
    signed_in: SignedIn,
    control: Control,
    alice: Person,
    till: Till,
    description: dict[str, object],
) -> None:
    client, _ = signed_in(alice)
    there = things(client, control, alice, till)
    token = client.get("/api/v1/me").json()["csrf_token"]
    names = (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME)
    cookies = {name: client.cookies[name].value for name in names}
    tried = 0

    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case: Case) -> None:
        nonlocal tried
        tried += 1
        if tried % 2:
            case.path_parameters |= {
                name: there[name][tried // 2 % len(there[name])]
                for name in case.path_parameters
                if name in there
            }
        answer = case.call(base_url=site.url, cookies=cookies, headers={"X-CSRFToken": token})
        case.validate_response(answer, checks=CHECKS)

    schema = schemathesis.openapi.from_dict(description)
    for operation in schema.get_all_operations():
        given(case=operation.ok().as_strategy())(send)()
    assert tried > 100
