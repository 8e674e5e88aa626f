"""Leaves a channel alone for a moment whose provider as a whole is down; one message tries.

It is remembered by the process alone: each finds out for itself, and none waits for another.
"""

import threading
import time

FAILURES = 3
REST_SECONDS = 2.0

_lock = threading.Lock()
_failures: dict[str, int] = {}
_next_try_at: dict[str, float] = {}


def room(channel: str, wanted: int) -> int:
    """How many messages may begin now: as many as wanted, one that tries it, or none."""
    with _lock:
        if _failures.get(channel, 0) < FAILURES:
            return wanted
        now = time.monotonic()
        if now < _next_try_at.get(channel, 0):
            return 0
        _next_try_at[channel] = now + REST_SECONDS
        return min(wanted, 1)


def note(channel: str, *, down: bool) -> None:
    """What a try has shown of the provider."""
    with _lock:
        _failures[channel] = _failures.get(channel, 0) + 1 if down else 0
        if down:
            _next_try_at[channel] = time.monotonic() + REST_SECONDS


def forget() -> None:
    """As if nothing had been tried yet; for tests."""
    with _lock:
        _failures.clear()
        _next_try_at.clear()
