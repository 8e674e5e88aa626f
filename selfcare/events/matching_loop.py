"""Hands waiting events to who tells people, each once; any number of workers may do so at once.

A claim moves `due_at` behind the lease, and that instant is the claim's token: what was claimed
and not done by then is anybody's. The state changes in the transaction of the handler itself, so
a worker that dies, or lost its claim, leaves nothing behind. A claim is handed over at once, one
event a person; only where that fails, one after the other.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.events import reading
from selfcare.events.kinds import Poison
from selfcare.events.models import Event, EventQuerySet

# Gets events of as many people and tells all of them or, raising, none.
type Handler = Callable[[Sequence[Event]], object]

log = structlog.get_logger("selfcare.events")

AT_ONCE = 20
# How long after each failed try until the next; behind the last it is set aside.
PAUSES = (1, 5, 30, 120)


class Lost(Exception):
    """Somebody else has it now: hands off."""


def run_due(stop: threading.Event) -> None:
    """Matches what waits, until nothing does or the worker is told to stop."""
    handler: Handler = import_string(settings.EVENT_HANDLER)
    while not stop.is_set():
        batch = claim(AT_ONCE)
        if not batch:
            return
        while batch:
            if stop.is_set():
                let_go(batch)
                return
            together, batch = _apart(batch)
            work_together(together, handler)


def claim(most: int) -> list[Event]:
    """The events that have waited longest, for as long as the lease ours alone."""
    now = timezone.now()
    if not Event.objects.claimable(now).exists():
        return []
    until = now + timedelta(seconds=settings.EVENT_LEASE_SECONDS)
    with transaction.atomic():
        batch = list(Event.objects.claimable(now).select_for_update(skip_locked=True)[:most])
        Event.objects.filter(pk__in=[event.pk for event in batch]).update(due_at=until)
    for event in batch:
        event.due_at = until
    return batch


def let_go(batch: list[Event]) -> None:
    """Leaves to others at once what was claimed and not begun."""
    now = timezone.now()
    for event in batch:
        _ours(event).update(due_at=now)


def _apart(batch: list[Event]) -> tuple[list[Event], list[Event]]:
    """Of each person the first event, and the rest; one that has to be read anew goes alone."""
    first: dict[str, Event] = {}
    for event in batch:
        if event.type == reading.UNREADABLE:
            return [event], [other for other in batch if other is not event]
        first.setdefault(event.subject, event)
    return list(first.values()), [event for event in batch if first[event.subject] is not event]


def work_together(events: list[Event], handler: Handler) -> None:
    """Hands over claimed events at once; where that fails, each alone, so that one spoils none."""
    if len(events) > 1:
        try:
            with transaction.atomic():
                ours = Event.objects.filter(
                    pk__in=[event.pk for event in events],
                    state=Event.State.WAITING,
                    due_at=events[0].due_at,
                )
                if ours.update(
                    state=Event.State.MATCHED, matched_at=timezone.now(), reason=""
                ) != len(events):
                    raise Lost
                for event in events:
                    reading.check(event)
                handler(events)
        except Exception as error:
            log.info("events.one_by_one", count=len(events), cause=type(error).__name__)
        else:
            return
    for event in events:
        work(event, handler)


def work(event: Event, handler: Handler) -> None:
    """Hands over one claimed event. Raises where the database is gone; the lease then ends."""
    structlog.contextvars.bind_contextvars(event_id=event.source_id)
    try:
        with transaction.atomic():
            if not _ours(event).update(
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
    if _ours(event).update(tries=tries, due_at=timezone.now() + timedelta(seconds=pause)):
        log.warning("event.failed", tries=tries, again_in_seconds=pause, exc_info=error)


def _set_aside(event: Event, reason: str, *, tries: int | None = None) -> None:
    changes = {"state": Event.State.SET_ASIDE, "reason": reason.replace("\x00", "")[:300]}
    if _ours(event).update(**changes, tries=event.tries + 1 if tries is None else tries):
        log.warning("event.set_aside", type=event.type, reason=changes["reason"])


def _ours(event: Event) -> EventQuerySet:
    return Event.objects.filter(pk=event.pk, state=Event.State.WAITING, due_at=event.due_at)
