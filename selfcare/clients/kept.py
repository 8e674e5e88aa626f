"""A document of another service that is kept for a while; what it says is for the callers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import structlog

from selfcare import deadline, errors

log = structlog.get_logger("selfcare.clients")

RENEW_WITHIN_SECONDS = 1.0
TRY_AGAIN_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 5.0


class Kept[T]:
    """Fetched when first wanted and again when older than `seconds`; a failed try keeps the old.

    One thread fetches at a time, so a burst asks the service once. `newer` is for a reader who
    misses something in what they got; it fetches at most once in `pause` seconds.
    """

    def __init__(self, fetch: Callable[[], T], *, seconds: float, pause: float) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._pause = pause
        self._lock = Lock()
        self._value: T | None = None
        self._due_at = 0.0
        self._may_ask_at = 0.0

    def get(self) -> T:
        """The document. Raises errors.CallFailed only where it was never there."""
        value = self._value
        if value is None:
            with self._turn():
                return self._renew() if self._value is None else self._value
        # One thread renews; the others go on with what is there.
        if time.monotonic() >= self._due_at and self._lock.acquire(blocking=False):
            try:
                self._due_at = time.monotonic() + TRY_AGAIN_SECONDS
                with deadline.within(RENEW_WITHIN_SECONDS):
                    return self._renew()
            except errors.CallFailed as error:
                log.warning("kept_document.not_renewed", detail=str(error))
            finally:
                self._lock.release()
        return value

    def newer(self, than: T) -> T:
        """A later one than the reader has, or the same if there is none or we asked just now."""
        with self._turn():
            value = self._value
            if value is None or value is not than or time.monotonic() < self._may_ask_at:
                return than if value is None else value
            self._may_ask_at = time.monotonic() + self._pause
            try:
                return self._renew()
            except errors.CallFailed as error:
                log.warning("kept_document.not_renewed", detail=str(error))
                return value

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # A reader whose time is up goes on without the lock, and finds no time left to call.
        taken = self._lock.acquire(timeout=deadline.remaining(LONGEST_WAIT_SECONDS))
        try:
            yield
        finally:
            if taken:
                self._lock.release()

    def _renew(self) -> T:
        value = self._value = self._fetch()
        self._due_at = time.monotonic() + self._seconds
        return value
