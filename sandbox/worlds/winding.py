"""Moves merchants' worlds forward: asked for by a merchant, done by the box's worker."""

import logging
import secrets
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db import transaction as database
from django.db.models import F, Q
from django.db.models.functions import Greatest

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.worlds import passing
from sandbox.worlds.models import Advance, World

log = logging.getLogger("sandbox.worlds")

LEAST, MOST = timedelta(minutes=1), timedelta(days=366)
FARTHEST = timedelta(days=3660)
# Longer than one thing takes; whoever died holding a world leaves it to the others.
LEASE = timedelta(seconds=30)
PATIENCE_SECONDS = 20.0


class StuckError(Exception):
    """Something is due and yet doesn't happen: another process holds it."""


def ask(merchant: Merchant, by: timedelta) -> Advance:
    """Ask for the merchant's time to go forward; the worker does it.

    ProblemError 422 `bad_span`, and 409 `clock_is_running` while the last one isn't done.
    """
    if not LEAST <= by <= MOST:
        raise ProblemError(422, "bad_span", "The clock goes forward by a minute to 366 days.")
    World.objects.get_or_create(merchant=merchant)
    with database.atomic():
        world = World.objects.select_for_update().get(merchant=merchant)
        if running := world.advances.filter(finished_at=None).first():
            told = "The clock is on its way already; wait until it is there."
            raise ProblemError(409, "clock_is_running", told, advance_id=running.wire_id)
        if world.ahead + by > FARTHEST:
            raise ProblemError(422, "bad_span", "A world can be ahead by ten years at most.")
        now = clock.real_now()
        begins = now + world.ahead
        return Advance.objects.create(
            id=ids.uuid7(now), world=world, begins=begins, reached=begins, until=begins + by,
            asked_at=now,
        )  # fmt: skip


ON_ITS_WAY = Q(advances__finished_at=None, advances__isnull=False)


def round_once() -> int:
    """All of the worker's share once; says how much happened."""
    return go_forward() + pass_on()


def go_forward() -> int:
    """The worlds that are to go forward, one after the other; without any it costs one look-up."""
    worlds = World.objects.filter(ON_ITS_WAY, scripted=False)
    return _each(worlds.select_related("merchant").distinct())


def pass_on() -> int:
    """What is due in worlds that are ahead and whose time just goes on; without any one look-up."""
    on_their_way = World.objects.filter(ON_ITS_WAY).values("pk")
    worlds = World.objects.filter(ahead__gt=timedelta(0), scripted=False)
    return _each(worlds.exclude(pk__in=on_their_way).select_related("merchant"))


def _each(worlds: Iterable[World]) -> int:
    """One that fails is tried again later; the others don't wait for it."""
    steps = 0
    for world in worlds:
        try:
            steps += _wind(world)
        except DatabaseError:
            raise
        except Exception:
            log.exception("world.stuck %s", world.merchant.public_id)
    return steps


def catch_up(merchant: Merchant) -> None:
    """What is due in a world that is ahead happens before its merchant asks for it.

    Nobody is told here: that is the worker's. While the worker is at it, it is left alone.
    """
    world: World | None = getattr(merchant, "world", None)
    if world is None or world.scripted or not world.ahead:
        return
    now = clock.real_now() + world.ahead
    if not passing.next_instant(merchant, now, passing.HAPPENS) or not (name := _take(world)):
        return
    try:
        while at := passing.next_instant(merchant, now, passing.HAPPENS):
            passing.happen(merchant, at, passing.HAPPENS)
    finally:
        _leave(world, name)


def _wind(world: World) -> int:
    advance = world.advances.filter(finished_at=None).first()
    until = advance.until if advance else clock.real_now() + world.ahead
    if advance is None and not passing.next_instant(world.merchant, until, passing.HAPPENS):
        return 0
    name = _take(world)
    if not name:
        return 0
    try:
        steps = _walk(world, name, until, advance)
        if advance and _keep(world, name):
            _arrive(world, advance)
    finally:
        _leave(world, name)
    return steps


def _walk(world: World, name: str, until: datetime, advance: Advance | None) -> int:
    """From instant to instant, until nothing more is due; what is done stays done if we die."""
    steps, patient_until = 0, time.monotonic() + PATIENCE_SECONDS
    # While time goes its usual way, the worker's senders see to webhooks: an endpoint that lets
    # everybody wait is not to keep us from other worlds.
    sources = passing.SOURCES if advance else passing.HAPPENS
    while at := passing.next_instant(world.merchant, until, sources):
        if not _keep(world, name):
            return steps
        _move(world, at)
        done = passing.happen(world.merchant, at, sources)
        if advance:
            counted = F("steps") + done
            Advance.objects.filter(pk=advance.pk).update(
                reached=Greatest(F("reached"), at), steps=counted
            )
        steps += done
        if done:
            patient_until = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > patient_until:
            raise StuckError(f"{world.merchant.public_id} at {clock.rfc3339(at)}")
        else:
            time.sleep(0.02)
    return steps


def _arrive(world: World, advance: Advance) -> None:
    with database.atomic():
        # As far as was asked for, and not less by what the way took.
        _put(world, advance.until - advance.asked_at)
        Advance.objects.filter(pk=advance.pk, finished_at=None).update(
            reached=advance.until, finished_at=clock.real_now()
        )


def _move(world: World, at: datetime) -> None:
    """The clock shows `at` or later from now on."""
    _put(world, max(at - clock.real_now(), timedelta(0)))


def _put(world: World, ahead: timedelta) -> None:
    World.objects.filter(pk=world.pk).update(ahead=Greatest(F("ahead"), ahead))


def _take(world: World) -> str:
    """A name under which the world is ours for a while, or "" if somebody else has it."""
    now, name = clock.real_now(), secrets.token_hex(16)
    free = World.objects.filter(Q(held_until=None) | Q(held_until__lte=now), pk=world.pk)
    return name if free.update(holder=name, held_until=now + LEASE) else ""


def _keep(world: World, name: str) -> bool:
    mine = World.objects.filter(pk=world.pk, holder=name)
    return bool(mine.update(held_until=clock.real_now() + LEASE))


def _leave(world: World, name: str) -> None:
    World.objects.filter(pk=world.pk, holder=name).update(holder="", held_until=None)
