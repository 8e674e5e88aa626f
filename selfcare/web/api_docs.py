"""Turns the OpenAPI document into rows that a page can show; adds nothing that isn't in it."""

from typing import Any


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an operation: method, path, words, parameters, body and answers."""
    rows = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            rows.append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": [_parameter(p) for p in operation.get("parameters", [])],
                    "fields": _fields(document, operation.get("requestBody")),
                    "answers": [
                        {"status": status, "shape": _shape(answer)}
                        for status, answer in operation["responses"].items()
                    ],
                }
            )
    return rows


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter.get("schema", {})
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "required": parameter.get("required", False),
        "type": _type(schema),
        "description": parameter.get("description") or schema.get("description", ""),
    }


def _fields(document: dict[str, Any], body: dict[str, Any] | None) -> list[dict[str, Any]]:
    if not body:
        return []
    name = _shape(body)
    schema = document["components"]["schemas"].get(name, {})
    required = schema.get("required", [])
    return [
        {
            "name": field,
            "where": "body",
            "required": field in required,
            "type": _type(detail),
            "description": detail.get("description", ""),
        }
        for field, detail in schema.get("properties", {}).items()
    ]


def _shape(holder: dict[str, Any]) -> str:
    for content in holder.get("content", {}).values():
        reference = content.get("schema", {}).get("$ref", "")
        if reference:
            return str(reference.rsplit("/", 1)[1])
    return ""


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    return str(schema.get("type", ""))
