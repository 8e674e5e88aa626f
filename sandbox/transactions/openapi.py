"""The service's OpenAPI document, put together from its shapes and a table of its operations."""

from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sandbox.cases import contract as cases
from sandbox.events import contract as events
from sandbox.handoffs import contract as handoffs
from sandbox.transactions import bodies, contract, filters, listing, once, questions

REF = "#/components/schemas/"
PROBLEMS = {
    400: "Malformed: headers, filters, cursor or body",
    401: "Without the service's token",
    403: "The person is restricted, or must prove who they are",
    404: "No such person, transaction or key",
    405: "Another method",
    408: "The deadline had passed; nothing was done",
    409: "Not as it stands: version, amount, state or money",
    413: "The body is too large",
    415: "The body isn't JSON",
    422: "The key was used for something else, or the amount is too much",
}
READ = (400, 401, 404)
ASK = (*READ, 413, 415)
WRITE = (400, 401, 403, 404, 408, 409, 413, 415, 422)


class Operation(NamedTuple):
    path: str
    method: str
    name: str
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    # A question too long for a query string; it may be asked again like any other read.
    asks: bool = False
    media_type: str = "application/json"


USER, ONE = "/v1/users/{sub}", "/v1/users/{sub}/transactions/{transaction_id}"
OPERATIONS = (
    Operation(f"{USER}/accounts", "get", "accounts", "Accounts and balances", contract.Accounts),
    Operation(
        f"{USER}/transactions", "get", "list", "One page, newest first", contract.TransactionPage
    ),
    Operation(ONE, "get", "detail", "One with its timeline", contract.TransactionDetail),
    Operation(
        f"{USER}/outcomes/{{idempotency_key}}", "get", "outcome", "What became of a write",
        contract.Outcome,
    ),
    Operation(
        f"{ONE}/cancellations", "post", "cancel", "Take it back", contract.CancellationDone,
        bodies.Cancellation,
    ),
    Operation(
        f"{ONE}/confirmations", "post", "confirm", "Confirm or decline", contract.ConfirmationDone,
        bodies.Confirmation,
    ),
    Operation(
        f"{ONE}/undos", "post", "undo", "Take a yes back at once", contract.TakenBack, bodies.Seen,
    ),
    Operation(
        f"{ONE}/confirmation-withdrawals", "post", "withdraw_confirmation",
        "Take a yes back before it leaves", contract.TakenBack, bodies.Seen,
    ),
    Operation(
        f"{ONE}/repeat-offer", "get", "repeat_offer", "What doing it again would be",
        contract.RepeatOffer,
    ),
    Operation(
        f"{ONE}/repetitions", "post", "repeat", "Do it again", contract.RepetitionDone,
        bodies.Repetition,
    ),
    *(Operation(*operation) for operation in cases.OPERATIONS),
    *(Operation(*operation) for operation in handoffs.OPERATIONS),
    Operation(
        f"{USER}/transactions/search", "post", "search", "One page in a chosen order",
        contract.TransactionPage, questions.SearchQuestion, asks=True,
    ),
    Operation(
        f"{USER}/transactions/totals", "post", "totals", "Counts and sums",
        questions.Totals, questions.TransactionFilters, asks=True,
    ),
    Operation(
        f"{USER}/transactions/summary", "post", "summary", "Sums of completed ones in groups",
        questions.Summary, questions.SummaryQuestion, asks=True,
    ),
    Operation(
        f"{USER}/transactions/stream", "post", "stream", "Many, a line each",
        contract.StreamedTransaction, questions.StreamQuestion, asks=True,
        media_type="application/x-ndjson",
    ),
    Operation(
        f"{USER}/accounts/{{account_id}}/statement", "get", "statement",
        "How a balance came about", questions.Statement,
    ),
    Operation(
        f"{USER}/merchants", "get", "merchants", "Whom they had to do with", questions.Merchants
    ),
    Operation("/v1/events", "get", "events", "What happened, in order", events.EventPage),
)  # fmt: skip


def document() -> dict[str, Any]:
    shapes: list[type[BaseModel]] = [
        contract.Problem,
        cases.EvidenceStored,
        questions.StreamEnd,
    ]
    for operation in OPERATIONS:
        shapes += [operation.answer, *([operation.body] if operation.body else [])]
    _, defined = models_json_schema(
        [(shape, "validation") for shape in shapes],
        ref_template=REF + "{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    files = cases.EVIDENCE_PATH
    paths[files] = cases.evidence_operations(_path_parameters(files), PROBLEMS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Transaction service",
            "version": "1",
            "description": "Reads and maintains the transactions of one person. Every write needs "
            "an Idempotency-Key and a Request-Deadline and has one effect however often it is "
            f"sent; its outcome can be asked for by the key for {once.KEPT.days} days.",
        },
        "servers": [{"url": "/transaction-service"}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": {"event": {"post": events.webhook(REF)}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(defined["$defs"].items())),
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    write = operation.method == "post" and not operation.asks
    answers = {"201" if write else "200": _answer(operation, write)}
    problem = {"application/problem+json": {"schema": {"$ref": REF + "Problem"}}}
    for status in WRITE if write else ASK if operation.asks else READ:
        answers[str(status)] = {"description": PROBLEMS[status], "content": problem}
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": answers,
    }
    if operation.body:
        told["requestBody"] = {"required": True, "content": _json(operation.body)}
    return told


def _answer(operation: Operation, write: bool) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers: dict[str, Any] = {"X-Request-Id": text}
    if write:
        headers["Idempotency-Replayed"] = {
            "description": "true if this is the stored answer of an earlier request",
            "schema": {"type": "string", "const": "true"},
        }
    content = _json(operation.answer)
    if operation.name == "stream":
        either = [{"$ref": f"{REF}{name}"} for name in ("StreamedTransaction", "StreamEnd")]
        content = {operation.media_type: {"itemSchema": {"anyOf": either}}}
    return {"description": "Done", "headers": headers, "content": content}


def _json(shape: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF + shape.__name__}}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = _path_parameters(operation.path)
    if operation.method == "post" and not operation.asks:
        found.append(_parameter("Idempotency-Key", KEY, "header"))
        found.append(_parameter("Request-Deadline", INSTANT, "header"))
    if operation.name == "list":
        found += [_parameter(n, s, "query", required=False) for n, s in _filters().items()]
    if operation.name == "cases":
        wanted = cases.LIST_FILTERS.items()
        found += [_parameter(n, s, "query", required=False) for n, s in wanted]
    if operation.name == "statement":
        found += [_parameter(name, INSTANT, "query") for name in ("from", "until")]
    if operation.name == "events":
        asked = events.PARAMETERS.items()
        found += [_parameter(name, schema, "query", required=False) for name, schema in asked]
    if operation.name == "merchants":
        found.append(_parameter("q", _filters()["q"], "query", required=False))
    return found


def _path_parameters(path: str) -> list[dict[str, Any]]:
    found = [_parameter("X-Request-Id", {"type": "string"}, "header", required=False)]
    named = [(name, schema) for name, schema in PATH.items() if f"{{{name}}}" in path]
    return found + [_parameter(name, schema, "path") for name, schema in named]


KEY = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,128}$"}
INSTANT = {"type": "string", "format": "date-time"}
PATH: dict[str, dict[str, Any]] = {
    "sub": {"type": "string", "pattern": "^[A-Za-z0-9_.:@-]{1,64}$"},
    "transaction_id": {"type": "string", "pattern": "^txn_[0-9a-f]{32}$"},
    "idempotency_key": KEY,
    **cases.PATH,
    **handoffs.PATH,
    "account_id": {"type": "string", "pattern": "^acc_[A-Za-z0-9_]{1,36}$"},
}


def _filters() -> dict[str, dict[str, Any]]:
    """The filters as query parameters: all but `sets`, which need JSON."""
    shapes = questions.TransactionFilters.model_json_schema(ref_template=REF + "{model}")
    named = {
        name: next(one for one in shape["anyOf"] if one != {"type": "null"}) | _fewer(name)
        for name, shape in shapes["properties"].items()
        if name != "sets"
    }
    return {
        "limit": {"type": "integer", "minimum": 1, "maximum": listing.MOST, "default": 25},
        "cursor": {"type": "string", "description": "next_cursor of the page before"},
        "sort": {"type": "string", "enum": list(listing.SORTS), "default": listing.NEWEST},
        **named,
    }


def _fewer(name: str) -> dict[str, int]:
    most = filters.SEVERAL_IN_QUERY.get(name)
    return {"maxItems": most} if most else {}


def _parameter(
    name: str, schema: dict[str, Any], where: str, *, required: bool = True
) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}
