"""Hands over again what lies in the archive; who was told once isn't told twice: that is kept."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.events import reading
from selfcare.events.forgetting import months_before
from selfcare.events.matching_loop import Handler
from selfcare.events.models import Event, EventQuerySet

log = structlog.get_logger("selfcare.events")

AT_ONCE = 200


@dataclass
class Replayed:
    """How many events were handed over, how many of them failed, and how many were left out."""

    matched: int = 0
    failed: int = 0
    left_out: int = 0


def replay(events: EventQuerySet, *, tell: Callable[[Replayed], None] | None = None) -> Replayed:
    """Matches anew, oldest first, what was matched before.

    It runs beside the workers and leaves their queue alone, so that nobody waits behind it. A
    failure is logged, and changes nothing. What happened longer ago than notifications are kept is
    left out: nobody could say any more whether it was told.
    """
    handler: Handler = import_string(settings.EVENT_HANDLER)
    kept_since = months_before(timezone.now(), settings.NOTIFICATION_MONTHS)
    matched = events.filter(state=Event.State.MATCHED)
    done = Replayed(left_out=matched.filter(occurred_at__lt=kept_since).count())
    rows = matched.filter(occurred_at__gte=kept_since).order_by("received_at", "pk")
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        found = Event.objects.in_bulk(pks[start : start + AT_ONCE])
        for pk in pks[start : start + AT_ONCE]:
            if pk in found:
                _again(found[pk], handler, done)
        if tell:
            tell(done)
    return done


def _again(event: Event, handler: Handler, done: Replayed) -> None:
    try:
        with transaction.atomic():
            reading.check(event)
            handler([event])
    except Exception as error:
        done.failed += 1
        log.warning("event.replay_failed", event_id=event.source_id, exc_info=error)
    else:
        done.matched += 1
