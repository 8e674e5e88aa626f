"""What surrounds every page: health, request ids, headers, the mark of the environment, logs."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import cast

import pytest
import requests
from django.test import Client, RequestFactory, override_settings

from selfcare.web import problems
from selfcare.web.request import Request
from tests.conftest import NewInstances
from tests.support.control import Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def test_it_is_live_and_ready_without_a_session(db: None) -> None:
    client = Client(headers={"Host": "10.0.0.7"})
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert not ready.cookies


def test_a_request_id_is_taken_over_or_made(db: None) -> None:
    assert Client().get("/nowhere", headers={"X-Request-Id": "proxy-0001"})["X-Request-Id"] == (
        "proxy-0001"
    )
    for odd in ("x", "a b c d e f g h", "y" * 200, "<script>"):
        made = Client().get("/nowhere", headers={"X-Request-Id": odd})["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f-]{36}", made)


def test_an_error_page_names_the_request(db: None) -> None:
    page = Client().get("/nowhere/", headers={"X-Request-Id": "proxy-0001"})
    assert page.status_code == 404
    assert "proxy-0001" in page.text


def test_pages_carry_strict_headers(db: None) -> None:
    page = Client().get("/signed-out/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("environment", "marked"),
    [("local", True), ("staging", True), ("sandbox", True), ("production", False)],
)
def test_every_page_but_productions_is_marked(db: None, environment: str, *, marked: bool) -> None:
    with override_settings(ENVIRONMENT=environment):
        for path in ("/signed-out/", "/nowhere/", "/api/docs"):
            page = Client().get(path).text
            assert ('class="ribbon"' in page) is marked


def test_it_logs_json_with_the_request_id_and_no_query(instances: NewInstances) -> None:
    (server,) = instances(1, SELFCARE_ENVIRONMENT="sandbox", OUTBOUND_PRIVATE_HOSTS="")
    host = server.url.removeprefix("http://")
    requests.get(
        f"{server.url}/transactions/?q=secret-name",
        headers={"X-Request-Id": "proxy-0001", "Host": host},
        allow_redirects=False,
        timeout=10,
    )
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("event") == "request.answered"]
    assert line["request_id"] == "proxy-0001"
    assert line["route"] == "transactions/"
    assert "secret-name" not in server.log()


@pytest.mark.parametrize("address", ["http://[::1/", "http%3A//[::1/"])
def test_an_address_that_htmx_never_sends_is_refused(db: None, address: str) -> None:
    odd = {
        "HX-Request": "true",
        "HX-Current-URL": address,
        "HX-Current-URL-URI-AutoEncoded": "true",
    }
    page = Client().get("/devices/", headers=odd)
    assert page.status_code == 400
    assert "<h1>" in page.text


@pytest.mark.parametrize("path", ["/sign-out/", "/sign-out/back-channel/", "/api/v1/me"])
def test_a_body_that_no_form_of_ours_has_is_refused_unread(db: None, path: str) -> None:
    """Files count as well: they would go to the disk before anybody looks at them."""
    answer = Client().post(path, {"file": BytesIO(b"x" * 1_100_000)})
    assert answer.status_code == 413
    is_problem = answer["Content-Type"].startswith("application/problem+json")
    assert is_problem == path.startswith("/api/")


def test_a_status_without_a_name_is_still_a_problem(rf: RequestFactory) -> None:
    answer = problems.response(cast(Request, rf.get("/api/v1/accounts")), 499, code="odd")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (499, "odd")
