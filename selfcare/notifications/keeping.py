"""How long notifications are kept, and that they go then, with deliveries and attempts."""

import threading

from django.conf import settings
from django.utils import timezone

from selfcare.events.forgetting import months_before, remove
from selfcare.notifications.models import Delivery, Notification

# With each go its deliveries and their attempts.
AT_ONCE = 200


def sweep(stop: threading.Event) -> int:
    """Removes what is older than NOTIFICATION_MONTHS, until nothing is left; how many that were."""
    before = months_before(timezone.now(), settings.NOTIFICATION_MONTHS)
    old = Notification.objects.filter(created_at__lt=before)
    # A digest belongs to no single notification, so it goes by its own age.
    digests = Delivery.objects.filter(notification=None, created_at__lt=before).exclude(
        state=Delivery.State.WAITING
    )
    return sum(remove(rows, "created_at", AT_ONCE, stop) for rows in (old, digests))
