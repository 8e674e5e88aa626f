"""Runs the duties that settings.WORKER_DUTIES names, each in its rhythm, until told to stop."""

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


class Duty:
    """One function that is called every `seconds`; a failure is logged and tried again then."""

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self.call: Callable[[], Any] = import_string(name)
        self.due_at = time.monotonic()

    def run(self) -> None:
        self.due_at = time.monotonic() + self.seconds
        structlog.contextvars.clear_contextvars()
        close_old_connections()
        try:
            self.call()
        except Exception:
            # A worker outlives a restarted database; the row is the truth and waits.
            log.exception("worker.duty_failed", duty=self.name)
            connection.close()


class Command(BaseCommand):
    help = "Runs selfcare's background duties. Any number of workers may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="each duty once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        duties = [Duty(name, seconds) for name, seconds in settings.WORKER_DUTIES]
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        log.info("worker.started", duties=[duty.name for duty in duties])
        while not stop.is_set():
            for duty in duties:
                if duty.due_at <= time.monotonic() and not stop.is_set():
                    duty.run()
            if options["once"]:
                break
            stop.wait(max(0.05, min(duty.due_at for duty in duties) - time.monotonic()))
        log.info("worker.stopped")
