"""The committed contract is the generated one, and the running service keeps to it."""

import json

import jsonschema_rs
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

from sandbox.merchant_api import contract, examining, openapi
from sandbox.transactions.management.commands import export_openapi
from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop
from tests.sandbox.running import Box, Platform

DOCUMENT = openapi.document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
BACK = "https://shop.example/paid"


def test_the_committed_document_is_the_generated_one() -> None:
    written = export_openapi.MERCHANT_PATH.read_text(encoding="utf-8")
    assert written == export_openapi.merchant_text()


def test_the_document_knows_every_step() -> None:
    assert contract.Step.__args__ == examining.STEPS
    assert set(examining.BEARER_STEPS) < set(examining.STEPS)


def check(shape: str, answer: Answer) -> None:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": DOCUMENT["components"]}
    found = [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(answer.body)]
    assert not found, json.dumps(found)


def test_what_it_answers_fits_the_document(shop: Shop) -> None:
    platform, person = shop.platform, shop.platform.person()
    platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    platform.transaction(person, status="completed", merchant=shop.name)
    wish = {"amount_minor": 100, "currency": "EUR", "return_url": BACK}
    made = shop.post("/payments", wish)
    check("PaymentCreated", made)
    check("Balances", shop.get("/balance"))
    check("PaymentPage", shop.get("/payments"))
    check("Payment", shop.get(f"/payments/{made.body['id']}"))
    for kind in ("payouts", "refunds", "refund-requests", "disputes", "inquiries"):
        assert shop.get(f"/{kind}").body["data"] == []
    out = shop.post("/payouts", wish)
    check("PayoutCreated", out)
    check("PayoutPage", shop.get("/payouts"))
    check("Payout", shop.post(f"/payouts/{out.body['id']}/cancellations", {}))
    refused = shop.get("/balance", ago=61)
    check("Refusal", refused)
    check("RequestPage", shop.get("/requests"))
    check("ExplainedRequest", shop.get(f"/requests/{refused.body['request_id']}"))


def test_what_it_tells_of_customers_fits_the_document(shop: Shop) -> None:
    platform, person = shop.platform, shop.platform.person()
    row = platform.transaction(person, status="completed", merchant=shop.name)
    for resource, path, answer in (
        ("refund-requests", "refund-requests", {"answer": "decline"}),
        ("disputes", "disputes", {"answer": "contest"}),
        ("inquiries", "inquiries", None),
    ):
        row = platform.get(f"{person}/transactions/{row['id']}").json()
        made = platform.open_case(person, row, resource).json()
        check("CasePage", shop.get(f"/{path}"))
        check("WholeCase", shop.get(f"/{path}/{made['id']}"))
        check("WholeCase", shop.post(f"/{path}/{made['id']}/messages", {"text": "We look."}))
        if answer:
            check("WholeCase", shop.post(f"/{path}/{made['id']}/answers", answer))
    part = {"amount_minor": 100, "currency": "EUR"}
    refund = shop.post(f"/payments/{row['id'].replace('txn', 'pay')}/refunds", part)
    check("Refund", refund)
    check("RefundPage", shop.get("/refunds"))


@SCHEMA.parametrize()
@settings(
    max_examples=5, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_nothing_that_can_be_signed_breaks_it(case: Case, running_box: Box) -> None:
    shop = getattr(running_box, "some_shop", None) or open_shop(Platform(running_box.url))
    running_box.some_shop = shop  # type: ignore[attr-defined]
    told = case.as_transport_kwargs(base_url=f"{running_box.url}/merchant-api")
    facts = {
        name: told[name] for name in ("method", "url", "params", "json", "data") if name in told
    }
    prepared = requests.Request(**facts).prepare()
    content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
    write = prepared.method == "POST"
    sent = shop.signed(
        prepared.method or "", prepared.path_url, content=content,
        idempotency_key=new_nonce() if write else "",
    )  # fmt: skip
    prepared.headers.clear()
    prepared.headers.update(dict(sent.headers))
    answer = requests.Session().send(prepared, timeout=30)
    assert answer.status_code != 401, answer.text
    case.validate_response(
        answer,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
