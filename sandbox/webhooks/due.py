"""What time itself does to a merchant's deliveries: they are made, in order, at their instants."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.db.models import QuerySet

from sandbox.people.models import Merchant
from sandbox.webhooks import jobs, numbering
from sandbox.webhooks.models import Delivery

AT_ONCE = 8
BATCH = 50
# After this nothing more is begun: with an attempt's own ten seconds it stays within the lease.
SECONDS = 10.0


def next_due(merchant: Merchant, until: datetime) -> datetime | None:
    """When the next delivery of this merchant is due by their time, if it is until then."""
    numbering.number(merchant)
    waiting = _waiting(merchant).filter(due_at__lte=until)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def run_due(merchant: Merchant, now: datetime) -> int:
    """Make what is due by now; says how many attempts. Each is told to have been at `now`.

    One endpoint's go one after the other, so that the same world sends the same each time;
    several endpoints' go side by side. Returns after a while also with more to do, and at once
    where another worker is at the rest: whoever winds a clock asks again.
    """
    numbering.number(merchant)
    made, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        claimed = jobs.claim(jobs.due_of(merchant, now), BATCH, at=now)
        if not claimed:
            break
        by_endpoint = attrgetter("endpoint_id")
        rows = [list(some) for _, some in groupby(sorted(claimed, key=by_endpoint), by_endpoint)]
        with ThreadPoolExecutor(min(AT_ONCE, len(rows)), "webhook") as pool:
            for outcomes in pool.map(partial(_one_by_one, until), rows):
                jobs.note(outcomes)
                made += len(outcomes)
        jobs.release(claimed)
    return made


def _one_by_one(until: float, some: list[jobs.Job]) -> list[jobs.Outcome]:
    """As many as begin in time."""
    return [jobs.send(job) for job in some if time.monotonic() < until]


def _waiting(merchant: Merchant) -> QuerySet[Delivery]:
    return Delivery.objects.filter(merchant=merchant, state=Delivery.State.WAITING)
