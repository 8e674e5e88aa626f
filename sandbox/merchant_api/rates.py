"""How often a key may ask: tokens in the database, fetched in lots; writes no log."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction as database

from sandbox import clock
from sandbox.merchant_api.models import ApiKey, Bucket

LARGEST_LOT = 10
LOT_HOLDS_SECONDS = 1.0
SHORTEST_WAIT = 0.05


@dataclass(slots=True)
class Held:
    """What this process knows of a key: tokens that it fetched, or until when there are none."""

    tokens: int = 0
    lot: int = 0
    fetched_at: float = 0.0
    none_until: float = 0.0


_held: dict[str, Held] = {}
_lock = threading.Lock()


def seconds_refused(public_id: str) -> float:
    """How long this key is known to have no tokens; 0 if it may have some. Asks no database."""
    found = _held.get(public_id)
    return max(0.0, found.none_until - time.monotonic()) if found else 0.0


def take(key: ApiKey) -> float:
    """Take a token for one request; what is returned is how many seconds to wait, 0 for none."""
    now = time.monotonic()
    with _lock:
        held = _held.setdefault(key.public_id, Held())
        if held.none_until > now:
            return held.none_until - now
        fresh = now - held.fetched_at < LOT_HOLDS_SECONDS
        if fresh and held.tokens:
            held.tokens -= 1
            return 0.0
        # Who used up a lot within its second gets a larger one; who hardly asks wastes nothing.
        lot = min(LARGEST_LOT, max(1, held.lot * 2)) if fresh else 1
    got, wait = _fetch(key, lot, clock.real_now())
    with _lock:
        if got:
            held.tokens, held.lot, held.fetched_at = held.tokens * fresh + got - 1, lot, now
            return 0.0
        held.none_until = time.monotonic() + wait
    return wait


def _fetch(key: ApiKey, wanted: int, now: datetime) -> tuple[int, float]:
    """Up to `wanted` tokens, or none and the seconds until there is one."""
    with database.atomic():
        Bucket.objects.get_or_create(key=key, defaults={"tokens": key.burst, "filled_at": now})
        row = Bucket.objects.select_for_update().get(key=key)
        # Clocks of instances differ: time never runs backwards for a bucket.
        passed = max(0.0, (now - row.filled_at).total_seconds())
        row.tokens = min(float(key.burst), row.tokens + passed * key.rate)
        row.filled_at = max(now, row.filled_at)
        got = min(wanted, int(row.tokens))
        row.tokens -= got
        row.save(update_fields=["tokens", "filled_at"])
    if got:
        return got, 0.0
    return 0, max(SHORTEST_WAIT, (1 - row.tokens) / max(1, key.rate))
