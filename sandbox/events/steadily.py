"""Does one thing again and again, whatever happens to the database meanwhile."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection

log = logging.getLogger("sandbox.worker")
AFTER_FAILURE_SECONDS = 1.0


def steadily(act: Callable[[], int], stop: threading.Event, *, seconds: float, name: str) -> None:
    """Act until stopped; after a round in which nothing was to do, pause for `seconds`."""
    try:
        while not stop.is_set():
            pause = seconds
            try:
                pause = 0 if act() else seconds
            except Exception as error:
                # Its rows are the truth and wait; a restarted database ends nobody's work.
                if isinstance(error, DatabaseError):
                    log.warning("worker.round_failed %s: %s", name, type(error).__name__)
                else:
                    log.exception("worker.round_failed %s", name)
                connection.close()
                pause = AFTER_FAILURE_SECONDS
            close_old_connections()
            if pause:
                stop.wait(pause)
    finally:
        connection.close()
