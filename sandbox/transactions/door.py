"""The way into the service for every operation: token, faults, due things, the log, problems."""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from sandbox import clock, ids
from sandbox.cases import due as case_due
from sandbox.control import faults, record
from sandbox.control.models import Fault
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import due
from sandbox.transactions.models import Transaction

log = logging.getLogger(__name__)

SUB = re.compile(r"[A-Za-z0-9_.:@-]{1,64}")
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(slots=True)
class Visit:
    """One request on its way through: who it is about, and what the log will say."""

    operation: str
    request_id: str
    facts: dict[str, Any] = field(default_factory=dict)
    logged: bool = False

    def log(self, status: int, **facts: Any) -> None:
        """Write the row; a write does it inside its own database transaction."""
        known = {**self.facts, "status": status, "request_id": self.request_id, **facts}
        record.write(self.operation, **known)
        self.logged = True


type View = Callable[..., HttpResponseBase]


def service(
    operation: str, *methods: str, reads: bool = False
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Views get the request, the visit, the person, and the path's other parts by name.

    `reads` says of a POST that it is a question too long for a query string.
    """

    def wrap(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def door(request: HttpRequest, sub: str, **parts: str) -> HttpResponseBase:
            visit = Visit(operation, request_id_of(request))
            visit.facts["sub"] = sub if SUB.fullmatch(sub) else ""

            def respond() -> HttpResponseBase:
                return _answered(request, visit, lambda: _inside(request, visit, sub, parts))

            def _inside(
                request: HttpRequest, visit: Visit, sub: str, parts: dict[str, str]
            ) -> HttpResponseBase:
                _check_caller(request, methods)
                due.apply_due(clock.now())
                case_due.apply_due(clock.now())
                asks = reads or request.method == "GET"
                return view(request, visit, _person(request, sub, asks), **parts)

            known = visit.facts["sub"]
            response = faults.around(request, operation, known, respond, visit.request_id)
            _finish(request, visit, response)
            return response

        return door

    return wrap


def for_all(operation: str) -> Callable[[View], View]:
    """A question that isn't about one person: token, faults and log, and no due things."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def door(request: HttpRequest) -> HttpResponseBase:
            visit = Visit(operation, request_id_of(request))

            def asked() -> HttpResponseBase:
                _check_caller(request, ("GET",))
                return view(request)

            response = faults.around(
                request, operation, "", lambda: _answered(request, visit, asked), visit.request_id
            )
            _finish(request, visit, response)
            return response

        return door

    return wrap


def _answered(
    request: HttpRequest, visit: Visit, respond: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Every end is an answer: a refusal its problem, a bug a 500 with its trace in the log."""
    try:
        return respond()
    except ProblemError as problem:
        visit.logged = False  # what a write had logged was rolled back with it
        visit.facts["code"] = problem.code
        response = problem.response(visit.request_id)
        if problem.status == 405:
            response["Allow"] = problem.facts["allow"]
        return response
    except Exception:
        visit.logged = False
        log.exception("request.failed %s %s", visit.operation, visit.request_id)
        bug = ProblemError(500, "internal_error", "A bug in the box; see its log.")
        return bug.response(visit.request_id)


def _check_caller(request: HttpRequest, methods: tuple[str, ...]) -> None:
    expected = f"Bearer {settings.SANDBOX_TRANSACTIONS_TOKEN}"
    if not constant_time_compare(request.headers.get("Authorization", ""), expected):
        raise ProblemError(401, "bad_token", "Send the service's bearer token.")
    if request.method not in methods:
        allow = ", ".join(methods)
        told = f"This address knows {allow} only."
        raise ProblemError(405, "method_not_allowed", told, allow=allow)


def _person(request: HttpRequest, sub: str, asks: bool) -> Person:
    """Whom it is about; under the fault `foreign` somebody else."""
    person = Person.objects.filter(sub=sub).first() if SUB.fullmatch(sub) else None
    if person is None:
        raise ProblemError(404, "unknown_user", "There is no such person.")
    if is_foreign(request) and asks:
        busy = Exists(Transaction.objects.filter(person=OuterRef("pk")))
        return Person.objects.filter(busy).exclude(pk=person.pk).order_by("pk").first() or person
    return person


def is_foreign(request: HttpRequest) -> bool:
    return request.META.get("sandbox.fault") == Fault.Mode.FOREIGN


def _finish(request: HttpRequest, visit: Visit, response: HttpResponseBase) -> None:
    if not _drained(request):
        response["Connection"] = "close"
    response["X-Request-Id"] = visit.request_id
    response["Cache-Control"] = "no-store"
    if not visit.logged:
        fault = request.META.get("sandbox.fault", "")
        visit.log(response.status_code, fault=fault)


def _drained(request: HttpRequest) -> bool:
    """Whether the body was read to its end; else the next request on this connection would fail."""
    try:
        return any(not request.read(65_536) for _ in range(32))
    except OSError:
        return False


def request_id_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"


def transaction_id(text: str) -> Any:
    """The id inside, or ProblemError 404: one that never was is like somebody else's."""
    found = ids.unwire("txn", text)
    if found is None:
        raise unknown_transaction()
    return found


def unknown_transaction() -> ProblemError:
    return ProblemError(404, "unknown_transaction", "There is no such transaction.")
