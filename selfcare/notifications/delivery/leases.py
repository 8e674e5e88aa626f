"""Who holds a delivery that is due: taken by one, given back by its end, its death or a signal.

`lease_holder` is empty while nobody has it, CARRIED while a task with its id is on its way, and a
token of its own while it is being sent. Each is over when `due_at` comes: then anybody may take it.
"""

import secrets
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from selfcare.notifications.models import Delivery

CARRIED = "carried"
# A task that didn't begin for so long is taken for lost, and the row is carried again.
CARRIED_SECONDS = 60


def anything_due(channel: str) -> bool:
    """Whether there is something to carry, or a digest to close: one look at a small index."""
    return Delivery.objects.due(timezone.now()).filter(channel=channel).exists()


def carry(channel: str, limit: int) -> list[uuid.UUID]:
    """The ids of what is due on this channel and nobody has; they count as carried now."""
    if limit < 1:
        return []
    now = timezone.now()
    due = Delivery.objects.due(now).filter(
        Q(notification__isnull=False) | Q(closed_at__isnull=False), channel=channel
    )
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, no_key=True)
        found = list(due.values_list("pk", flat=True)[:limit])
        if found:
            Delivery.objects.filter(pk__in=found).update(
                lease_holder=CARRIED, due_at=now + timedelta(seconds=CARRIED_SECONDS)
            )
    return found


def carried(channel: str) -> int:
    """How many are on their way as tasks."""
    return (
        Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING)
        .filter(lease_holder=CARRIED, due_at__gt=timezone.now())
        .count()
    )


def hold_all(pks: Collection[uuid.UUID]) -> list[Delivery]:
    """Of these deliveries those that are now ours alone, until the lease is over; oldest first."""
    now = timezone.now()
    holder = secrets.token_hex(16)
    free = Q(lease_holder=CARRIED) | Q(due_at__lte=now)
    taken = Delivery.objects.filter(free, pk__in=pks, state=Delivery.State.WAITING).update(
        lease_holder=holder, due_at=until(now)
    )
    if not taken:
        return []
    ours = Delivery.objects.filter(pk__in=pks, lease_holder=holder)
    ours = ours.select_related("notification", "address").prefetch_related("attempts")
    return list(ours.order_by("pk"))


def let_go(deliveries: Sequence[Delivery]) -> None:
    """What is held and wasn't begun: anybody may take it at once."""
    if deliveries:
        Delivery.objects.filter(
            pk__in=[one.pk for one in deliveries],
            state=Delivery.State.WAITING,
            lease_holder=deliveries[0].lease_holder,
        ).update(lease_holder="", due_at=timezone.now())


def settle(delivery: Delivery, **changes: Any) -> bool:
    """Writes to a delivery that is still ours, and lets it go; False if it no longer was."""
    ours = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.WAITING, lease_holder=delivery.lease_holder
    )
    return bool(ours.update(lease_holder="", changed_at=timezone.now(), **changes))


def give_back(pks: Iterable[uuid.UUID]) -> None:
    """What was carried and not begun: anybody may take it at once."""
    Delivery.objects.filter(
        pk__in=list(pks), state=Delivery.State.WAITING, lease_holder=CARRIED
    ).update(lease_holder="", due_at=timezone.now())


def until(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.SENDING_LEASE_SECONDS)
