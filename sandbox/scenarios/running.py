"""Runs scenarios: asked for by a merchant, played by the box's worker, each to the same end."""

import json
import logging
import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction as database
from django.db.models import F, Q

from sandbox import clock, ids
from sandbox.events import muting
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.scenarios import acts, outcome, script, stage
from sandbox.scenarios.echoing import Echo
from sandbox.scenarios.models import Run
from sandbox.scenarios.script import Script
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.steps import Wait, span_of
from sandbox.webhooks import due as webhooks_due
from sandbox.worlds import passing

log = logging.getLogger("sandbox.scenarios")

LEASE = timedelta(seconds=30)
MOST_OPEN = 5
MOST_TRIES = 5
KEPT = 100
OPEN = (Run.State.QUEUED, Run.State.RUNNING)

type Json = dict[str, Any]


class LostError(Exception):
    """Another worker has taken this run over."""


class EndedError(Exception):
    """The run can't go on; says why."""


def ask(
    merchant: Merchant,
    wanted: Script,
    scenario: str = "",
    *,
    replay_of: Run | None = None,
    echo: bool = False,
) -> Run:
    """A run that the worker will play; `scenario` is what the merchant knows it by.

    With `echo` its webhooks are sent to the merchant's own endpoints as well.

    ProblemError 409 `too_many_runs`.
    """
    with database.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        if Run.objects.filter(merchant=merchant, state__in=OPEN).count() >= MOST_OPEN:
            raise ProblemError(409, "too_many_runs", f"{MOST_OPEN} runs at once are the most.")
        run_id = ids.uuid7(clock.real_now())
        run = Run.objects.create(
            id=run_id, merchant=merchant, scenario=scenario or wanted.id, name=wanted.name,
            script=json.dumps(script.as_facts(wanted)), replay_of=replay_of,
            steps=json.dumps([_planned(step) for step in wanted.steps]),
            stage=stage.name_for(run_id), echo=echo,
        )  # fmt: skip
        old = Run.objects.filter(merchant=merchant).exclude(state__in=OPEN)
        gone = list(old.order_by("-asked_at", "-id").values_list("pk", flat=True)[KEPT:])
        Run.objects.filter(pk__in=gone).delete()
    return run


def replay(run: Run) -> Run:
    """The same script once more; it has to end as that run did."""
    first = run.replay_of or run
    return ask(
        run.merchant, script.checked(run.facts()), run.scenario, replay_of=first, echo=run.echo
    )


def round_once() -> int:
    """The worker's share: the run that waits longest; says whether there was one."""
    now, name = clock.real_now(), secrets.token_hex(16)
    free = Run.objects.filter(Q(held_until=None) | Q(held_until__lte=now), state__in=OPEN)
    for pk in free.order_by("asked_at").values_list("pk", flat=True)[:MOST_OPEN]:
        mine = free.filter(pk=pk)
        begun = {"state": Run.State.RUNNING, "tries": F("tries") + 1}
        if mine.update(holder=name, held_until=now + LEASE, **begun):
            _play(Run.objects.select_related("merchant", "replay_of").get(pk=pk))
            return 1
    return 0


def _play(run: Run) -> None:
    """From the beginning: what a worker that died left behind is struck first."""
    if run.tries > MOST_TRIES:
        _give_up(run)
        return
    stage.strike(run)
    wanted = script.checked(run.facts())
    told = [_planned(step) for step in wanted.steps]
    problem = ""
    facts: Json = {}
    echo: Echo | None = None
    try:
        with muting.merchants_only():
            here = stage.set_up(run, wanted)
            if run.echo:
                here.echo = echo = Echo(run.merchant, partial(_keep, run))
            refused = _steps(run, wanted, here, told)
            with clock.standing(here.now):
                facts = outcome.tell(here, refused)
        problem = "; ".join(outcome.differences(wanted.end, facts))
    except LostError:
        return
    except EndedError as error:
        problem = str(error)
    except Exception as error:
        log.exception("run.failed %s", run.wire_id)
        problem = f"A bug in the box: {type(error).__name__}; see its log."
    stage.strike(run)
    run.echoed = json.dumps(echo.told() if echo else [])
    _finish(run, facts, problem, told)


def _give_up(run: Run) -> None:
    """It ends here, also where its stage can't be struck: the log says of which."""
    try:
        stage.strike(run)
    except Exception:
        log.exception("run.stage_left %s", run.wire_id)
    why = f"It was begun {MOST_TRIES} times, and its worker died each time."
    _finish(run, {}, why, json.loads(run.steps))


def _steps(run: Run, wanted: Script, here: Stage, told: list[Json]) -> dict[str, str]:
    """All of them in order; says which were refused, as the script expected it."""
    refused: dict[str, str] = {}
    for number, step in enumerate(wanted.steps):
        line = told[number]
        line |= {"state": "running", "at": _since(here)}
        _save(run, told)
        try:
            with clock.standing(here.now):
                key = f"step-{number + 1}-{here.merchant.public_id}"
                if isinstance(step, Wait):
                    line["told"] = _wait(run, here, span_of(step.span))
                else:
                    line["told"] = acts.act(here, step, key)
            if step.refused and getattr(step, "times", 1) == 1:
                raise acts.WrongError(f"expected to be refused with {step.refused}, and was not")
            line["state"] = "done"
        except ProblemError as problem:
            line |= {"state": "refused", "told": f"{problem.code}: {problem.detail}"}
            if problem.code != step.refused:
                _end(run, told, number, f"was refused, {problem.code}: {problem.detail}")
            refused[str(number + 1)] = problem.code
        except acts.WrongError as error:
            line |= {"state": "failed", "told": str(error)}
            _end(run, told, number, str(error))
        with clock.standing(here.now):
            here.deliver()
    if here.order == "reversed":
        with clock.standing(here.now):
            here.turn_round()
    _save(run, told)
    return refused


def _end(run: Run, told: list[Json], number: int, why: str) -> None:
    _save(run, told)
    raise EndedError(f"Step {number + 1}: {why}")


def _wait(run: Run, here: Stage, span: timedelta) -> str:
    """Everything due happens in order, webhooks among it, each at its own instant."""
    until, happened = here.now + span, 0
    sources = (*passing.HAPPENS, _deliveries(here))
    while at := passing.next_instant(here.merchant, until, sources):
        here.now = max(here.now, at)
        _keep(run)
        happened += passing.happen(here.merchant, here.now, sources)
    here.now = until
    return f"{happened} things happened" if happened != 1 else "one thing happened"


def _deliveries(here: Stage) -> passing.Source:
    """To the stage's own endpoint; none while they are to pile up."""

    def next_due(merchant: Merchant, until: datetime) -> datetime | None:
        return None if here.order == "reversed" else webhooks_due.next_due(merchant, until)

    return passing.Source(next_due, lambda _merchant, _at: here.deliver())


def _since(here: Stage) -> str:
    return outcome.span(here.now - here.begins)


def _planned(step: Any) -> Json:
    return {"name": step.name, "do": step.do, "state": "waiting", "at": "", "told": ""}


def _save(run: Run, told: list[Json]) -> None:
    _keep(run)
    Run.objects.filter(pk=run.pk).update(steps=json.dumps(told))


def _keep(run: Run) -> None:
    mine = Run.objects.filter(pk=run.pk, holder=run.holder, state=Run.State.RUNNING)
    if not mine.update(held_until=clock.real_now() + LEASE):
        raise LostError


def _finish(run: Run, facts: Json, problem: str, told: list[Json]) -> None:
    found = outcome.digest(facts) if facts else ""
    before = run.replay_of
    if not problem and before and before.digest and before.digest != found:
        problem = f"It ended otherwise than {before.wire_id}."
    Run.objects.filter(pk=run.pk, holder=run.holder).update(
        state=Run.State.FAILED if problem else Run.State.PASSED,
        problem=problem[:500], outcome=json.dumps(facts, ensure_ascii=False) if facts else "",
        digest=found, steps=json.dumps(told), echoed=run.echoed, finished_at=clock.real_now(),
        holder="", held_until=None,
    )  # fmt: skip
