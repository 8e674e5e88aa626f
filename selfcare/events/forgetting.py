"""Empties the archive by age; what still waits stays."""

import calendar
import threading
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from selfcare.events.models import Event, Refusal

# So few at a time that what is at work beside it waits for no more than a moment.
AT_ONCE = 1000
BREATH_SECONDS = 0.05


def clear_old(stop: threading.Event) -> int:
    """Removes what came more than EVENT_MONTHS ago, until nothing is left; how many."""
    before = months_before(timezone.now(), settings.EVENT_MONTHS)
    old = Event.objects.filter(received_at__lt=before).exclude(state=Event.State.WAITING)
    refused = Refusal.objects.filter(received_at__lt=before)
    return sum(remove(rows, "received_at", AT_ONCE, stop) for rows in (old, refused))


def remove(rows: QuerySet[Any], by: str, at_once: int, stop: threading.Event) -> int:
    """Removes all of these, so many in a transaction, oldest first by `by`, or until told to stop.

    However many came a second, so many go: it ends when there are none.
    """
    gone = 0
    while not stop.is_set():
        removed = _remove_some(rows, by, at_once)
        gone += removed
        if removed < at_once:
            break
        stop.wait(BREATH_SECONDS)
    return gone


def _remove_some(rows: QuerySet[Any], by: str, most: int) -> int:
    with transaction.atomic():
        batch = rows.order_by(by)
        if connection.features.has_select_for_update_skip_locked:
            # Several workers remove at once, each of them other rows.
            batch = batch.select_for_update(skip_locked=True)
        keys = list(batch.values_list("pk", flat=True)[:most])
        if keys:
            rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
