"""How long nonces, the request log and what nobody took on are kept; forgets the rest."""

from datetime import datetime, timedelta

from django.db import transaction as database

from sandbox import clock
from sandbox.merchant_api import nonces, record
from sandbox.merchant_api.models import OVER, Demand

# Longer than a stored answer (`once.py`): whoever repeats a request is told its hand-off again.
DEMANDS_KEPT = timedelta(days=365)
BATCH = 500


def forget_old(now: datetime | None = None) -> int:
    """A batch of each that is over."""
    at = now or clock.now()
    return nonces.sweep(at) + record.sweep(at) + _sweep_demands(at)


def _sweep_demands(now: datetime) -> int:
    """Forget a batch of demands that ended long ago without a customer, with their hand-offs.

    What somebody took on stays as long as its transaction: its person finds the way by it, its
    merchant the `return_url`, and a fresh world what it has to take back. Its merchant's time may
    have been ahead of `now`, the real one; then it stays as much longer.
    """
    old = Demand.objects.filter(OVER, expires_at__lt=now - DEMANDS_KEPT).order_by("expires_at")
    with database.atomic():
        # Locked before anything else is, as by a fresh world: neither waits for the other then.
        held = old.select_for_update(skip_locked=True)
        pks = list(held.values_list("pk", flat=True)[:BATCH])
        return Demand.objects.filter(pk__in=pks).delete()[0] if pks else 0
