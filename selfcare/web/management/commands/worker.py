"""Runs the duties that settings name, each in its rhythm, until told to stop.

Those of WORKER_DUTIES are short and take turns; each of WORKER_LONG_DUTIES has its own thread.
"""

import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

log = structlog.get_logger("selfcare.worker")
# A long duty looks at its Event at least this often; what doesn't is left to its lease.
STOPPING_SECONDS = 20


class Duty:
    """One function that is called every `seconds`; a failure is logged and tried again then."""

    def __init__(self, name: str, seconds: float, *arguments: Any) -> None:
        self.name = name
        self.seconds = seconds
        self.arguments = arguments
        self.call: Callable[..., Any] = import_string(name)
        self.due_at = time.monotonic()

    def run(self) -> None:
        self.due_at = time.monotonic() + self.seconds
        structlog.contextvars.clear_contextvars()
        close_old_connections()
        try:
            self.call(*self.arguments)
        except Exception:
            # A worker outlives a restarted database; the row is the truth and waits.
            log.exception("worker.duty_failed", duty=self.name)
            connection.close()

    def run_until(self, stop: threading.Event) -> None:
        """In a thread of its own: again and again, and its connection is given back at the end."""
        try:
            while not stop.is_set():
                self.run()
                stop.wait(self.seconds)
        finally:
            connection.close()


class Command(BaseCommand):
    help = "Runs selfcare's background duties. Any number of workers may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="each duty once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        duties = [Duty(name, seconds) for name, seconds in settings.WORKER_DUTIES]
        long = [Duty(name, seconds, stop) for name, seconds in settings.WORKER_LONG_DUTIES]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        log.info("worker.started", duties=[duty.name for duty in (*duties, *long)])
        if options["once"]:
            for duty in (*duties, *long):
                duty.run()
            return
        threads = [
            threading.Thread(target=duty.run_until, args=(stop,), name=duty.name, daemon=True)
            for duty in long
        ]
        for thread in threads:
            thread.start()
        while not stop.is_set():
            for duty in duties:
                if duty.due_at <= time.monotonic() and not stop.is_set():
                    duty.run()
            stop.wait(max(0.05, min(duty.due_at for duty in duties) - time.monotonic()))
        for thread in threads:
            thread.join(STOPPING_SECONDS)
        log.info("worker.stopped")
