"""The way into the merchant API: examines the sender, answers, and keeps what happened."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from sandbox import clock, ids, worlds
from sandbox.control import faults
from sandbox.merchant_api import crowds, examining, keys, record, refusing
from sandbox.merchant_api.examining import Examination
from sandbox.merchant_api.models import ApiKey
from sandbox.merchant_api.signatures import Message, RefusedError
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions.bodies import LARGEST
from sandbox.worlds import winding

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """A request that was let in: whose it is, by which key, and its body as it came.

    `at` is the time of the merchant's world, in which all of its request happens.
    """

    id: UUID
    at: datetime
    exam: Examination
    key: ApiKey
    code: str = ""

    @property
    def merchant(self) -> Merchant:
        return self.key.merchant

    @property
    def content(self) -> bytes:
        return self.exam.message.content

    @property
    def wire_id(self) -> str:
        return ids.wire("req", self.id)


type View = Callable[..., HttpResponse]


def merchant_api(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Views get the request, the visit, and the path's parts by name."""

    def wrap(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def door(request: HttpRequest, **parts: str) -> HttpResponseBase:
            at, began = clock.real_now(), time.monotonic()
            request_id = ids.uuid7(at)
            exam = Examination(_message(request))
            refused: RefusedError | None = None
            code = ""
            try:
                key = _let_in(exam, at, request.META.get(examining.REFUSED_EARLY))
                with worlds.entered(key.merchant):
                    visit = Visit(request_id, clock.now(), exam, key)
                    response = _inside(
                        request, visit, methods, lambda: view(request, visit, **parts)
                    )
                code = visit.code
            except RefusedError as error:
                refused = error
                explained = exam.key is not None and error.step != "rate"
                response = refusing.answer(request_id, error, explained=explained)
            finally:
                if exam.placed:
                    crowds.leave(exam.placed)
            refusing.finish(response, request_id)
            try:
                record.write(
                    request_id, exam, response, at=at, refused=refused, code=code,
                    latency_ms=int((time.monotonic() - began) * 1000),
                )  # fmt: skip
            except DatabaseError:
                # What was done was done: its answer must not be lost with the log's row.
                log.exception("request.not_logged %s", ids.wire("req", request_id))
            return response

        return door

    return wrap


def _let_in(exam: Examination, at: datetime, refused_early: RefusedError | None) -> ApiKey:
    if refused_early:
        exam.key = keys.by_id(examining.claimed_key(exam.message))
        raise refused_early
    examining.examine(exam, at, crowds.enter)
    assert exam.key is not None  # noqa: S101 (by `examine`)
    exam.key.note_use(at)
    return exam.key


def _inside(
    request: HttpRequest, visit: Visit, methods: tuple[str, ...], view: Callable[[], HttpResponse]
) -> HttpResponseBase:
    """Every end is an answer: a refusal its problem, a bug a 500 with its trace in the log."""

    def respond() -> HttpResponse:
        try:
            if visit.exam.message.method not in methods:
                allow = ", ".join(methods)
                told = f"This address knows {allow} only."
                raise ProblemError(405, "method_not_allowed", told, allow=allow)
            winding.catch_up(visit.merchant)
            return view()
        except ProblemError as problem:
            visit.code = problem.code
            response = problem.response(visit.wire_id)
            if problem.status == 405:
                response["Allow"] = problem.facts["allow"]
            return response
        except Exception:
            log.exception("request.failed %s", visit.wire_id)
            visit.code = "internal_error"
            bug = ProblemError(500, "internal_error", "A bug in the box; see its log.")
            return bug.response(visit.wire_id)

    return faults.around(request, "merchant_api", visit.merchant.public_id, respond, visit.wire_id)


def _message(request: HttpRequest) -> Message:
    """What stood in the request, not what the framework made of it."""
    found = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in request.META.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    if not found.get("content-type"):
        found.pop("content-type", None)
    try:
        content = request.read(LARGEST + 1)
    except OSError:  # it ended before its end: no digest fits that
        content = b""
    meta = request.META
    return Message(str(meta["REQUEST_METHOD"]), str(meta["RAW_URI"]), found, content)
