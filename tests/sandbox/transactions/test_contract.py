"""The committed contract is the generated one, and the running service keeps to it."""

import json
from itertools import pairwise

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sandbox.cases import models as cases
from sandbox.cases import rules
from sandbox.transactions import allowed, contract, machine, openapi
from sandbox.transactions.management.commands import export_openapi
from sandbox.transactions.models import Transaction
from tests.sandbox.running import TOKEN, Platform


# schemathesis makes up the bytes of files; how they travel it must be told.
@schemathesis.serializer("application/pdf", "image/png", "image/jpeg")
def as_they_are(context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


DOCUMENT = openapi.document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def test_the_committed_document_is_the_generated_one() -> None:
    assert export_openapi.PATH.read_text(encoding="utf-8") == export_openapi.text()


def test_the_document_knows_every_word_of_the_tables() -> None:
    assert set(contract.Status.__args__) == set(Transaction.Status.values)
    assert set(contract.Kind.__args__) == set(Transaction.Kind.values)
    assert set(contract.CaseState.__args__) == set(cases.Case.State.values)
    assert set(contract.CaseKind.__args__) == set(cases.Case.Kind.values) == set(rules.RULES)
    states = set(contract.RefundRequest.model_fields["state"].annotation.__args__)
    life = rules.LIVES["refund_request"]
    assert states == {*life, *(end for ends in life.values() for end in ends)}
    actions = set(contract.AllowedAction.model_fields["action"].annotation.__args__)
    assert actions == set(allowed.VERDICTS)
    assert set(allowed.WHY_FINAL) == machine.FINAL


def check(shape: str, answer: requests.Response) -> None:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": DOCUMENT["components"]}
    found = [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(answer.json())]
    assert not found, json.dumps(found)


def test_what_it_answers_fits_the_document(platform: Platform) -> None:
    sub = platform.person(history=30)
    for status in Transaction.Status.values:
        platform.transaction(sub, status=status)
    check("Accounts", platform.get(f"{sub}/accounts"))
    page = platform.get(f"{sub}/transactions?limit=100")
    check("TransactionPage", page)
    for row in page.json()["data"][:12]:
        check("TransactionDetail", platform.get(f"{sub}/transactions/{row['id']}"))
    key = "a-key-of-sixteen-or-more"
    check("CancellationDone", platform.cancel(sub, platform.transaction(sub), key=key))
    check("Outcome", platform.get(f"{sub}/outcomes/{key}"))
    waits = platform.transaction(sub, status="action_required")
    check("ConfirmationDone", platform.confirm(sub, waits))
    paid = platform.transaction(sub, status="completed")
    check("RefundRequestOpened", platform.ask_refund(sub, paid, 100))
    check("TransactionDetail", platform.get(f"{sub}/transactions/{paid['id']}"))
    check("Problem", platform.ask_refund(sub, paid, 100))


@SCHEMA.parametrize()
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_nothing_that_can_be_sent_breaks_it(case: Case, running_box: object) -> None:
    sub = getattr(running_box, "somebody", None) or Platform(running_box.url).person(history=5)
    running_box.somebody = sub
    case.path_parameters["sub"] = sub
    answer = case.call(
        base_url=f"{running_box.url}/transaction-service",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    case.validate_response(
        answer,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_the_table_has_no_dead_ends_and_no_second_way() -> None:
    ends = [(step.source, step.target) for step in machine.STEPS]
    assert len(ends) == len(set(ends))
    reached = {target for _, target in ends}
    assert reached == set(Transaction.Status) - {Transaction.Status.CREATED}
    assert {"completed", "failed", "cancelled", "expired"} == machine.FINAL
    for way in ({"created", *w} for w in [("processing", "completed"), ("processing", "failed")]):
        assert way <= set(Transaction.Status.values)


@pytest.mark.parametrize(
    "way", [("created", "processing", "completed"), ("created", "action_required", "expired")]
)
def test_the_control_api_moves_in_legal_order_only(
    platform: Platform, way: tuple[str, ...]
) -> None:
    row = platform.transaction(platform.person(), status=way[0])
    for _, target in pairwise(way):
        row = platform.control("POST", f"transactions/{row['id']}/advance", {"to": target})
        assert row["status"] == target
    refused = requests.post(
        f"{platform.url}/control/transactions/{row['id']}/advance",
        json={"to": "processing"},
        timeout=10,
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_step")
