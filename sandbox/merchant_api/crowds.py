"""How many requests of a key are under way in this process; what is too many waits outside."""

import threading
from collections import Counter

from sandbox.merchant_api.models import ApiKey

WAIT_SECONDS = 1.0
# All of a merchant's keys together: half of the box's threads are left for others. A key that was
# given more may have more.
PER_MERCHANT = 16

_under_way: Counter[str] = Counter()
# Those that aren't examined yet are counted by the key that they claim.
_came: Counter[str] = Counter()
# How many each key may have, as far as it was here.
_most: dict[str, int] = {}
_theirs: Counter[int] = Counter()
_lock = threading.Lock()


def enter(key: ApiKey) -> bool:
    """Take a place, to be given back by `leave`; False if all of the key's or its merchant's are
    taken.

    It is this process's threads that would all wait for one merchant, so it is counted here.
    """
    with _lock:
        _most[key.public_id] = key.at_once
        if _under_way[key.public_id] >= key.at_once:
            return False
        if _theirs[key.merchant_id] >= max(PER_MERCHANT, key.at_once):
            return False
        _under_way[key.public_id] += 1
        _theirs[key.merchant_id] += 1
        return True


def come(claimed: str) -> bool:
    """Count a request that says it is of this key, until `go`; False if that is more than the key
    is known to have places. Asks no database.

    Without this a crowd would look for its key and its tokens before it is told that it is one.
    """
    with _lock:
        if claimed in _most and _came[claimed] >= _most[claimed]:
            return False
        _came[claimed] += 1
        return True


def most_of(public_id: str) -> int:
    """How many places the key has, as far as this process knows; 0 if it doesn't."""
    return _most.get(public_id, 0)


def go(claimed: str) -> None:
    with _lock:
        _came[claimed] -= 1
        if not _came[claimed]:
            del _came[claimed]


def leave(key: ApiKey) -> None:
    with _lock:
        _under_way[key.public_id] -= 1
        if not _under_way[key.public_id]:
            del _under_way[key.public_id]
        _theirs[key.merchant_id] -= 1
        if not _theirs[key.merchant_id]:
            del _theirs[key.merchant_id]
