"""How long events and what arrived are kept; forgets the rest."""

from datetime import datetime, timedelta

from sandbox import clock
from sandbox.events.models import Event
from sandbox.outbox.models import Message

KEPT = timedelta(days=90)
BATCH = 1000


def forget_old(now: datetime | None = None) -> int:
    """A batch of each that is older than we keep; what still waits to be posted stays."""
    old = (now or clock.now()) - KEPT
    events = Event.objects.exclude(state=Event.State.WAITING).filter(occurred_at__lt=old)
    messages = Message.objects.filter(received_at__lt=old)
    serials = list(events.values_list("serial", flat=True)[:BATCH])
    ids = list(messages.values_list("id", flat=True)[:BATCH])
    if not serials and not ids:
        return 0
    count, _ = Event.objects.filter(serial__in=serials).delete()
    return count + Message.objects.filter(id__in=ids).delete()[0]
