"""`python -m sandbox worker`: posts events, lets time pass, and takes mail; serves no page."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox import clock
from sandbox.cases import due as case_due
from sandbox.console import writing
from sandbox.control import record
from sandbox.events import keeping, months, posting, signing
from sandbox.events.steadily import steadily
from sandbox.merchant_api import due as merchant_due
from sandbox.merchant_api import keeping as merchant_keeping
from sandbox.outbox import late_bounces, smtp
from sandbox.scenarios import running
from sandbox.shop import keeping as shop_keeping
from sandbox.transactions import due, once
from sandbox.webhooks import keeping as webhook_keeping
from sandbox.webhooks import sending
from sandbox.worlds import errands, winding
from sandbox.worlds import keeping as world_keeping


class Command(BaseCommand):
    help = "Post events, let time pass, take mail. Any number of workers may run, one takes mail."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        for name in ("SANDBOX_HOOK_SECRET", "SANDBOX_REPORT_SECRET"):
            try:
                signing.keys(getattr(settings, name))
            except signing.BadSecretError as error:
                raise CommandError(f"{name}: {error}") from error
        duties: list[Callable[[], None]] = [
            partial(posting.run, stop),
            partial(sending.run, stop),
            partial(steadily, let_time_pass, stop, seconds=0.5, name="time"),
            partial(steadily, winding.pass_on, stop, seconds=0.5, name="worlds"),
            # Several, so that a world with much to do doesn't hold the others up.
            *[partial(steadily, winding.go_forward, stop, seconds=0.5, name="clocks")] * 3,
            partial(steadily, running.round_once, stop, seconds=0.5, name="scenarios"),
            partial(steadily, months.tell_ended, stop, seconds=30, name="months"),
            partial(steadily, keeping.forget_old, stop, seconds=3600, name="forgetting"),
            partial(steadily, webhook_keeping.forget_old, stop, seconds=3600, name="webhooks"),
            partial(steadily, merchant_keeping.forget_old, stop, seconds=60, name="requests"),
            partial(steadily, world_keeping.forget_old, stop, seconds=3600, name="advances"),
            partial(steadily, shop_keeping.forget_old, stop, seconds=3600, name="orders"),
            partial(steadily, record.forget_old, stop, seconds=3600, name="record"),
            partial(steadily, once.forget_old, stop, seconds=3600, name="idempotency keys"),
            partial(steadily, writing.forget_shown, stop, seconds=60, name="shown once"),
        ]
        if settings.SANDBOX_REPORT_SECRET:
            bounces = late_bounces.LateBounces()
            duties.append(partial(steadily, bounces.round, stop, seconds=1, name="late bounces"))
        threads = [threading.Thread(target=duty, daemon=True) for duty in duties]
        with ExitStack() as stack:
            if settings.SANDBOX_SMTP_PORT:
                receiver = smtp.controller()
                receiver.start()
                stack.callback(receiver.stop)
            for thread in threads:
                thread.start()
            self._say(f"worker.started hook={bool(settings.SANDBOX_HOOK_SECRET)}")
            stop.wait()
            until = time.monotonic() + 20
            for thread in threads:
                thread.join(max(0.1, until - time.monotonic()))
        self._say("worker.stopped")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def let_time_pass() -> int:
    """What is due happens though nobody looks."""
    now = clock.now()
    return (
        due.apply_due(now)
        + case_due.apply_due(now)
        + merchant_due.apply_due(now)
        + errands.apply_due(now)
    )
