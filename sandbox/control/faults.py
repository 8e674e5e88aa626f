"""Things going wrong on purpose; any service of the box wraps its view with `faulty`."""

import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import wraps
from typing import Any, cast

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from sandbox.control.models import Fault
from sandbox.problems import ProblemError

OPERATIONS = (
    "accounts", "list", "detail", "outcome", "cancel", "confirm", "undo",
    "withdraw_confirmation", "repeat_offer", "repeat", "refund_request", "dispute", "fraud_report",
    "recall", "inquiry", "cases", "case", "case_message", "case_withdrawal", "case_escalation",
    "evidence", "totals", "summary", "stream", "statement", "merchants", "handoff",
    "handoff_claim",
    "token", "discovery", "jwks", "events", "hook", "smtp", "sms_one", "sms_two", "push",
    "merchant_api", "console", "console_write", "*",
)  # fmt: skip
# What only one channel can answer.
ONLY_AT = {
    Fault.Mode.BOUNCE: ("smtp",),
    Fault.Mode.GONE: ("push",),
    Fault.Mode.INVALID: ("sms_one", "sms_two"),
}
LONGEST_SECONDS = 30
# What spoils a stream on its way: it breaks off after a part, or a line of it does, or it is slow.
MIDWAY = (Fault.Mode.CUT_AFTER_COMMIT, Fault.Mode.BROKEN_JSON, Fault.Mode.DRIP)


def take(operation: str, sub: str = "", to: str = "", *, modes: Iterable[str] = ()) -> Fault | None:
    """The first fault switched on for it, counted down; of two at once at the last, one gets it.

    `modes` says which can happen at this point of a conversation; otherwise all can.
    """
    fitting = Fault.objects.filter(operation__in=[operation, "*"], sub__in=["", sub])
    fitting = fitting.filter(to__in=["", to.lower()])
    if modes:
        fitting = fitting.filter(mode__in=list(modes))
    for fault in fitting.exclude(remaining=0).order_by("pk"):
        if fault.remaining is None:
            return fault
        counted = Fault.objects.filter(pk=fault.pk, remaining__gt=0)
        if counted.update(remaining=F("remaining") - 1):
            return fault
    return None


def around(
    request: HttpRequest,
    operation: str,
    sub: str,
    respond: Callable[[], HttpResponseBase],
    request_id: str = "",
    *,
    to: str = "",
) -> HttpResponseBase:
    """Answer by `respond`, spoiled by the fault that is on; its mode is left in `META`.

    `foreign`, `gone` and `invalid` are up to the service: it finds the mode in
    `request.META["sandbox.fault"]`.
    """
    fault = take(operation, sub, to)
    if fault is None:
        return respond()
    request.META["sandbox.fault"] = fault.mode
    if fault.mode in {Fault.Mode.ERROR, Fault.Mode.REFUSE}:
        return _refuse(fault, request_id)
    if fault.mode in {Fault.Mode.LATENCY, Fault.Mode.HANG}:
        _sleep(fault.ms or (LONGEST_SECONDS * 1000 if fault.mode == Fault.Mode.HANG else 0))
    if fault.mode in {Fault.Mode.HANG, Fault.Mode.CUT_BEFORE}:
        return _cut(request)
    response = respond()
    if isinstance(response, StreamingHttpResponse) and fault.mode in MIDWAY:
        return _part_of(request, fault, response)
    if fault.mode == Fault.Mode.CUT_AFTER_COMMIT:
        return _cut(request)
    return _spoil(fault, response)


def _refuse(fault: Fault, request_id: str) -> HttpResponse:
    if fault.mode == Fault.Mode.ERROR:
        code = "not_found" if fault.status == 404 else "fault_injected"
        return ProblemError(fault.status, code, "Wanted by a fault.").response(request_id)
    refused = ProblemError(503, "unavailable", "Wanted by a fault.").response(request_id)
    refused["Retry-After"] = "1"
    return refused


def _spoil(fault: Fault, response: HttpResponseBase) -> HttpResponseBase:
    if not isinstance(response, HttpResponse):
        return response
    if fault.mode == Fault.Mode.BROKEN_JSON:
        response.content = response.content[: max(1, len(response.content) * 2 // 3)]
    if fault.mode == Fault.Mode.DRIP:
        slow = StreamingHttpResponse(
            _drops([response.content], (fault.ms or 300) / 1000),
            status=response.status_code,
            content_type=response["Content-Type"],
        )
        slow["Content-Length"] = str(len(response.content))
        return slow
    return response


def _part_of(
    request: HttpRequest, fault: Fault, response: StreamingHttpResponse
) -> StreamingHttpResponse:
    """The stream slowed down, or without the second half of its last chunk but one.

    That chunk is followed by the last one (`broken_json`), or by nothing: the connection ends.
    """
    chunks = iter(cast("Iterable[bytes]", response.streaming_content))

    def broken() -> Iterator[bytes]:
        held: deque[bytes] = deque()
        for chunk in chunks:
            held.append(chunk)
            if len(held) > 2:
                yield held.popleft()
        last = held.pop()
        if held:
            yield held[0][: len(held[0]) // 2]
        if fault.mode == Fault.Mode.BROKEN_JSON:
            yield b"\n" + last
        else:
            _cut(request)

    slow = fault.mode == Fault.Mode.DRIP
    response.streaming_content = _drops(chunks, (fault.ms or 300) / 1000) if slow else broken()
    return response


def faulty[View: Callable[..., HttpResponseBase]](operation: str) -> Callable[[View], View]:
    """For views of other services: `@faulty("token")`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return around(request, operation, "", lambda: view(request, *args, **kwargs))

        return cast("View", door)

    return wrap


def switch_on(facts: dict[str, Any]) -> Fault:
    """A fault from the control API's words; ValueError says what is wrong with them."""
    if facts.get("operation") not in OPERATIONS:
        raise ValueError(f"operation must be one of {', '.join(OPERATIONS)}")
    if facts.get("mode") not in Fault.Mode.values:
        raise ValueError(f"mode must be one of {', '.join(Fault.Mode.values)}")
    if facts["operation"] not in ONLY_AT.get(facts["mode"], OPERATIONS):
        raise ValueError(f"{facts['mode']} is only for {' and '.join(ONLY_AT[facts['mode']])}")
    for name, low, high in (("ms", 0, 60_000), ("status", 400, 599), ("count", 1, 100_000)):
        value = facts.get(name)
        if value is not None and (type(value) is not int or not low <= value <= high):
            raise ValueError(f"{name} must be a whole number from {low} to {high}")
    for name, longest in (("sub", 64), ("to", 254)):
        value = facts.get(name) or ""
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise ValueError(f"{name} must be text of at most {longest} characters")
    return Fault.objects.create(
        operation=facts["operation"],
        mode=facts["mode"],
        sub=facts.get("sub") or "",
        to=(facts.get("to") or "").strip().lower().rsplit("/", 1)[-1],
        ms=facts.get("ms") or 0,
        status=facts.get("status") or 500,
        remaining=facts.get("count"),
    )


def active() -> list[Fault]:
    return list(Fault.objects.filter(Q(remaining=None) | Q(remaining__gt=0)).order_by("pk"))


def _sleep(ms: int) -> None:
    time.sleep(min(ms / 1000, LONGEST_SECONDS))


def _drops(chunks: Iterable[bytes], pause: float) -> Iterator[bytes]:
    """Byte by byte, but never longer than the longest wait."""
    until = time.monotonic() + LONGEST_SECONDS
    for chunk in chunks:
        for place in range(len(chunk)):
            if time.monotonic() > until:
                return
            time.sleep(pause)
            yield chunk[place : place + 1]


def _cut(request: HttpRequest) -> HttpResponse:
    """End the connection without an answer; what is returned goes nowhere."""
    connection = request.META.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        with suppress(OSError):  # the caller left before we did
            connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=500)
