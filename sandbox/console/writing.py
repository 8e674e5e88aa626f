"""Carries a console's write from its body to its stored answer; what it does is its caller's."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.console.door import Visit
from sandbox.console.models import ShownOnce
from sandbox.control import record as service_log
from sandbox.merchant_api import sealing
from sandbox.problems import ProblemError
from sandbox.transactions import bodies, once

type Json = dict[str, Any]

# Nobody waits longer for a page.
DEADLINE = timedelta(seconds=30)
# How long a write that came twice is told twice what is shown once.
TOLD_AGAIN = timedelta(minutes=2)


def carry_out[B: bodies.Body](
    request: HttpRequest,
    visit: Visit,
    shape: type[B],
    effect: Callable[[B, datetime], Json],
    *,
    operation: str,
    happened: str,
    secret: tuple[str, ...] = (),
    check: Callable[[B], None] = lambda body: None,
) -> HttpResponse:
    """Run `effect` once for the request's Idempotency-Key, and answer 201 with what it gives.

    `secret` names members of the answer that are shown once: they are kept sealed for two minutes,
    for who sends the same again, as a double click does; later they are null. The effect is told
    the time of the merchant's world. ValueError from it is a 422 `not_possible` that says why.
    `happened` is for the services' log. `check` may refuse before anything is locked, and isn't
    asked again where there is an answer already.
    """
    given = request.headers.get("Idempotency-Key", "")
    if not once.is_key(given):
        told = "Idempotency-Key must have 16 to 128 letters, digits, - or _."
        raise ProblemError(400, "bad_header", told, field="Idempotency-Key")
    body = bodies.read(request, shape)
    key = _key(visit, given)
    if not once.known(key):
        check(body)

    def carried() -> Json:
        try:
            answer = effect(body, clock.now())
        except ValueError as error:
            raise ProblemError(422, "not_possible", f"{error}.") from None
        if secret:
            _keep_sealed({name: answer.pop(name) for name in secret}, key, visit.at)
        return answer

    def note(answer: once.Answer) -> None:
        service_log.write(
            operation, sub=visit.person.sub, idempotency_key=given, request_id=visit.request_id,
            status=answer.status, effect=happened if answer.status < 400 else "",
        )  # fmt: skip

    answer = once.once(
        once.Claim(key, visit.at + DEADLINE),
        owner=visit.merchant,
        operation=operation,
        print_=once.fingerprint(visit.person, request.path, body.model_dump(mode="json")),
        effect=carried,
        note=note,
    )
    return _response(visit, answer, key, secret)


def _key(visit: Visit, given: str) -> str:
    """Each person's keys are their own, at each merchant."""
    text = f"{visit.merchant.public_id}:{visit.person.sub}:{given}"
    return f"console:{hashlib.sha256(text.encode()).hexdigest()}"


def _keep_sealed(hidden: Json, key: str, now: datetime) -> None:
    sealed = sealing.seal(json.dumps(hidden).encode(), key)
    ShownOnce.objects.create(key=key, sealed=sealed, until=now + TOLD_AGAIN)


def _response(visit: Visit, answer: once.Answer, key: str, secret: tuple[str, ...]) -> HttpResponse:
    told = dict(answer.body)
    if answer.status >= 400:
        told["request_id"] = visit.request_id
    elif secret:
        told |= dict.fromkeys(secret)
        if row := ShownOnce.objects.filter(key=key, until__gt=visit.at).first():
            told |= json.loads(sealing.unseal(bytes(row.sealed), key))
    response = problems.answer(answer.status, told)
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def forget_shown() -> int:
    """Nothing is left of what was shown once, but for what checks it."""
    return ShownOnce.objects.filter(until__lte=clock.real_now()).delete()[0]
