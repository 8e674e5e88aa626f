"""Empties the archive by age; what still waits stays."""

import calendar
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from selfcare.events.models import Event, Refusal

AT_ONCE = 5000


def clear_old() -> int:
    """Removes what came more than EVENT_MONTHS ago, a part at a time; how many events."""
    before = months_before(timezone.now(), settings.EVENT_MONTHS)
    old = Event.objects.filter(received_at__lt=before).exclude(state=Event.State.WAITING)
    pks = list(old.order_by("received_at").values_list("pk", flat=True)[:AT_ONCE])
    Event.objects.filter(pk__in=pks).delete()
    Refusal.objects.filter(received_at__lt=before).delete()
    return len(pks)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
