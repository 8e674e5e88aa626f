"""The way into the sandbox API: selfcare's token, the person, their merchant, and what they may."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from sandbox import clock, worlds
from sandbox.control import faults
from sandbox.people.models import Membership, Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions.door import SUB, request_id_of
from sandbox.worlds import winding

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """A request that was let in: who asks, for which merchant, and as what.

    `at` is the real time; `clock.now()` is that of the merchant's world.
    """

    request_id: str
    at: datetime
    person: Person
    _membership: Membership | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def membership(self) -> Membership:
        assert self._membership is not None  # noqa: S101 (behind `console` there is one)
        return self._membership

    @property
    def merchant(self) -> Merchant:
        return self.membership.merchant

    @property
    def is_admin(self) -> bool:
        return self.membership.role == Membership.Role.ADMIN


type View = Callable[..., HttpResponse]
type Inside = Callable[[HttpRequest, Visit, dict[str, str]], HttpResponse]


def console(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Views get the request, the visit, and the path's parts by name.

    The merchant is one that the person works for: another's is like one that never was. Whatever
    isn't a GET needs an admin.
    """

    def wrap(view: View) -> Callable[..., HttpResponseBase]:
        def inside(request: HttpRequest, visit: Visit, parts: dict[str, str]) -> HttpResponse:
            visit._membership = membership_of(visit.person, parts.pop("merchant_id"))
            if request.method != "GET" and not visit.is_admin:
                raise ProblemError(403, "viewer_only", "A viewer looks and changes nothing.")
            with worlds.entered(visit.merchant):
                winding.catch_up(visit.merchant)
                return view(request, visit, **parts)

        return _door(methods, view, inside)

    return wrap


def person_only(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """As `console`, for what is about a person and no merchant."""

    def wrap(view: View) -> Callable[..., HttpResponseBase]:
        return _door(methods, view, lambda request, visit, parts: view(request, visit, **parts))

    return wrap


def membership_of(person: Person, merchant_id: str) -> Membership:
    """ProblemError 404 for a merchant that isn't theirs as for what never was."""
    rows = Membership.objects.filter(person=person).select_related("merchant", "person")
    found = (
        rows.filter(merchant__public_id=merchant_id).first() if "\0" not in merchant_id else None
    )
    if found is None:
        raise ProblemError(404, "unknown_merchant", "There is no such merchant.")
    return found


def _door(methods: tuple[str, ...], view: View, inside: Inside) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest, sub: str, **parts: str) -> HttpResponseBase:
        request_id = request_id_of(request)

        def respond() -> HttpResponse:
            try:
                _check_caller(request, methods)
                visit = Visit(request_id, clock.real_now(), _person(sub))
                return inside(request, visit, parts)
            except ProblemError as problem:
                response = problem.response(request_id)
                if problem.status == 405:
                    response["Allow"] = problem.facts["allow"]
                return response
            except Exception:
                log.exception("request.failed console %s", request_id)
                bug = ProblemError(500, "internal_error", "A bug in the box; see its log.")
                return bug.response(request_id)

        known = sub if SUB.fullmatch(sub) else ""
        operation = "console" if request.method == "GET" else "console_write"
        response = faults.around(request, operation, known, respond, request_id)
        response["X-Request-Id"] = request_id
        response["Cache-Control"] = "no-store"
        return response

    door.methods = methods  # type: ignore[attr-defined]
    return door


def _check_caller(request: HttpRequest, methods: tuple[str, ...]) -> None:
    token = settings.SANDBOX_API_TOKEN
    if not token:
        raise ProblemError(404, "not_found", "There is nothing at this address.")
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        raise ProblemError(401, "bad_token", "Send the service's bearer token.")
    if request.method not in methods:
        allow = ", ".join(methods)
        told = f"This address knows {allow} only."
        raise ProblemError(405, "method_not_allowed", told, allow=allow)


def _person(sub: str) -> Person:
    """Nobody we know works for no merchant, and is told as much and no more."""
    found = Person.objects.filter(sub=sub).first() if SUB.fullmatch(sub) else None
    if found is None:
        raise ProblemError(404, "unknown_merchant", "There is no such merchant.")
    return found
