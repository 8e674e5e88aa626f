"""The sandbox API's OpenAPI document, put together from its shapes and a table of operations."""

import re
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sandbox.console import (
    clocks,
    contract,
    keys,
    members,
    payments,
    resets,
    return_addresses,
    scenarios,
    webhooks,
)
from sandbox.merchant_api import contract as merchant_api
from sandbox.merchant_api import log
from sandbox.webhooks import contract as hooks
from sandbox.webhooks import wire

REF = "#/components/schemas/"
ONE = "/v1/users/{sub}/merchants/{merchant_id}"
ABOUT = """\
What selfcare's console for merchants asks, as the person who looks at it.

Another merchant than the person works for is like one that never was: 404. Whatever isn't a GET
needs an admin, and an `Idempotency-Key`: sent again, it is done once. What is shown once (secrets)
is told again to who sends the same within two minutes, and is null afterwards."""
PROBLEMS = {
    400: "Malformed: filters, cursor, headers or body",
    401: "Not the service's token",
    403: "A viewer looks and changes nothing",
    404: "Nothing of this person's at this address",
    405: "Another method",
    408: "It took too long to begin; nothing was done",
    409: "Not as it stands",
    413: "The body is too large",
    415: "The body isn't JSON",
    422: "Not possible, and why; or the key was used for something else",
}
READ = (400, 401, 404, 405)
WRITE = (*READ, 403, 408, 409, 413, 415, 422)
PAGE = ("limit", "cursor")


class Operation(NamedTuple):
    path: str
    name: str
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    filters: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return "post" if self.body else "get"


Op, C = Operation, contract
KEY, SCENARIO, RUN = "/keys/{key_id}", "/scenarios/{scenario_id}", "/runs/{run_id}"
HOOK, MEMBER, BACK = "/webhook-endpoints/{endpoint_id}", "/members/{member}", "/return-addresses"
SCRIPT, PAYMENT = "/scripts/{scenario_id}", "/payments/{payment_id}"
OF_ONE = (
    Op("/progress", "progress", "What was really done", C.Progress),
    Op("/keys", "keys", "All, newest first", C.Keys),
    Op("/keys", "key_create", "Make a key", C.KeyWithSecret, keys.NewKey),
    Op(KEY, "key", "One of them", C.Key),
    Op(KEY + "/rotations", "key_rotate", "A successor", C.KeyWithSecret, keys.NewRotation),
    Op(KEY + "/revocations", "key_revoke", "For good, at once", C.Key, keys.NewRevocation),
    Op("/payments", "payments", "Payments and payouts, newest first", C.DemandPage,
      filters=(*PAGE, *payments.FILTERS)),
    Op("/payments", "payment_create", "Ask a customer", C.WholeDemand, payments.NewDemand),
    Op(PAYMENT, "payment", "One of them", C.WholeDemand),
    Op(PAYMENT + "/moves", "payment_move", "Force it on", C.WholeDemand, payments.NewMove),
    Op("/requests", "requests", "The log", merchant_api.RequestPage,
      filters=(*PAGE, *log.FILTERS)),
    Op("/requests/{request_id}", "request", "Why it was refused", merchant_api.ExplainedRequest),
    Op(BACK, "return_addresses", "All of them", C.ReturnAddresses),
    Op(BACK, "return_address_create", "Register one", C.ReturnAddress, return_addresses.NewAddress),
    Op(BACK + "/{address_id}", "return_address", "One of them", C.ReturnAddress),
    Op(BACK + "/{address_id}/removals", "return_address_remove", "Nothing new leads there",
      C.ReturnAddress, return_addresses.NewRemoval),
    Op("/members", "members", "The team", C.Members),
    Op("/members", "member_add", "Add somebody by e-mail", C.Member, members.NewMember),
    Op(MEMBER, "member", "One of them", C.Member),
    Op(MEMBER + "/roles", "member_role", "Admin or viewer", C.Member, members.NewRole),
    Op(MEMBER + "/removals", "member_remove", "Out at once", C.Member, members.NewRemoval),
    Op("/clock", "clock", "What time it is there", C.Clock),
    Op("/clock/advances", "clock_advance", "Forward", C.Advance, clocks.NewAdvance),
    Op("/clock/advances/{advance_id}", "advance", "How far it has come", C.Advance),
    Op("/contents", "contents", "What a reset would take", C.Contents),
    Op("/resets", "reset", "A fresh world", C.Contents, resets.NewReset),
    Op("/magic-values", "magic_values", "What makes the sandbox misbehave", C.MagicValues),
    Op("/scenarios", "scenarios", "Ready ones and own ones", C.Scenarios),
    Op(SCENARIO, "scenario", "One of them, with its text", C.WholeScenario),
    Op("/scripts", "script_create", "Write one", C.Scenario, scenarios.NewScript),
    Op(SCRIPT + "/changes", "script_change", "Write it anew", C.Scenario, scenarios.NewScript),
    Op(SCRIPT + "/removals", "script_remove", "Throw it away", C.Scenario, scenarios.Nothing),
    Op("/runs", "runs", "Newest first", C.RunPage, filters=(*PAGE, "scenario")),
    Op("/runs", "run_create", "Ask for one", C.Run, scenarios.NewRun),
    Op(RUN, "run", "How far it has come", C.WholeRun),
    Op(RUN + "/replays", "run_replay", "Once more, to the same end", C.Run, scenarios.Nothing),
    Op("/webhook-endpoints", "endpoints", "All of them", C.Endpoints),
    Op("/webhook-endpoints", "endpoint_create", "Add one", hooks.EndpointWithSecret,
      hooks.NewEndpoint),
    Op(HOOK, "endpoint", "One of them", C.WholeEndpoint),
    Op(HOOK + "/changes", "endpoint_change", "Change it", hooks.Endpoint, hooks.EndpointChange),
    Op(HOOK + "/removals", "endpoint_remove", "With its deliveries", hooks.Endpoint,
      hooks.EndpointRemoval),
    Op(HOOK + "/secret-rotations", "endpoint_rotate", "A new secret", hooks.EndpointWithSecret,
      hooks.SecretRotation),
    Op(HOOK + "/samples", "sample_create", "Send a made-up event", hooks.Delivery,
      hooks.NewSample),
    Op(HOOK + "/resends", "resend_create", "Send again", hooks.Resend, webhooks.NewResend),
    Op(HOOK + "/receiver-answers", "receiver_answer", "What our receiver says", C.Answering,
      webhooks.NewAnswer),
    Op(HOOK + "/deliveries", "deliveries", "Newest first", C.DeliveryPage,
      filters=(*PAGE, *wire.DELIVERY_FILTERS)),
    Op(HOOK + "/received", "received", "What came to our receiver", C.ReceivedList),
    Op("/webhook-deliveries/{delivery_id}", "delivery", "With every attempt", C.WholeDelivery),
)  # fmt: skip
OPERATIONS = (
    Op("/v1/users/{sub}/merchants", "merchants", "Whom the person works for", C.Memberships),
    *(one._replace(path=ONE + one.path) for one in OF_ONE),
)
TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
IDEMPOTENCY_KEY: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,128}$"}


def document() -> dict[str, Any]:
    shapes: list[type[BaseModel]] = [merchant_api.Refusal]
    for operation in OPERATIONS:
        shapes += [operation.answer, *([operation.body] if operation.body else [])]
    names, defined = models_json_schema(
        [(shape, "validation") for shape in dict.fromkeys(shapes)], ref_template=REF + "{model}"
    )
    found = {shape: schema["$ref"] for (shape, _), schema in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, found)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sandbox API", "version": "1", "description": ABOUT},
        "servers": [{"url": "/sandbox-api"}],
        "security": [{"service": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"service": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(defined["$defs"].items())),
        },
    }


def _operation(operation: Operation, refs: dict[Any, str]) -> dict[str, Any]:
    def json(shape: type[BaseModel]) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": refs[shape]}}}

    problem = {"application/problem+json": {"schema": {"$ref": refs[merchant_api.Refusal]}}}
    status = "201" if operation.body else "200"
    answers: dict[str, Any] = {status: {"description": "Done", "content": json(operation.answer)}}
    for refused in sorted(WRITE if operation.body else READ):
        answers[str(refused)] = {"description": PROBLEMS[refused], "content": problem}
    parts = [(name, "path", True, TEXT) for name in re.findall(r"{(\w+)}", operation.path)]
    parts += [(name, "query", False, TEXT) for name in operation.filters]
    if operation.body:
        parts.append(("Idempotency-Key", "header", True, IDEMPOTENCY_KEY))
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            {"name": name, "in": where, "required": required, "schema": schema}
            for name, where, required, schema in parts
        ],
        "responses": answers,
        **(
            {"requestBody": {"required": True, "content": json(operation.body)}}
            if operation.body
            else {}
        ),
    }
