"""How often a key may ask: tokens in the database, fetched in lots; writes no log."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction as database

from sandbox import clock
from sandbox.merchant_api.models import ApiKey, Bucket

LARGEST_LOT = 10
LOT_HOLDS_SECONDS = 1.0
SHORTEST_WAIT = 0.02
# How long one that went to see is waited for.
LOOKING_SECONDS = 0.25


@dataclass(slots=True)
class Held:
    """What this process knows of a key: tokens that it fetched, or until when there are none.

    `none_until` is 0 for who wasn't refused since there were some to spare.
    """

    tokens: int = 0
    lot: int = 0
    fetched_at: float = 0.0
    none_until: float = 0.0
    fetching: threading.Lock = field(default_factory=threading.Lock)


_held: dict[str, Held] = {}
# Whose bearer tokens were used here, by their hashes, so that a refusal needs no look-up.
_bearers: dict[str, str] = {}
_lock = threading.Lock()


def bearer_of(sha256: str) -> str:
    """The key that this bearer token was of when it was used here, or nothing."""
    return _bearers.get(sha256, "")


def seconds_refused(public_id: str) -> float:
    """How long this key is known to have no tokens; 0 if it may have some. Asks no database.

    When that time is over, one request may go and see, and the others wait for what it finds: a
    crowd at the database would be felt by everybody.
    """
    found = _held.get(public_id)
    if found is None:
        return 0.0
    with _lock:
        now = time.monotonic()
        if found.none_until > now:
            return found.none_until - now
        if found.none_until:
            found.none_until = now + LOOKING_SECONDS
    return 0.0


def take(key: ApiKey) -> float:
    """Take a token for one request; what is returned is how many seconds to wait, 0 for none."""
    with _lock:
        held = _held.setdefault(key.public_id, Held())
        _bearers[key.bearer_sha256] = key.public_id
        looking = held.none_until > 0
        if _use(held):
            return 0.0
    # One at a time: what it finds is for those behind it as well.
    with held.fetching:
        now = time.monotonic()
        with _lock:
            if _use(held):
                return 0.0
            if not looking and held.none_until > now:
                return held.none_until - now
            # Who used up a lot within its second gets a larger one; who hardly asks wastes
            # nothing, and who is refused is let in one by one.
            growing = _is_fresh(held) and not held.none_until
            lot = min(LARGEST_LOT, max(1, held.lot * 2)) if growing else 1
        got, wait = _fetch(key, lot, clock.real_now())
        with _lock:
            refused = held.none_until > 0 or not got
            held.none_until = time.monotonic() + wait if wait and refused else 0.0
            if not got:
                return wait
            held.tokens, held.lot, held.fetched_at = got - 1, lot, now
    return 0.0


def _use(held: Held) -> bool:
    """One of the tokens that are here, if their second isn't over."""
    if not held.tokens or not _is_fresh(held):
        return False
    held.tokens -= 1
    return True


def _is_fresh(held: Held) -> bool:
    return time.monotonic() - held.fetched_at < LOT_HOLDS_SECONDS


def _fetch(key: ApiKey, wanted: int, now: datetime) -> tuple[int, float]:
    """Up to `wanted` tokens, and the seconds until there is one more; 0 if there is one now."""
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
    if row.tokens >= 1:
        return got, 0.0
    return got, max(SHORTEST_WAIT, (1 - row.tokens) / max(1, key.rate))
