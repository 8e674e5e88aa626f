"""The console's part about scenarios: ready ones, own ones, their runs, and the magic values."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import clock, ids, problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.merchant_api import paging
from sandbox.merchant_api.paging import Place
from sandbox.problems import ProblemError
from sandbox.scenarios import owned, ready, running, script
from sandbox.scenarios.models import OwnScript, Run
from sandbox.scenarios.script import LARGEST, Script
from sandbox.transactions.bodies import Body, Text
from sandbox.worlds import magic

type Json = dict[str, Any]


class NewScript(Body):
    """A scenario of one's own, in TOML or JSON."""

    text: Annotated[Text, Field(min_length=1, max_length=LARGEST)]


class NewRun(Body):
    """Which scenario: a ready one's id, or `scn_…`; and whether its webhooks are sent to the
    merchant's own endpoints as well."""

    scenario: Annotated[Text, Field(pattern=r"^[a-z0-9_-]{3,60}$")]
    to_endpoints: bool = False


class Nothing(Body):
    """Nothing to say: the address says all."""


@console("GET")
def scenario_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The ready ones in their order, then the merchant's own, newest first."""
    own = OwnScript.objects.filter(merchant=visit.merchant).order_by("-updated_at", "-id")
    found = [_ready(one) for one in ready.all_ready().values()]
    return problems.answer(200, {"data": [*found, *(_own(row) for row in own)]})


@console("GET")
def scenario_detail(request: HttpRequest, visit: Visit, scenario_id: str) -> HttpResponse:
    if one := ready.all_ready().get(scenario_id):
        return problems.answer(200, {**_ready(one), "text": ready.texts()[scenario_id]})
    row = owned.find(visit.merchant, scenario_id)
    return problems.answer(200, {**_own(row), "text": row.text})


@console("POST")
def script_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    return writing.carry_out(
        request, visit, NewScript,
        lambda body, _now: _own(owned.keep(visit.merchant, body.text)),
        operation="console_script", happened="scenario.written",
    )  # fmt: skip


@console("POST")
def script_change(request: HttpRequest, visit: Visit, scenario_id: str) -> HttpResponse:
    row = owned.find(visit.merchant, scenario_id)
    return writing.carry_out(
        request, visit, NewScript, lambda body, _now: _own(owned.change(row, body.text)),
        operation="console_script_change", happened="scenario.written",
    )  # fmt: skip


@console("POST")
def script_removal(request: HttpRequest, visit: Visit, scenario_id: str) -> HttpResponse:
    row = owned.find(visit.merchant, scenario_id)

    def effect(_body: Nothing, _now: Any) -> Json:
        told = _own(row)
        row.delete()
        return told

    return writing.carry_out(
        request, visit, Nothing, effect,
        operation="console_script_removal", happened="scenario.removed",
    )  # fmt: skip


@console("GET", "POST")
def run_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Newest first: `?scenario=&limit=&cursor=`. POST asks for one, which the worker plays."""
    if request.method == "POST":
        return writing.carry_out(
            request, visit, NewRun,
            lambda body, _now: _run(_asked(visit, body)),
            operation="console_run", happened="scenario.asked_for",
        )  # fmt: skip
    asked = paging.asked(request.GET, ("scenario",))
    rows = Run.objects.filter(merchant=visit.merchant, **asked.filters).select_related("replay_of")
    if asked.after:
        rows = rows.filter(asked.after.older("asked_at"))
    found = list(rows.order_by("-asked_at", "-id")[: asked.limit + 1])
    told, more = found[: asked.limit], len(found) > asked.limit
    last = Place(told[-1].asked_at, told[-1].pk).cursor() if more else None
    return problems.answer(200, {"data": [_run(row) for row in told], "next_cursor": last})


@console("GET")
def run_detail(request: HttpRequest, visit: Visit, run_id: str) -> HttpResponse:
    """With each step as far as it has come, and in the end with what came of it."""
    row = _known(visit, run_id)
    outcome = json.loads(row.outcome) if row.outcome else None
    more = {"steps": json.loads(row.steps), "outcome": outcome, "end": row.facts()["end"]}
    more["echoed"] = json.loads(row.echoed)
    return problems.answer(200, {**_run(row), **more})


@console("POST")
def replay_new(request: HttpRequest, visit: Visit, run_id: str) -> HttpResponse:
    row = _known(visit, run_id)
    return writing.carry_out(
        request, visit, Nothing, lambda _body, _now: _run(running.replay(row)),
        operation="console_replay", happened="scenario.asked_for",
    )  # fmt: skip


@console("GET")
def magic_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    data = [{"kind": one.kind, "value": one.value, "does": one.does} for one in magic.TABLE]
    return problems.answer(200, {"data": data})


def _wanted(visit: Visit, scenario_id: str) -> tuple[Script, str]:
    if one := ready.all_ready().get(scenario_id):
        return one, scenario_id
    return script.read(owned.find(visit.merchant, scenario_id).text), scenario_id


def _asked(visit: Visit, body: NewRun) -> Run:
    wanted, scenario = _wanted(visit, body.scenario)
    return running.ask(visit.merchant, wanted, scenario, echo=body.to_endpoints)


def _known(visit: Visit, run_id: str) -> Run:
    pk = ids.unwire("run", run_id)
    rows = Run.objects.filter(merchant=visit.merchant).select_related("merchant", "replay_of")
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise ProblemError(404, "unknown_run", "There is no such run.")
    return row


def _ready(one: Script) -> Json:
    return {
        "id": one.id, "own": False, "name": one.name, "tells": one.tells, "steps": len(one.steps),
    }  # fmt: skip


def _own(row: OwnScript) -> Json:
    one = script.read(row.text)
    return {**_ready(one), "id": row.wire_id, "own": True}


def _run(row: Run) -> Json:
    return {
        "id": row.wire_id,
        "scenario": row.scenario,
        "name": row.name,
        "state": row.state,
        "problem": row.problem or None,
        "replay_of": row.replay_of.wire_id if row.replay_of else None,
        "digest": row.digest or None,
        "to_endpoints": row.echo,
        "asked_at": clock.rfc3339(row.asked_at),
        "finished_at": clock.maybe(row.finished_at),
    }
