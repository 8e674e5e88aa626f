"""Posts events to the hook, several at once, again and again until they are taken or given up."""

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from requests.adapters import HTTPAdapter

from sandbox import clock
from sandbox.control import faults
from sandbox.control.models import Fault
from sandbox.events import sequence, signing
from sandbox.events.models import Attempt, Event
from sandbox.events.steadily import steadily

# Longer than any attempt takes: whoever died with a claim leaves it to the others.
LEASE = timedelta(seconds=30)
TIMEOUT = (3.0, 15.0)
NOT_SENT = {Fault.Mode.REFUSE, Fault.Mode.CUT_BEFORE, Fault.Mode.ERROR, Fault.Mode.HANG}
IDLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended."""

    serial: int
    at: datetime
    ms: int
    status: int | None
    error: str

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.error


class Poster:
    """One process's share in posting; any number may run.

    One thread speaks to the database, the others to the hook. What they bring home is kept until
    it is written down, also where the database is away for a while; were it lost, the event would
    be posted once more, which its receiver has to stand anyway.
    """

    def __init__(self) -> None:
        self.keys = signing.keys(settings.SANDBOX_HOOK_SECRET)
        self.most = 2 * settings.SANDBOX_HOOK_AT_ONCE
        self.pool = ThreadPoolExecutor(settings.SANDBOX_HOOK_AT_ONCE, "hook")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http", HTTPAdapter(pool_maxsize=settings.SANDBOX_HOOK_AT_ONCE))
        self.under_way: set[Future[Outcome]] = set()
        self.finished: list[Outcome] = []

    def round(self, seconds: float = IDLE_SECONDS) -> int:
        """Write down what came home, send out what is due; says how much moved."""
        done = {future for future in self.under_way if future.done()}
        self.under_way -= done
        self.finished += [future.result() for future in done]
        if self.finished:
            note(self.finished)
            self.finished = []
        sent = self._send_out() if self.keys else sequence.number()
        if self.under_way:
            wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        return len(done) + sent

    def finish(self, seconds: float = 15) -> None:
        """Claim nothing more, wait for what is under way, and write it down."""
        until = time.monotonic() + seconds
        wait(self.under_way, timeout=seconds)
        self.finished += [future.result() for future in self.under_way if future.done()]
        self.under_way.clear()
        while self.finished and time.monotonic() < until:
            try:
                note(self.finished)
                self.finished = []
            except DatabaseError:
                connection.close()
                time.sleep(0.5)
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.session.close()

    def _send_out(self) -> int:
        sequence.number()
        free = self.most - len(self.under_way)
        claimed = claim(free) if free > self.most // 4 else []
        spoiled = Fault.objects.filter(operation__in=["hook", "*"]).exists() if claimed else False
        for event in claimed:
            fault = faults.take("hook", event.subject) if spoiled else None
            self.under_way.add(self.pool.submit(self._attempt, event, fault))
        return len(claimed)

    def _attempt(self, event: Event, fault: Fault | None) -> Outcome:
        """In a thread of the pool: touches no database."""
        at, began = clock.now(), time.monotonic()
        status, error = None, ""
        if fault and fault.ms:
            time.sleep(min(fault.ms / 1000, faults.LONGEST_SECONDS))
        if fault and fault.mode in NOT_SENT:
            status = fault.status if fault.mode == Fault.Mode.ERROR else None
            error = f"wanted by a fault: {fault.mode}"
        else:
            status, error = self._post(event)
        if fault and fault.mode == Fault.Mode.CUT_AFTER_COMMIT:
            status, error = None, "wanted by a fault: the answer was lost"
        ms = int((time.monotonic() - began) * 1000)
        return Outcome(event.serial, at, ms, status, error)

    def _post(self, event: Event) -> tuple[int | None, str]:
        try:
            content = event.content()
            signed = signing.headers(self.keys, event.wire_id, int(time.time()), content)
            answer = self.session.post(
                settings.SANDBOX_HOOK_URL,
                data=content,
                headers={**signed, "Content-Type": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except Exception as error:  # whatever it is, it is no answer
            return None, type(error).__name__
        return answer.status_code, ""


def claim(most: int) -> list[Event]:
    """What is due, oldest first, and from now on nobody else's for a while."""
    now = clock.now()
    due = Event.objects.filter(state=Event.State.WAITING, due_at__lte=now)
    due = due.exclude(Q(sequence=None) & Q(raw=""))
    if not due.exists():
        return []
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True).order_by("due_at", "serial")[:most])
        Event.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
    return rows


def note(outcomes: list[Outcome]) -> None:
    """Write down how attempts ended, and when the next ones are."""
    waits = settings.SANDBOX_HOOK_WAITS
    with transaction.atomic():
        found = Event.objects.select_for_update().in_bulk([one.serial for one in outcomes])
        attempts = []
        for one in outcomes:
            event = found.get(one.serial)
            if event is None:
                continue  # the world was reset meanwhile
            event.tries += 1
            attempts.append(
                Attempt(event=event, number=event.tries, at=one.at, status=one.status,
                        error=one.error[:200], ms=one.ms)
            )  # fmt: skip
            if one.taken and event.again:
                event.again -= 1
                event.due_at = clock.now()
            elif one.taken:
                event.state = Event.State.POSTED
            elif event.tries > len(waits):
                event.state = Event.State.GIVEN_UP
            else:
                event.due_at = clock.now() + timedelta(seconds=waits[event.tries - 1])
        Attempt.objects.bulk_create(attempts)
        Event.objects.bulk_update(found.values(), ["state", "due_at", "tries", "again"])


def run(stop: threading.Event) -> None:
    """Until told to stop; a database that is away for a while is waited for."""
    poster = Poster()
    steadily(poster.round, stop, seconds=IDLE_SECONDS, name="poster")
    poster.finish()
