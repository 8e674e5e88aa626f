"""Counts a nonce once for its key, on every instance; knows nothing of signatures."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError
from django.db import transaction as database

from sandbox.merchant_api.models import ApiKey, Nonce

# How much longer than its signature a nonce is kept: no instance's clock may be later than that.
KEPT_AFTER = timedelta(minutes=5)
BATCH = 5000


def spend(key: ApiKey, nonce: str, expires: int) -> bool:
    """Whether this is its first use. It is committed at once: what comes after may fail.

    Of any number at the same time the database lets one write its row.
    """
    try:
        with database.atomic():
            Nonce.objects.create(
                key=key, nonce=nonce, expires_at=datetime.fromtimestamp(expires, UTC)
            )
    except IntegrityError:
        return False
    return True


def sweep(now: datetime) -> int:
    """Forget a batch of those whose signatures are refused for their age anyway."""
    old = Nonce.objects.filter(expires_at__lt=now - KEPT_AFTER)
    pks = list(old.values_list("pk", flat=True)[:BATCH])
    return Nonce.objects.filter(pk__in=pks).delete()[0] if pks else 0
