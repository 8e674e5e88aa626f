"""What time itself does to what a merchant asked for: it lapses; no HTTP here."""

from datetime import datetime

from django.db import transaction as database
from django.db.models import QuerySet

from sandbox import clock
from sandbox.merchant_api import telling
from sandbox.merchant_api.models import WAITS, Demand
from sandbox.people.models import Merchant

BATCH = 50


def apply_due(now: datetime) -> int:
    """Everybody's by real time, at most a batch; with nothing due it costs a look-up in a partial
    index."""
    return _lapse(Demand.objects.all(), clock.real_now() if clock.is_moved() else now)


def next_due(merchant: Merchant, until: datetime) -> datetime | None:
    """When the next demand of this merchant lapses, if it does until then."""
    waiting = Demand.objects.filter(WAITS, merchant=merchant, expires_at__lte=until)
    return waiting.order_by("expires_at").values_list("expires_at", flat=True).first()


def run_due(merchant: Merchant, now: datetime) -> int:
    """All of this merchant's that has lapsed by now, in order; says how many."""
    lapsed = 0
    while next_due(merchant, now):
        count = _lapse(Demand.objects.filter(merchant=merchant), now)
        if not count:  # another process is at it
            break
        lapsed += count
    return lapsed


def _lapse(rows: QuerySet[Demand], now: datetime) -> int:
    """Each in its own database transaction; what another request is just changing is left to it."""
    over = rows.filter(WAITS, expires_at__lte=now).order_by("expires_at", "id")
    lapsed = 0
    for pk in over.values_list("pk", flat=True)[:BATCH]:
        with database.atomic():
            # Who hands off takes this lock too, so that nothing is both taken on and lapsed.
            locked = Demand.objects.select_for_update(skip_locked=True, of=("self",))
            row = locked.select_related("merchant").filter(WAITS, pk=pk).first()
            if row is None:
                continue
            row.lapsed_at = row.expires_at
            row.save(update_fields=["lapsed_at"])
            telling.of_demand(row, "expired", row.expires_at)
            lapsed += 1
    return lapsed
