"""How long what merchants were told is kept; forgets the rest."""

from datetime import datetime, timedelta

from sandbox import clock
from sandbox.webhooks.models import Delivery, MerchantEvent

KEPT = timedelta(days=90)
BATCH = 500


def forget_old(now: datetime | None = None) -> int:
    """A batch of events that are older than we keep, with their deliveries; never one that is
    still to be sent. One of a world that was ahead stays as much longer as it was ahead."""
    old = (now or clock.real_now()) - KEPT
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING).values("event")
    rows = MerchantEvent.objects.filter(occurred_at__lt=old).exclude(pk__in=waiting)
    pks = list(rows.order_by("occurred_at").values_list("pk", flat=True)[:BATCH])
    return MerchantEvent.objects.filter(pk__in=pks).delete()[0] if pks else 0
