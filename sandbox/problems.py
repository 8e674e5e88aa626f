"""Refusals as `application/problem+json` (RFC 9457), for every service of the box."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

TYPE = "https://selfcare.example/problems/"
TITLES = {
    400: "The request can't be understood",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too late",
    409: "Conflict",
    411: "Its length isn't told",
    413: "Too large",
    415: "Unsupported media type",
    421: "Sent to the wrong place",
    422: "Can't be done as asked",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available",
}


class ProblemError(Exception):
    """A refusal on its way to the caller; `facts` are further members of the problem."""

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail, self.facts = status, code, detail, facts

    def body(self, request_id: str) -> dict[str, Any]:
        return {
            "type": TYPE + self.code,
            "title": TITLES.get(self.status, "Refused"),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            **self.facts,
        }

    def response(self, request_id: str) -> HttpResponse:
        return answer(self.status, self.body(request_id))


def answer(status: int, body: dict[str, Any] | list[Any]) -> HttpResponse:
    """JSON, as a problem from 400 on."""
    kind = "application/problem+json" if status >= 400 else "application/json"
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), status=status, content_type=kind)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return ProblemError(400, "bad_request", "Malformed request.").response("")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return ProblemError(404, "not_found", "There is nothing at this address.").response("")


def server_error(request: HttpRequest) -> HttpResponse:
    return ProblemError(500, "internal_error", "A bug in the box; see its log.").response("")
