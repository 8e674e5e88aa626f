"""The worker's share in sending webhooks: several at once, and one bad endpoint delays nobody."""

import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min

from sandbox import clock
from sandbox.events.steadily import steadily
from sandbox.webhooks import jobs, numbering
from sandbox.webhooks.models import Endpoint

IDLE_SECONDS = 0.1
NONE = timedelta(0)
# Of a process's places one endpoint gets so many at once, all that fail together a half, and all of
# one merchant, who may be slow on purpose, three quarters.
PER_ENDPOINT = 2


class Sender:
    """One process's share; any number may run.

    One thread speaks to the database, the others to endpoints. What they bring home is kept until
    it is written down, also where the database is away for a while; were it lost, the event would
    be sent once more, which its receiver has to stand anyway.
    """

    def __init__(self) -> None:
        self.places = settings.SANDBOX_WEBHOOK_AT_ONCE
        self.pool = ThreadPoolExecutor(self.places, "webhook")
        self.under_way: dict[Future[jobs.Outcome], jobs.Job] = {}
        self.finished: list[jobs.Outcome] = []

    def round(self, seconds: float = IDLE_SECONDS) -> int:
        """Write down what came home, send out what is due; says how much moved."""
        done = [future for future in self.under_way if future.done()]
        for future in done:
            del self.under_way[future]
            self.finished.append(future.result())
        if self.finished:
            jobs.note(self.finished)
            self.finished = []
        moved = numbering.number() + self._send_out()
        if self.under_way:
            wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        return len(done) + moved

    def _send_out(self) -> int:
        """Whose merchant has least under way comes first, and of these who waits longest; nobody
        takes more than their share."""
        free = self.places - len(self.under_way)
        if not free:
            return 0
        now, sent = clock.real_now(), 0
        busy = Counter(job.endpoint_id for job in self.under_way.values())
        theirs = Counter(job.merchant_id for job in self.under_way.values())
        due = jobs.due(now).values_list("endpoint", "merchant", "merchant__world__ahead")
        rows = due.annotate(first=Min("due_at")).order_by("first")[:200]
        waiting = {one: (merchant, now + (ahead or NONE)) for one, merchant, ahead, _ in rows}
        failing = set(
            Endpoint.objects.filter(
                pk__in=[*waiting, *busy], failing_since__isnull=False
            ).values_list("pk", flat=True)
        )
        for endpoint_id in sorted(waiting, key=lambda one: theirs[waiting[one][0]]):
            merchant_id, their_now = waiting[endpoint_id]
            share = min(
                PER_ENDPOINT - busy[endpoint_id],
                max(1, self.places * 3 // 4) - theirs[merchant_id],
                self.places - len(self.under_way),
            )
            if endpoint_id in failing:
                taken = sum(busy[one] for one in failing)
                share = min(1 - busy[endpoint_id], self.places // 2 - taken, share)
            if share <= 0:
                continue
            mine = jobs.due_of(merchant_id, their_now).filter(endpoint=endpoint_id)
            for job in jobs.claim(mine, share):
                self.under_way[self.pool.submit(jobs.send, job)] = job
                busy[endpoint_id] += 1
                theirs[merchant_id] += 1
                sent += 1
        return sent

    def finish(self, seconds: float = 15) -> None:
        """Claim nothing more, wait for what is under way, and write it down."""
        until = time.monotonic() + seconds
        wait(self.under_way, timeout=seconds)
        self.finished += [future.result() for future in self.under_way if future.done()]
        self.under_way.clear()
        while self.finished and time.monotonic() < until:
            try:
                jobs.note(self.finished)
                self.finished = []
            except DatabaseError:
                connection.close()
                time.sleep(0.5)
        self.pool.shutdown(wait=False, cancel_futures=True)


def run(stop: threading.Event) -> None:
    """Until told to stop; a database that is away for a while is waited for."""
    sender = Sender()
    steadily(sender.round, stop, seconds=IDLE_SECONDS, name="webhooks")
    sender.finish()
