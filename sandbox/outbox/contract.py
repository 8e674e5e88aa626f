"""The contract of a gateway for texts, as an OpenAPI document; a real one may take its place."""

from typing import Any

from pydantic.json_schema import models_json_schema

from sandbox.outbox.texts import Taken, Text
from sandbox.transactions.contract import Problem

REF = "#/components/schemas/"
PROBLEMS = {
    400: "Malformed: key or body",
    401: "Without the gateway's token",
    405: "Another method",
    422: "For good: `invalid_number`, `unreachable_number`, or the key was used for another text "
    "(`idempotency_key_reused`)",
    429: "Too many: again after Retry-After",
    503: "Not just now: again later, or by another gateway",
}


def document() -> dict[str, Any]:
    _, defined = models_json_schema(
        [(shape, "validation") for shape in (Text, Taken, Problem)], ref_template=REF + "{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gateway for texts",
            "version": "1",
            "description": "Sends a text to a phone. The same key has one effect however often it "
            "is sent to this gateway; another gateway knows nothing of it. No answer, and any 5xx, "
            "leaves open whether the text was taken: send it again with the same key.",
        },
        "servers": [{"url": "/sms/one"}, {"url": "/sms/two"}],
        "security": [{"token": []}],
        "paths": {"/messages": {"post": _send()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(defined["$defs"].items())),
        },
    }


def _send() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
    refused = {
        str(status): {"description": words, "content": problem}
        for status, words in PROBLEMS.items()
    }
    refused["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    key = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"}
    return {
        "operationId": "send",
        "summary": "Send a text, once for a key",
        "parameters": [
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": key}
        ],
        "requestBody": {"required": True, "content": _json("Text")},
        "responses": {
            "202": {
                "description": "Taken",
                "headers": {
                    "Idempotency-Replayed": {
                        "description": "true if this key was taken before",
                        "schema": {"type": "string", "const": "true"},
                    }
                },
                "content": _json("Taken"),
            },
            **refused,
        },
    }


def _json(shape: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF + shape}}}
