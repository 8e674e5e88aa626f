"""Carries a merchant's write from its body to its stored answer; what it does is its caller's."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from sandbox import clock, problems
from sandbox.control import record as service_log
from sandbox.merchant_api.door import Visit
from sandbox.problems import ProblemError
from sandbox.transactions import bodies, once

type Json = dict[str, Any]


def read[B: bodies.Body](visit: Visit, shape: type[B]) -> B:
    """The visit's body in its shape, or ProblemError 400 or 415."""
    if visit.exam.message.header("content-type") != "application/json":
        raise ProblemError(415, "unsupported_media_type", "Send application/json.")
    return bodies.shaped(bodies.json_of(visit.content), shape)


def carry_out(
    visit: Visit,
    body: bodies.Body,
    effect: Callable[[datetime], Json],
    *,
    operation: str,
    happened: str,
    check: Callable[[], None] = lambda: None,
) -> once.Answer:
    """Run the effect once for the visit's Idempotency-Key, or give its stored answer.

    The signature's end is the write's deadline. `check` may refuse what is not to be stored, and
    isn't asked again where there is an answer already. `happened` is for the services' log.
    """
    merchant, signed = visit.merchant, visit.exam.signed
    given = visit.exam.message.header("idempotency-key")
    if not once.is_key(given) or signed is None:
        told = "Idempotency-Key must have 16 to 128 letters, digits, - or _."
        raise ProblemError(400, "bad_header", told, field="Idempotency-Key")
    # A merchant's keys are its own: others may number their orders alike.
    key = f"{merchant.public_id}:{given}"
    if not once.known(key):
        check()

    def note(answer: once.Answer) -> None:
        service_log.write(
            operation, idempotency_key=given, request_id=visit.wire_id, status=answer.status,
            effect=happened if answer.status < 400 else "",
        )  # fmt: skip

    return once.once(
        once.Claim(key, datetime.fromtimestamp(signed.expires, UTC)),
        owner=merchant,
        operation=operation,
        print_=once.fingerprint(merchant, visit.exam.message.target, body.model_dump(mode="json")),
        effect=lambda: effect(clock.now()),
        note=note,
    )


def respond(visit: Visit, answer: once.Answer, **more: Any) -> HttpResponse:
    """The answer as it was stored; `more` is what no table holds, for those that went well."""
    told = {**answer.body, **more}
    if answer.status >= 400:
        visit.code, told = answer.body["code"], {**answer.body, "request_id": visit.wire_id}
    response = problems.answer(answer.status, told)
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    return response
