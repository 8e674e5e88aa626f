"""The threads of a worker process that send, a crew for each channel; they know no tables.

A channel whose provider hangs keeps its own crew waiting and nobody else's.
"""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger("selfcare.notifications")

# So that no thread waits for the next ids while there are some: a few stand ready.
WAITING_FOR_EACH = 10
# Sends these, unless told to stop; False if it was slow and gave some back.
type Send = Callable[[Sequence[uuid.UUID], Callable[[], bool]], bool]

_crews: dict[str, "Crew"] = {}


class Crew:
    """As many threads as SENDING_THREADS says, and a short line before them."""

    def __init__(self, channel: str, send: Send, most_together: int) -> None:
        threads = settings.SENDING_THREADS
        self._send = send
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"send-{channel}")
        self._most = threads * (1 + WAITING_FOR_EACH)
        self._together = self._most_together = most_together
        self._waiting: deque[uuid.UUID] = deque()
        self._begun = 0
        self._stopping = threading.Event()
        self._changed = threading.Condition()

    def submit(self, delivery_id: uuid.UUID) -> None:
        with self._changed:
            self._waiting.append(delivery_id)
        self._pool.submit(self._work)

    def room(self) -> int:
        """How many more ids may be handed over now."""
        with self._changed:
            return self._most - len(self._waiting) - self._begun

    def is_idle(self) -> bool:
        with self._changed:
            return not self._waiting and not self._begun

    def wait_for_room(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._waiting) + self._begun < self._most, timeout=seconds
            )

    def stop(self) -> list[uuid.UUID]:
        """Ends when what is being sent is done; the ids that nobody began are given back."""
        self._stopping.set()
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)
        return left

    def _work(self) -> None:
        """Takes some of the line, unless others took them all."""
        with self._changed:
            some = [self._waiting.popleft() for _ in range(min(self._together, len(self._waiting)))]
            self._begun += len(some)
        if not some:
            return
        structlog.contextvars.clear_contextvars()
        is_quick = False
        try:
            is_quick = self._send(some, self._stopping.is_set)
        except Exception:
            # The rows are the truth and wait; their lease runs out.
            log.exception("deliveries.failed", count=len(some))
        finally:
            connection.close()
            with self._changed:
                self._together = min(self._together * 2, self._most_together) if is_quick else 1
                self._begun -= len(some)
                self._changed.notify_all()


def open_for(channel: str, send: Send, most_together: int) -> Crew:
    """This process sends on `channel` from now on.

    A thread takes up to `most_together` ids, as long as the provider is quick.
    """
    crew = _crews[channel] = Crew(channel, send, most_together)
    return crew


def of(channel: str) -> Crew | None:
    """The crew of this channel; None in a process that doesn't send."""
    return _crews.get(channel)


def close(channel: str) -> list[uuid.UUID]:
    """Nothing more is sent on `channel` here; the ids that were not begun."""
    crew = _crews.pop(channel, None)
    return crew.stop() if crew else []
