"""How the merchant API says no to a sender it doesn't let in."""

import math
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase

from sandbox import ids
from sandbox.merchant_api.signatures import RefusedError
from sandbox.problems import ProblemError


def answer(request_id: UUID, error: RefusedError, *, explained: bool = False) -> HttpResponse:
    """The problem, with the headers that its status asks for; `explained` if its log has a row."""
    wire_id = ids.wire("req", request_id)
    facts: dict[str, str] = {"step": error.step}
    if explained:
        facts["explained_at"] = f"/merchant-api/v1/requests/{wire_id}"
    response = ProblemError(error.status, error.code, error.detail, **facts).response(wire_id)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="merchant-api"'
    if error.status in {411, 413}:
        response["Connection"] = "close"
    if error.wait:
        response["Retry-After"] = str(math.ceil(error.wait))
    finish(response, request_id)
    return response


def finish(response: HttpResponseBase, request_id: UUID) -> None:
    """What every answer has."""
    response["X-Request-Id"] = ids.wire("req", request_id)
    response["Cache-Control"] = "no-store"
