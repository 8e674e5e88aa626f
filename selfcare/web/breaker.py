"""Leaves a store alone for a while after it failed, so that one that hangs slows no request."""

import time
from threading import Lock


class Breaker:
    """Closed at first; after a failure one caller in `seconds` may try, until it works again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = Lock()
        self._next_try_at: float | None = None

    def allows(self) -> bool:
        """Whether to try now; the others wait for how this try ends."""
        if self._next_try_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._next_try_at is None or now >= self._next_try_at:
                self._next_try_at = now + self.seconds
                return True
            return False

    def failed(self) -> None:
        with self._lock:
            self._next_try_at = time.monotonic() + self.seconds

    def worked(self) -> None:
        self._next_try_at = None


# Our database. While it is away, what a request knows otherwise serves, and only one asks it anew.
database = Breaker(1.0)
