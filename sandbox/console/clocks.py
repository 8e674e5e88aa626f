"""The console's part about the merchant's clock; what moves it is `worlds/winding.py`."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import clock, ids, problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions.bodies import Body
from sandbox.worlds import winding
from sandbox.worlds.models import Advance, World

type Json = dict[str, Any]

SHOWN = 10


class NewAdvance(Body):
    """How far forward, from a minute to 366 days."""

    by_seconds: Annotated[int, Field(ge=60, le=366 * 86_400)]


@console("GET")
def clock_detail(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What time it is there, and the last ways forward, newest first."""
    return problems.answer(200, told(visit.merchant))


def told(merchant: Merchant) -> Json:
    # The ways first: one that is done is never told with the time before it.
    rows = list(Advance.objects.filter(world__merchant=merchant).order_by("-asked_at")[:SHOWN])
    world = World.objects.filter(merchant=merchant).first()
    real = clock.real_now()
    ahead = world.ahead if world else timedelta(0)
    return {
        "now": clock.rfc3339(real + ahead),
        "real_now": clock.rfc3339(real),
        "ahead_seconds": int(ahead.total_seconds()),
        "advances": [shown(row) for row in rows],
    }


@console("POST")
def advance_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    def effect(body: NewAdvance, _now: Any) -> Json:
        return shown(winding.ask(visit.merchant, timedelta(seconds=body.by_seconds)))

    return writing.carry_out(
        request, visit, NewAdvance, effect,
        operation="console_advance", happened="clock.advanced",
    )  # fmt: skip


@console("GET")
def advance_detail(request: HttpRequest, visit: Visit, advance_id: str) -> HttpResponse:
    pk = ids.unwire("adv", advance_id)
    row = Advance.objects.filter(pk=pk, world__merchant=visit.merchant).first() if pk else None
    if row is None:
        raise ProblemError(404, "unknown_advance", "There is no such way forward.")
    return problems.answer(200, shown(row))


def shown(row: Advance) -> Json:
    return {
        "id": row.wire_id,
        "state": "done" if row.finished_at else "running",
        "from": clock.rfc3339(row.begins),
        "until": clock.rfc3339(row.until),
        "reached": clock.rfc3339(row.reached),
        "steps": row.steps,
        "asked_at": clock.rfc3339(row.asked_at),
        "finished_at": clock.maybe(row.finished_at),
    }
