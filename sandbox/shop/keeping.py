"""How long orders are kept; forgets the rest."""

from datetime import datetime, timedelta

from django.utils import timezone

from sandbox.shop.models import Order

# A visitor is known by a cookie for a month after each visit, and a payment waits for an hour. So
# whatever became of an order this old, it is over, and nobody does anything with it any more.
KEPT = timedelta(days=365)
BATCH = 500


def forget_old(now: datetime | None = None) -> int:
    """A batch of those that are older than we keep."""
    rows = Order.objects.filter(created_at__lt=(now or timezone.now()) - KEPT)
    pks = list(rows.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return Order.objects.filter(pk__in=pks).delete()[0] if pks else 0
