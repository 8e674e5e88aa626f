"""Scenarios: looked at, run, watched, replayed, and written."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare import errors
from selfcare.merchant import listing, wording
from selfcare.merchant.forms import WriteForm, sent, status_of
from selfcare.merchant.room import Room, admin_page, merchant_page, render
from selfcare.merchant.scenario_forms import ScriptForm
from selfcare.merchant.scenario_shapes import (
    MagicValues,
    Run,
    Runs,
    Scenario,
    Scenarios,
    WholeRun,
    WholeScenario,
)
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest

may_post = require_http_methods(["GET", "HEAD", "POST"])
LATEST = [("limit", "10")]


@merchant_page
@require_safe
def scenario_list(request: SignedInRequest, room: Room) -> HttpResponse:
    context = {
        "scenarios": room.read("scenarios", Scenarios, "/scenarios"),
        "runs": room.read("runs", Runs, "/runs", LATEST),
        "form": WriteForm(),
    }
    return render(request, room, "scenarios/list.html", context)


@merchant_page
@require_safe
def scenario_detail(request: SignedInRequest, room: Room, scenario_id: str) -> HttpResponse:
    """What it tells, its script, and its latest runs."""
    context = {
        "scenario": _scenario(room, scenario_id),
        "runs": room.read("runs", Runs, "/runs", [*LATEST, ("scenario", scenario_id)]),
        "form": WriteForm(),
    }
    return render(request, room, "scenarios/detail.html", context)


@merchant_page
@require_safe
def run_list(request: SignedInRequest, room: Room) -> HttpResponse:
    """All of them, or `?scenario=` alone."""
    context = listing.page(request, room, "runs", Runs, "/runs", names=("scenario",))
    return render(request, room, "scenarios/runs.html", context, status=context["status"])


@merchant_page
@require_safe
def magic_values(request: SignedInRequest, room: Room) -> HttpResponse:
    values = room.read("magic_values", MagicValues, "/magic-values").data
    return render(request, room, "scenarios/magic.html", {"values": values})


@admin_page
@require_POST
def run_new(request: SignedInRequest, room: Room, scenario_id: str) -> HttpResponse:
    back = reverse("merchant:scenario", args=[room.id, scenario_id])
    body = {"scenario": scenario_id, "to_endpoints": "to_endpoints" in request.POST}
    return _begin(request, room, "/runs", body, back)


@admin_page
@require_POST
def replay_new(request: SignedInRequest, room: Room, run_id: str) -> HttpResponse:
    """The same once more: it has to end the same."""
    back = reverse("merchant:run", args=[room.id, run_id])
    return _begin(request, room, f"/runs/{run_id}/replays", {}, back)


@merchant_page
@require_safe
def run_detail(request: SignedInRequest, room: Room, run_id: str) -> HttpResponse:
    """Step by step; while it runs, the part with the steps is fetched again and again."""
    run = room.read("run", WholeRun, f"/runs/{run_id}")
    outcome = json.dumps(run.outcome, indent=2, ensure_ascii=False) if run.outcome else ""
    done = sum(step.state not in {"waiting", "running"} for step in run.steps)
    context = {"run": run, "outcome": outcome, "done": done, "form": WriteForm()}
    return render(request, room, "scenarios/run.html", context, partial="state")


@admin_page
@may_post
def script_new(request: SignedInRequest, room: Room) -> HttpResponse:
    """`?from=` a scenario begins with its script."""
    initial = {}
    if begin := request.GET.get("from", "")[:80]:
        initial["text"] = _scenario(room, begin).text if begin.replace("-", "").isalnum() else ""
    form = ScriptForm(sent(request), initial=initial)
    return _written(request, room, form, "/scripts")


@admin_page
@may_post
def script_change(request: SignedInRequest, room: Room, scenario_id: str) -> HttpResponse:
    scenario = _scenario(room, scenario_id)
    form = ScriptForm(sent(request), initial={"text": scenario.text})
    return _written(request, room, form, f"/scripts/{scenario_id}/changes", scenario)


@admin_page
@may_post
def script_removal(request: SignedInRequest, room: Room, scenario_id: str) -> HttpResponse:
    scenario = _scenario(room, scenario_id)
    form = WriteForm(sent(request))
    if form.is_valid():
        path = f"/scripts/{scenario_id}/removals"
        room.write("script_remove", Scenario, path, {}, key=form.key)
        messages.success(request, _("“%(name)s” is removed.") % {"name": scenario.name})
        return SeeOther(reverse("merchant:scenarios", args=[room.id]))
    return render(
        request,
        room,
        "scenarios/remove.html",
        {"form": form, "scenario": scenario},
        status=status_of(form),
    )


def _scenario(room: Room, scenario_id: str) -> WholeScenario:
    return room.read("scenario", WholeScenario, f"/scenarios/{scenario_id}")


def _begin(
    request: SignedInRequest, room: Room, path: str, body: dict[str, Any], back: str
) -> HttpResponse:
    form = WriteForm(request.POST)
    if not form.is_valid():
        return SeeOther(back)
    try:
        run = room.write("run_new", Run, path, body, key=form.key)
    except errors.Rejected as error:
        messages.error(request, wording.refused(error))
        return SeeOther(back)
    return SeeOther(reverse("merchant:run", args=[room.id, run.id]))


def _written(
    request: SignedInRequest,
    room: Room,
    form: ScriptForm,
    path: str,
    scenario: WholeScenario | None = None,
) -> HttpResponse:
    if form.is_valid():
        try:
            kept = room.write("script_write", Scenario, path, form.body(), key=form.key)
        except errors.Rejected as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("merchant:scenario", args=[room.id, kept.id]))
    context = {"form": form, "scenario": scenario}
    status = 422 if form.errors else 200
    return render(request, room, "scenarios/write.html", context, status=status)
