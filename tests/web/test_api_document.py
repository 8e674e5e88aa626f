"""The OpenAPI document: each operation in words, each answer with an example that is true."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from ninja import Schema
from pydantic import BaseModel

from selfcare.clients.shapes import Shape
from selfcare.web.api import EXAMPLES, api


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def has_example(part: Any, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
    """Somewhere in this part of the document, or in what it refers to."""
    if isinstance(part, list):
        return any(has_example(one, schemas, seen) for one in part)
    if not isinstance(part, dict):
        return False
    if "examples" in part or "example" in part:
        return True
    name = str(part.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen and has_example(schemas[name], schemas, seen | {name}):
        return True
    return any(has_example(one, schemas, seen) for one in part.values())


def test_each_operation_is_told_in_words(document: dict[str, Any]) -> None:
    silent = [
        name
        for name, operation in operations(document)
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []
    summaries = [operation["summary"] for _, operation in operations(document)]
    assert sorted(summaries) == sorted(set(summaries))


def test_each_json_body_and_answer_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bare = []
    for name, operation in operations(document):
        holders = {"body": operation.get("requestBody", {}), **operation["responses"]}
        for what, holder in holders.items():
            content = holder.get("content", {}).get("application/json")
            nothing_in_it = content == {"schema": {"$ref": "#/components/schemas/WithdrawalIn"}}
            if content and not nothing_in_it and not has_example(content, schemas):
                bare.append(f"{name} {what}")
    assert bare == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_schema_says(document: dict[str, Any], name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    assert [str(fault) for fault in jsonschema_rs.iter_errors(schema, EXAMPLES[name])] == []


def kinds_of(base: type[BaseModel]) -> set[type[BaseModel]]:
    return {base}.union(*(kinds_of(kind) for kind in base.__subclasses__()))


def test_no_two_schemas_have_one_name() -> None:
    """The document has room for one of a name: the other would be described as that one."""
    kinds = kinds_of(Schema) | kinds_of(Shape)
    names = Counter(kind.__name__ for kind in kinds if kind.__module__.startswith("selfcare."))
    assert [name for name, count in names.items() if count > 1] == []
