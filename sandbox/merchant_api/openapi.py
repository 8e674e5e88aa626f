"""The merchant API's OpenAPI document, put together from its shapes and a table of operations."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sandbox.cases.rules import MEDIA_TYPES
from sandbox.merchant_api import cases, contract, examining, signatures
from sandbox.merchant_api.models import ApiRequest
from sandbox.merchant_api.operations import Operation
from sandbox.transactions import once
from sandbox.transactions.models import Transaction
from sandbox.webhooks import operations as webhooks

REF = "#/components/schemas/"
PROBLEMS = {
    400: "Malformed: target, headers, filters, cursor or body",
    401: "Not let in; `step` says where, `explained_at` leads to why",
    403: "The key or the token only reads",
    404: "Nothing of this merchant's at this address",
    405: "Another method",
    408: "The signature was over before it began; nothing was done",
    411: "A body without Content-Length",
    409: "Not as it stands",
    413: "The body is too large",
    415: "The body isn't JSON",
    421: "Sent by another name than ours",
    422: "The key was used for something else, or not as it stands",
    429: "Too many requests of this key: again after Retry-After",
}
READ = (400, 401, 404, 405, 421, 429)
WRITE = (*READ, 403, 408, 409, 411, 413, 415, 422)
SIGNING = f"""\
What changes something is signed with HTTP Message Signatures (RFC 9421), label `sig1`.

Covered, in this order: `"@method" "@target-uri"`, with a body `"content-type" "content-digest"`
(RFC 9530, sha-256 or sha-512), with a write `"idempotency-key"`. `@target-uri` is the whole
address, query included. Parameters, each once: `created`, `expires` (at most
{signatures.LONGEST_SECONDS} seconds later), `nonce` (16 to 88 characters of base64, never used
before with this key), `keyid`, `alg` (`hmac-sha256` or `ed25519`).

The HMAC's key is the secret as it was shown, byte for byte. A retry is a new signature with the
same `Idempotency-Key`, whose answer is kept for {once.KEPT.days} days. A bearer token (`read_…`)
is enough for GET, and only for that.
`GET /v1/requests/{{request_id}}` explains a refusal step by step."""


def _of_cases(folder: str, kind: str, answer: type[BaseModel] | None) -> list[Operation]:
    root = f"/v1/{folder}"
    one, whole = f"{root}/{{{kind}_id}}", contract.WholeCase
    found = [
        Operation(
            root, "get", kind + "_list", "One page, newest first", contract.CasePage,
            ("limit", "cursor", "state", "payment"),
        ),
        Operation(one, "get", kind, "One of them, with all that was said", whole),
        Operation(
            f"{one}/evidence/{{sha256}}", "get", f"{kind}_evidence",
            "A file that was shown in it, as it came", None,
        ),
        Operation(
            f"{one}/messages", "post", f"{kind}_message", "Write to the customer", whole,
            body=contract.NewMessage,
        ),
    ]  # fmt: skip
    if answer:
        told = "Say yes or no while it is your turn"
        found.append(
            Operation(f"{one}/answers", "post", f"{kind}_answer", told, whole, body=answer)
        )
    return found


OPERATIONS = (
    Operation("/v1/balance", "get", "balance", "What the accounts hold", contract.Balances),
    Operation(
        "/v1/payments", "get", "payments", "One page, newest first", contract.PaymentPage,
        ("limit", "cursor", "status", "merchant_reference"),
    ),
    Operation(
        "/v1/payments", "post", "payment_create", "Ask a customer for money",
        contract.PaymentCreated, body=contract.NewPayment,
    ),
    Operation("/v1/payments/{payment_id}", "get", "payment", "One of them", contract.Payment),
    Operation(
        "/v1/payments/{payment_id}/cancellations", "post", "payment_cancel",
        "Call off what its customer hasn't agreed to", contract.Payment,
        body=contract.Cancellation,
    ),
    Operation(
        "/v1/payouts", "get", "payouts", "One page, newest first", contract.PayoutPage,
        ("limit", "cursor", "status", "merchant_reference"),
    ),
    Operation(
        "/v1/payouts", "post", "payout_create", "Send a customer money",
        contract.PayoutCreated, body=contract.NewPayout,
    ),
    Operation("/v1/payouts/{payout_id}", "get", "payout", "One of them", contract.Payout),
    Operation(
        "/v1/payouts/{payout_id}/cancellations", "post", "payout_cancel",
        "Call off what its customer hasn't agreed to", contract.Payout,
        body=contract.Cancellation,
    ),
    Operation(
        "/v1/payments/{payment_id}/refunds", "post", "refund_create",
        "Send money back for a completed payment", contract.Refund, body=contract.NewRefund,
    ),
    Operation(
        "/v1/refunds", "get", "refunds", "One page, newest first", contract.RefundPage,
        ("limit", "cursor", "payment"),
    ),
    Operation("/v1/refunds/{refund_id}", "get", "refund", "One of them", contract.Refund),
    *_of_cases("refund-requests", "refund_request", contract.RefundRequestAnswer),
    *_of_cases("disputes", "dispute", contract.DisputeAnswer),
    *_of_cases("inquiries", "inquiry", None),
    *webhooks.OPERATIONS,
    Operation(
        "/v1/requests", "get", "requests", "The log of your requests", contract.RequestPage,
        ("limit", "cursor", "verdict", "method", "http_status", "step", "key", "idempotency_key"),
    ),
    Operation(
        "/v1/requests/{request_id}", "get", "request", "One of them, and why it was refused",
        contract.ExplainedRequest,
    ),
)  # fmt: skip
TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
QUERY: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
    "cursor": {**TEXT, "description": "next_cursor of the page before"},
    "status": {"type": "string", "enum": Transaction.Status.values},
    "merchant_reference": TEXT,
    "payment": {"type": "string", "pattern": "^pay_[0-9a-f]{32}$"},
    "state": {"type": "string", "enum": list(cases.STATES)},
    "verdict": {"type": "string", "enum": ApiRequest.Verdict.values},
    "method": TEXT,
    "http_status": {"type": "integer", "minimum": 100, "maximum": 599},
    "step": {"type": "string", "enum": list(examining.STEPS)},
    "key": TEXT,
    "idempotency_key": TEXT,
    **webhooks.QUERY,
}
PATH = {
    "payment_id": {"type": "string", "pattern": "^pay_[0-9a-f]{32}$"},
    "payout_id": {"type": "string", "pattern": "^out_[0-9a-f]{32}$"},
    "refund_id": {"type": "string", "pattern": "^ref_[0-9a-f]{32}$"},
    "refund_request_id": {"type": "string", "pattern": "^rfr_[0-9a-f]{32}$"},
    "dispute_id": {"type": "string", "pattern": "^dsp_[0-9a-f]{32}$"},
    "inquiry_id": {"type": "string", "pattern": "^inq_[0-9a-f]{32}$"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    **webhooks.PATH,
    "request_id": {"type": "string", "pattern": "^req_[0-9a-f]{32}$"},
}
# One name, two meanings.
SPELLED = {"delivery_state": "state"}
KEY = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,128}$"}


def document() -> dict[str, Any]:
    shapes: list[type[BaseModel]] = [contract.Refusal]
    for operation in OPERATIONS:
        shapes += [shape for shape in (operation.answer, operation.body) if shape]
    _, defined = models_json_schema(
        [(shape, "validation") for shape in shapes], ref_template=REF + "{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Merchant API", "version": "1", "description": SIGNING},
        "servers": [{"url": "/merchant-api"}],
        "paths": paths,
        "webhooks": {"event": {"post": webhooks.posted(REF)}},
        "components": {
            "securitySchemes": {
                "signature": {
                    "type": "apiKey", "in": "header", "name": "Signature",
                    "description": "With Signature-Input; see the description of the API",
                },
                "token": {"type": "http", "scheme": "bearer", "description": "GET only"},
            },
            "schemas": dict(sorted(defined["$defs"].items())),
        },
    }  # fmt: skip


def _operation(operation: Operation) -> dict[str, Any]:
    write = operation.body is not None
    answers: dict[str, Any] = {"201" if write else "200": _answer(operation)}
    problem = {"application/problem+json": {"schema": {"$ref": f"{REF}Refusal"}}}
    for status in sorted(WRITE if write else READ):
        answers[str(status)] = {"description": PROBLEMS[status], "content": problem}
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    signed: list[dict[str, list[str]]] = [{"signature": []}]
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": signed if write else [*signed, {"token": []}],
        "parameters": _parameters(operation),
        "responses": answers,
    }
    if operation.body:
        told["requestBody"] = {"required": True, "content": _json(operation.body)}
    return told


def _answer(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-Id": {"schema": PATH["request_id"]}}
    if operation.body:
        headers["Idempotency-Replayed"] = {
            "description": "true if this is the stored answer of an earlier request",
            "schema": {"type": "string", "const": "true"},
        }
    return {"description": "Done", "headers": headers, "content": _content(operation.answer)}


def _content(shape: type[BaseModel] | None) -> dict[str, Any]:
    """Without a shape it is a file."""
    return _json(shape) if shape else {kind: {} for kind in sorted(MEDIA_TYPES)}


def _json(shape: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF + shape.__name__}}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    named = [(name, schema) for name, schema in PATH.items() if f"{{{name}}}" in operation.path]
    found = [_parameter(name, schema, "path") for name, schema in named]
    found += [
        _parameter(SPELLED.get(name, name), QUERY[name], "query") for name in operation.filters
    ]
    return found + ([_parameter("Idempotency-Key", KEY, "header")] if operation.body else [])


def _parameter(name: str, schema: dict[str, Any], where: str) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where != "query", "schema": schema}
