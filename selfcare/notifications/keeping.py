"""How long notifications are kept, and that they go then, with deliveries and attempts."""

import time
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from selfcare.events.forgetting import months_before
from selfcare.notifications.models import Delivery, Notification

BATCH = 500
# One call stops after this and the next one goes on, so that no other duty waits long.
SECONDS = 5.0


def sweep(now: datetime | None = None) -> int:
    """Removes what is older than NOTIFICATION_MONTHS, in small batches; how many that were."""
    before = months_before(now or timezone.now(), settings.NOTIFICATION_MONTHS)
    # A digest belongs to no single notification, so it goes by its own age.
    digests = Delivery.objects.filter(notification=None, created_at__lt=before).exclude(
        state=Delivery.State.WAITING
    )
    until = time.monotonic() + SECONDS
    gone = 0
    for rows in (Notification.objects.filter(created_at__lt=before), digests):
        while time.monotonic() < until:
            removed = _remove_some(rows)
            gone += removed
            if removed < BATCH:
                break
    return gone


def _remove_some(rows: "QuerySet[Notification] | QuerySet[Delivery]") -> int:
    with transaction.atomic():
        batch = rows.order_by("created_at")
        if connection.features.has_select_for_update_skip_locked:
            # Several workers sweep at once, each of them other rows.
            batch = batch.select_for_update(skip_locked=True)
        keys = list(batch.values_list("pk", flat=True)[:BATCH])
        if keys:
            rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
