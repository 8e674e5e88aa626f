"""The one deadline of a page: how long all of its calls together may take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Calls in this block end in `seconds`, or earlier if a deadline around it ends earlier."""
    ends_at = time.monotonic() + seconds
    outer = _ends_at.get()
    token = _ends_at.set(ends_at if outer is None else min(outer, ends_at))
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining(default_seconds: float) -> float:
    """Seconds left, never below zero; `default_seconds` where nobody set a deadline."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return default_seconds
    return max(0.0, ends_at - time.monotonic())
