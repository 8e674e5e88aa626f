"""Hands waiting events to who tells people, each once; any number of workers may do so at once.

A claim moves `due_at` behind the lease, and that instant is the claim's token: what was claimed
and not done by then is anybody's. The state changes in the transaction of the handler itself, so
a worker that dies, or lost its claim, leaves nothing behind. A claim is handed over at once; only
where that fails, in halves, down to the one that can't be told.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.events import claiming, reading
from selfcare.events.kinds import Poison
from selfcare.events.models import Event

# Gets events in the order in which they came and tells all of them or, raising, none.
type Handler = Callable[[Sequence[Event]], object]

log = structlog.get_logger("selfcare.events")

# How long after each failed try until the next; behind the last it is set aside.
PAUSES = (1, 5, 30, 120)


class Lost(Exception):
    """Somebody else has it now: hands off."""


def run_due(stop: threading.Event) -> None:
    """Matches what waits, until nothing does or the worker is told to stop."""
    handler: Handler = import_string(settings.EVENT_HANDLER)
    turn = claiming.Turn()
    while not stop.is_set():
        batch = claiming.claim(turn)
        if not batch:
            return
        while batch:
            if stop.is_set():
                claiming.let_go(batch)
                return
            together, batch = _apart(batch)
            work_together([event for event in together if _is_sound(event)], handler)


def _apart(batch: list[Event]) -> tuple[list[Event], list[Event]]:
    """What goes at once, and the rest: one that has to be read anew goes alone."""
    odd = [event for event in batch if event.type == reading.UNREADABLE]
    return (odd[:1], [event for event in batch if event is not odd[0]]) if odd else (batch, [])


def _is_sound(event: Event) -> bool:
    """Sets poison aside before it could spoil what it is handed over with."""
    if event.type != reading.UNREADABLE:
        try:
            reading.check(event)
        except Poison as poison:
            _set_aside(event, str(poison))
            return False
    return True


def work_together(events: Sequence[Event], handler: Handler) -> None:
    """Hands over claimed events at once; where that fails, in halves, so that one spoils none."""
    if len(events) == 1:
        work(events[0], handler)
    if len(events) < 2:
        return
    try:
        with transaction.atomic():
            ours = Event.objects.filter(
                pk__in=[event.pk for event in events],
                state=Event.State.WAITING,
                due_at=events[0].due_at,
            )
            if ours.update(state=Event.State.MATCHED, matched_at=timezone.now(), reason="") != len(
                events
            ):
                raise Lost
            handler(events)
    except Exception as error:
        log.info("events.in_halves", count=len(events), cause=type(error).__name__)
        half = len(events) // 2
        work_together(events[:half], handler)
        work_together(events[half:], handler)


def work(event: Event, handler: Handler) -> None:
    """Hands over one claimed event. Raises where the database is gone; the lease then ends."""
    structlog.contextvars.bind_contextvars(event_id=event.source_id)
    try:
        with transaction.atomic():
            if not claiming.ours(event).update(
                state=Event.State.MATCHED, matched_at=timezone.now(), reason=""
            ):
                raise Lost
            reading.check(event)
            handler([event])
    except Lost:
        log.info("event.lost")
    except Poison as poison:
        _set_aside(event, str(poison))
    except Exception as error:
        _failed(event, error)
    finally:
        structlog.contextvars.unbind_contextvars("event_id")


def _failed(event: Event, error: Exception) -> None:
    """A try counts only where the database is there to say so."""
    tries = event.tries + 1
    told = f"{type(error).__name__}: {error}"
    if tries > len(PAUSES):
        log.error("event.gave_up", exc_info=error)
        _set_aside(event, told, tries=tries)
        return
    pause = PAUSES[tries - 1]
    due_at = timezone.now() + timedelta(seconds=pause)
    if claiming.ours(event).update(tries=tries, due_at=due_at):
        log.warning("event.failed", tries=tries, again_in_seconds=pause, exc_info=error)


def _set_aside(event: Event, reason: str, *, tries: int | None = None) -> None:
    changes = {"state": Event.State.SET_ASIDE, "reason": reason.replace("\x00", "")[:300]}
    tries = event.tries + 1 if tries is None else tries
    with transaction.atomic():
        if not claiming.ours(event).update(**changes, tries=tries):
            return
        _pass_over(event)
    log.warning("event.set_aside", type=event.type, reason=changes["reason"])


def _pass_over(event: Event) -> None:
    """What nobody is told is news of its object all the same; that failing, it is still aside."""
    if not event.subject:
        return
    pass_over: Callable[[Event], object] = import_string(settings.EVENT_PASSED_OVER)
    try:
        with transaction.atomic():
            pass_over(event)
    except Exception as error:
        log.error("event.not_passed_over", exc_info=error)
