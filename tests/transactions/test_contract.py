"""The JSON API keeps to its own description, whatever is sent."""

from collections.abc import Callable

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from selfcare.web.api import api
from tests.support.control import Control, Person
from tests.support.servers import Server
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def description() -> dict[str, object]:
    import config.urls  # noqa: F401 - it adds the routers

    return api.get_openapi_schema(path_prefix="/api/")


def test_nothing_that_can_be_sent_breaks_it(
    site: Server,
    signed_in: SignedIn,
    control: Control,
    alice: Person,
    description: dict[str, object],
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    token = client.get("/api/v1/me").json()["csrf_token"]
    names = (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME)
    cookies = {name: client.cookies[name].value for name in names}
    tried = 0

    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case: Case) -> None:
        nonlocal tried
        tried += 1
        if tried % 2:
            case.path_parameters |= {
                name: made["id"] for name in case.path_parameters if name == "transaction_id"
            }
        answer = case.call(base_url=site.url, cookies=cookies, headers={"X-CSRFToken": token})
        case.validate_response(answer, checks=CHECKS)

    schema = schemathesis.openapi.from_dict(description)
    for operation in schema.get_all_operations():
        given(case=operation.ok().as_strategy())(send)()
    assert tried > 100
