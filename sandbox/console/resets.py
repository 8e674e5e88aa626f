"""The console's part about a fresh world; what goes and what stays is told in `worlds/fresh.py`."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.console import progress, writing
from sandbox.console.door import Visit, console
from sandbox.merchant_api import keys
from sandbox.people.models import Membership
from sandbox.scenarios import running
from sandbox.scenarios.models import Run
from sandbox.transactions.bodies import Body
from sandbox.worlds import fresh

type Json = dict[str, Any]


class NewReset(Body):
    """What else is to go: keys are revoked, endpoints and scripts removed, and all of the team but
    who asks for it."""

    keys: bool = False
    endpoints: bool = False
    scripts: bool = False
    team: bool = False


@console("GET")
def contents(request: HttpRequest, visit: Visit) -> HttpResponse:
    """How much of each would go."""
    return problems.answer(200, _contents(visit))


@console("POST")
def reset_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    def effect(body: NewReset, _now: datetime) -> Json:
        gone = _contents(visit)
        progress.keep(visit.merchant, progress.done_now(visit.merchant))
        fresh.begin_anew(visit.merchant)
        Run.objects.filter(merchant=visit.merchant).exclude(state__in=running.OPEN).delete()
        _also(visit, body)
        return gone

    return writing.carry_out(
        request, visit, NewReset, effect, operation="console_reset", happened="world.reset"
    )


def _contents(visit: Visit) -> Json:
    runs = Run.objects.filter(merchant=visit.merchant).exclude(state__in=running.OPEN)
    return {**fresh.contents(visit.merchant), "runs": runs.count()}


def _also(visit: Visit, body: NewReset) -> None:
    merchant = visit.merchant
    if body.keys:
        for key in merchant.api_keys.filter(revoked_at=None):
            keys.revoke(key, clock.real_now())
    if body.endpoints:
        merchant.endpoints.all().delete()
    if body.scripts:
        merchant.scripts.all().delete()
    if body.team:
        Membership.objects.filter(merchant=merchant).exclude(person=visit.person).delete()
