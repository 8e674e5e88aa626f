"""Keeps hosts that people named from taking everybody's places: shares and rests; no calls."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from selfcare import errors

# A host that didn't answer so often in a row is left alone, with each try for twice as long: who
# names many that hang would else keep the threads of everybody's messages.
FAILURES = 3
REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 480.0
HOSTS_REMEMBERED = 2000
# As long as a burst waits for its turn at any service.
TURN_SECONDS = 0.3


class Shares:
    """Of so many places, one host gets at most half and one person a quarter at once."""

    def __init__(self, service: str, places: int) -> None:
        self._service = service
        self._most = {"host": max(1, places // 2), "person": max(1, places // 4)}
        self._held: Counter[tuple[str, str]] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, operation: str, *, host: str, person: str) -> Iterator[None]:
        """One place in this block. Raises errors.NotBegun if none was free in time."""
        keys = [("host", host), ("person", person)]

        def is_free() -> bool:
            return all(self._held[key] < self._most[key[0]] for key in keys)

        with self._changed:
            if not self._changed.wait_for(is_free, TURN_SECONDS):
                raise errors.NotBegun(self._service, operation, "their share of places is taken")
            self._held.update(keys)
        try:
            yield
        finally:
            with self._changed:
                self._held.subtract(keys)
                for key in keys:
                    if not self._held[key]:
                        del self._held[key]
                self._changed.notify_all()


class Rests:
    """Hosts that don't answer; nobody's threads wait for them again and again."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}

    def ask(self, operation: str, host: str) -> None:
        """Raises errors.NotBegun while it rests."""
        with self._lock:
            count, until = self._failed.get(host, (0, 0.0))
            now = time.monotonic()
            if count >= FAILURES:
                if now < until:
                    raise errors.NotBegun(self._service, operation, "the host is resting")
                self._failed[host] = (count, now + _rest(count))

    def note(self, host: str, *, worked: bool) -> None:
        with self._lock:
            if worked:
                self._failed.pop(host, None)
                return
            if len(self._failed) >= HOSTS_REMEMBERED:
                self._failed.clear()
            count = self._failed.get(host, (0, 0.0))[0] + 1
            self._failed[host] = (count, time.monotonic() + _rest(count))

    def forget(self) -> None:
        with self._lock:
            self._failed.clear()


def _rest(failures: int) -> float:
    longer: int = 2 ** max(0, min(failures, 20) - FAILURES)
    return min(LONGEST_REST_SECONDS, REST_SECONDS * longer)
