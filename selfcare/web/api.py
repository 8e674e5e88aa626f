"""The JSON API's frame: who may call it, each failure as problem+json; features add routers."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyCookie
from pydantic import BaseModel, ConfigDict, Field

from selfcare import errors
from selfcare.web import problems
from selfcare.web.request import Person

DESCRIPTION = """
What a signed-in person sees and does on the pages, as JSON, from the same origin.

* **Who**: the session cookie of the pages. Requests that change something carry `X-CSRFToken`
  with the `csrf_token` that `GET /api/v1/me` gives.
* **Money**: whole minor units and an ISO 4217 code. **Time**: RFC 3339, UTC.
* **Once**: what has an effect takes an `Idempotency-Key` of your making, 16 to 128 letters,
  digits, `_` or `-`. The same key and body give the same answer again; another body is a 422.
* **Errors**: RFC 9457 `application/problem+json`, with a stable `code` and the `request_id`.
"""


# Whole examples by the names of their schemas, where fields have none of their own.
EXAMPLES: dict[str, Any] = json.loads(
    Path(__file__).with_name("api_examples.json").read_text(encoding="utf-8")
)


class ProblemDetails(BaseModel):
    """An error after RFC 9457; further members depend on the `code`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["https://selfcare.example/problems/not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is nothing at this address for you."])
    code: str = Field(examples=["not_found"])
    request_id: str = Field(examples=["0d1c7f9a-6a0e-4a57-9b53-0f6a5f0a2c11"])


class SignedIn(APIKeyCookie):
    """The session cookie; unsafe methods need the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        return getattr(request, "person", None)


def errors_for(*statuses: int) -> dict[int, Any]:
    """The problems that an operation may answer with, for its `response` table."""
    return dict.fromkeys(statuses, ProblemDetails)


def _tell_of_problems(operation: dict[str, Any]) -> None:
    """Under their own content type, and also those that come from before any operation.

    The middleware refuses NUL in an address, a body too large, and all while the database is gone;
    the service may say at any time that it is asked too often.
    """
    answers = operation["responses"]
    told = {status: one for status, one in answers.items() if int(status) >= 400}
    for one in told.values():
        one["content"]["application/problem+json"] = one["content"].pop("application/json")
    if told:
        like = next(iter(told.values()))
        for status in (400, 429, 503, *([413] if "requestBody" in operation else [])):
            answers.setdefault(status, {**like, "description": HTTPStatus(status).phrase})


class DescribedAPI(NinjaAPI):
    """NinjaAPI, whose description tells errors by the content type that they really have."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        for item in document["paths"].values():
            for operation in item.values():
                _tell_of_problems(operation)
        for name, example in EXAMPLES.items():
            document["components"]["schemas"][name]["examples"] = [example]
        return document


api = DescribedAPI(
    title="Selfcare",
    version="1",
    description=DESCRIPTION,
    auth=SignedIn(),
    docs_url=None,
    openapi_url="/v1/openapi.json",
    urls_namespace="api",
)


@api.exception_handler(errors.CallFailed)
def _call_failed(request: Any, failure: errors.CallFailed) -> HttpResponse:
    if isinstance(failure, errors.Rejected):
        return problems.response(
            request,
            failure.status,
            code=failure.code,
            detail=str(failure.problem.get("detail", "")),
        )
    return problems.of_error(request, failure)


@api.exception_handler(ValidationError)
def _invalid(request: Any, failure: ValidationError) -> HttpResponse:
    found = [
        {"location": [str(part) for part in error["loc"]], "detail": error["msg"]}
        for error in failure.errors
    ]
    return problems.response(request, 422, code="invalid", errors=found)


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: Any, failure: AuthenticationError) -> HttpResponse:
    return problems.response(request, 401)


@api.exception_handler(HttpError)
def _http_error(request: Any, failure: HttpError) -> HttpResponse:
    return problems.response(request, failure.status_code)


@api.exception_handler(Http404)
def _missing(request: Any, failure: Http404) -> HttpResponse:
    return problems.response(request, 404)


@api.exception_handler(BadRequest)
def _bad_request(request: Any, failure: BadRequest) -> HttpResponse:
    return problems.response(request, 400)
