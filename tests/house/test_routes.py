"""Rules about every address: a guard, a kebab-case path, no route lost."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.openapi.schema import OpenAPISchema

from selfcare.web.api import api

PLACEHOLDER = re.compile(r"<[^>]+>")
# Whoever was shown a receipt may ask whether it is true, without being anybody here.
FOR_ANYONE = ["get /api/v1/verifications/{code}"]


def routes(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


ALL = list(routes())
# ninja asks who is there by itself; its root stands for the prefix of its paths and is no page.
PAGES = [(path, entry) for path, entry in ALL if not path.startswith("api/v1") and path != "api/"]


def test_it_finds_the_routes() -> None:
    assert len(PAGES) > 15


@pytest.mark.parametrize(("path", "entry"), PAGES, ids=[path for path, _ in PAGES])
def test_each_view_has_a_guard_or_says_that_it_is_public(path: str, entry: URLPattern) -> None:
    assert getattr(entry.callback, "guard", None), f"{path} has no guard"


def test_the_root_of_the_api_is_not_a_page(client: Client) -> None:
    assert client.get("/api/").status_code == 404


def test_each_operation_of_the_api_asks_who_is_there(openapi: OpenAPISchema) -> None:
    operations = [
        (path, method, operation)
        for path, item in openapi["paths"].items()
        for method, operation in item.items()
    ]
    assert len(operations) >= 8
    open_ones = [
        f"{method} {path}"
        for path, method, operation in operations
        if not operation.get("security")
    ]
    assert open_ones == FOR_ANYONE


def test_each_operation_tells_what_is_refused_before_it(
    client: Client, openapi: OpenAPISchema
) -> None:
    assert client.get("/api/v1/cases?cursor=%00").status_code == 400
    assert client.get("/api/v1/cases/a%00b").status_code == 400
    large = client.post("/api/v1/labels", "x" * 4_000_000, content_type="application/json")
    assert large.status_code == 413
    untold = [
        f"{method} {path} {status}"
        for path, item in openapi["paths"].items()
        for method, operation in item.items()
        for status in (400, 503, *([413] if "requestBody" in operation else []))
        if status not in operation["responses"]
    ]
    assert untold == []


@pytest.mark.parametrize("path", [path for path, _ in ALL])
def test_paths_are_kebab_case_and_end_in_a_slash(path: str) -> None:
    bare = PLACEHOLDER.sub("x", path)
    assert re.fullmatch(r"([a-z0-9-]+/)*([a-z0-9.-]+)?", bare), path
    if not path.startswith(("api/", "hooks/")):
        # A file is called like one.
        assert bare == "" or bare.endswith(("/", ".pdf")), path


@pytest.fixture
def openapi() -> OpenAPISchema:
    return api.get_openapi_schema()
