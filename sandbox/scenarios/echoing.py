"""Sends what reaches a stage's endpoint to the merchant's own endpoints as well, for real."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sandbox import clock
from sandbox.people.models import Merchant
from sandbox.webhooks import endpoints, jobs
from sandbox.webhooks.models import Endpoint

# What all the endpoints of a run may take together: other merchants' runs wait for it.
SECONDS = 20.0


@dataclass(slots=True)
class End:
    """One endpoint of the merchant's, how much it took, and why it gets no more."""

    endpoint: Endpoint
    sent: int = 0
    stopped: str = ""


class Echo:
    """In the order and as often as the stage's endpoint got it, signed with each one's secret.

    What becomes of it is told beside the run and is no part of how it ended. An endpoint that
    doesn't take one gets no more, and none does once they took too long together, so that they keep
    no run waiting.
    """

    def __init__(self, merchant: Merchant, keep: Callable[[], None]) -> None:
        rows = Endpoint.objects.filter(merchant=merchant, state=Endpoint.State.ACTIVE)
        self.ends = [End(row) for row in rows.order_by("created_at", "pk")]
        self.keep = keep
        self.left = SECONDS

    def send(self, job: jobs.Job, type_: str) -> None:
        for end in self.ends:
            if end.stopped or not end.endpoint.wants(type_):
                continue
            if self.left <= 0:
                end.stopped = "timed_out"
                continue
            self.keep()
            began = time.monotonic()
            keys = tuple(endpoints.live_keys(end.endpoint, clock.real_now()))
            reply = jobs.send(replace(job, url=end.endpoint.url, keys=keys)).reply
            self.left -= time.monotonic() - began
            if reply.taken:
                end.sent += 1
            else:
                end.stopped = reply.error or f"answered {reply.status}"

    def told(self) -> list[dict[str, Any]]:
        return [
            {"endpoint": end.endpoint.wire_id, "url": end.endpoint.url, "sent": end.sent,
             "stopped": end.stopped or None}
            for end in self.ends
        ]  # fmt: skip
