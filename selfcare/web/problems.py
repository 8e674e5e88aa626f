"""What went wrong, as a page, a fragment or RFC 9457 problem+json: one table for all three."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare import errors
from selfcare.web.addresses import address
from selfcare.web.request import Request, in_place

TYPE = "https://selfcare.example/problems/{code}"
API_PREFIX = "/api/"
# Whoever calls here is a program, which reads problem+json and no page.
FOR_PROGRAMS = (API_PREFIX, "/hooks/")


@dataclass(frozen=True, slots=True)
class Problem:
    """How a kind of failure is told: HTTP `status`, stable `code`, `detail` in plain words."""

    status: int
    code: str
    detail: str


TABLE: tuple[tuple[type[Exception], Problem], ...] = (
    (
        errors.NotSent,
        Problem(
            503, "not_reached", noop("We can't reach the service right now. Nothing was sent.")
        ),
    ),
    (
        errors.OutcomeUnknown,
        Problem(503, "no_answer", noop("The service didn't answer in time. We don't know yet.")),
    ),
    (
        errors.BadReply,
        Problem(503, "bad_reply", noop("The service answered in a way that we can't rely on.")),
    ),
    (errors.NotFound, Problem(404, "not_found", noop("There is nothing at this address for you."))),
    (errors.Forbidden, Problem(403, "forbidden", noop("You may not do this."))),
    (errors.SignInAgain, Problem(401, "sign_in_required", noop("Sign in again to go on."))),
    (errors.TooMany, Problem(429, "too_many_requests", noop("Too many requests. Wait a moment."))),
    (errors.Rejected, Problem(409, "rejected", noop("The service said no to this."))),
)

WORDS = {
    400: Problem(400, "bad_request", noop("We can't read this request.")),
    401: Problem(401, "sign_in_required", noop("Sign in to go on.")),
    403: Problem(403, "forbidden", noop("You may not do this.")),
    404: Problem(404, "not_found", noop("There is nothing at this address for you.")),
    405: Problem(405, "method_not_allowed", noop("This address doesn't take that method.")),
    409: Problem(409, "conflict", noop("The state has changed since you looked.")),
    413: Problem(413, "too_large", noop("That is more than we take at once.")),
    415: Problem(
        415, "unsupported_media_type", noop("This address doesn't take that content type.")
    ),
    422: Problem(422, "unprocessable", noop("Something in the request doesn't fit.")),
    429: Problem(429, "too_many_requests", noop("Too many requests. Wait a moment.")),
    500: Problem(500, "internal_error", noop("Something broke on our side.")),
    503: Problem(503, "unavailable", noop("This isn't available right now.")),
}


def of(error: Exception) -> Problem:
    """The row of the table for an error; an unknown one is a 500."""
    for kind, problem in TABLE:
        if isinstance(error, kind):
            return problem
    return WORDS[500]


def wants_json(request: Request) -> bool:
    return request.path.startswith(FOR_PROGRAMS)


def response(
    request: Request, status: int, *, code: str = "", detail: str = "", **members: Any
) -> HttpResponse:
    """A problem+json answer; `members` are extension members, such as `errors`."""
    words = WORDS.get(status, Problem(status, "error", ""))
    code = code or words.code
    body = {
        "type": TYPE.format(code=code),
        "title": _phrase(status),
        "status": status,
        "detail": detail or words.detail,
        "code": code,
        "request_id": getattr(request, "request_id", ""),
        **members,
    }
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        # A service may say no with a status that has no name.
        return "Error"


def page(request: Request, status: int, **context: Any) -> HttpResponse:
    """The error page for `status`, as problem+json under /api/; it calls nobody."""
    if wants_json(request):
        code, detail = context.get("code", ""), context.get("detail", "")
        answer = response(request, status, code=code, detail=detail)
    else:
        template = "errors/fragment.html" if in_place(request) else f"errors/{status}.html"
        context = {
            "problem": WORDS.get(status, WORDS[500]),
            "words": _(WORDS.get(status, WORDS[500]).detail),
            "happened_at": timezone.now(),
            "request_id": getattr(request, "request_id", ""),
            "console_url": _console_url(request),
            **context,
        }
        answer = HttpResponse(render_to_string(template, context, request), status=status)
    answer["Cache-Control"] = "no-store"
    if retry_after := context.get("retry_after"):
        answer["Retry-After"] = str(retry_after)
    return answer


def _console_url(request: Request) -> str:
    """Where the merchant's console begins, for what went wrong inside it, not at its door."""
    url = address("merchant:entrance")
    inside = url and request.path.startswith(url) and request.path != url
    return url if inside else ""


def of_error(request: Request, error: Exception) -> HttpResponse:
    """The page, fragment or problem that tells `error`."""
    problem = of(error)
    retry_after = getattr(error, "retry_after", None)
    if problem.status == 503:
        retry_after = 5
    return page(
        request,
        problem.status,
        code=problem.code,
        detail=_(problem.detail),
        failure=problem,
        retry_after=retry_after,
    )
