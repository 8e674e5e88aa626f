"""The threads of a worker process that send, a crew for each channel; they know no tables.

A channel whose provider hangs keeps its own crew waiting and nobody else's.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger("selfcare.notifications")

# So that no thread waits for the next id while there are some: a few stand ready.
WAITING_FOR_EACH = 2

_crews: dict[str, "Crew"] = {}


class Crew:
    """As many threads as SENDING_THREADS says, and a short line before them."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        threads = settings.SENDING_THREADS
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"send-{channel}")
        self._most = threads * (1 + WAITING_FOR_EACH)
        self._there: dict[str, Future[None]] = {}
        self._changed = threading.Condition()

    def submit(self, delivery_id: str, call: Callable[[str], object]) -> None:
        with self._changed:
            future = self._pool.submit(_run, call, delivery_id)
            self._there[delivery_id] = future
        future.add_done_callback(lambda _: self._done(delivery_id, future))

    def room(self) -> int:
        """How many more ids may be handed over now."""
        with self._changed:
            return self._most - len(self._there)

    def is_idle(self) -> bool:
        with self._changed:
            return not self._there

    def wait_for_room(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._there) < self._most, timeout=seconds)

    def stop(self) -> list[str]:
        """Ends when what is being sent is done; the ids that nobody began are given back."""
        with self._changed:
            there = dict(self._there)
        left = [delivery_id for delivery_id, future in there.items() if future.cancel()]
        self._pool.shutdown(wait=True, cancel_futures=True)
        return left

    def _done(self, delivery_id: str, future: "Future[None]") -> None:
        with self._changed:
            if self._there.get(delivery_id) is future:
                del self._there[delivery_id]
            self._changed.notify_all()


def open_for(channel: str) -> Crew:
    """This process sends on `channel` from now on."""
    crew = _crews[channel] = Crew(channel)
    return crew


def of(channel: str) -> Crew | None:
    """The crew of this channel; None in a process that doesn't send."""
    return _crews.get(channel)


def close(channel: str) -> list[str]:
    """Nothing more is sent on `channel` here; the ids that were not begun."""
    crew = _crews.pop(channel, None)
    return crew.stop() if crew else []


def _run(call: Callable[[str], object], delivery_id: str) -> None:
    structlog.contextvars.clear_contextvars()
    try:
        call(delivery_id)
    except Exception:
        # The row is the truth and waits; its lease runs out.
        log.exception("delivery.failed", delivery=delivery_id)
    finally:
        connection.close()
