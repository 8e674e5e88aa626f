"""Many events, doubled, out of order and poisoned, while workers are killed and PostgreSQL falls.

Each of them reaches its person exactly once, nothing stale waits, and all poison is kept. A small
size by default; TORTURE_EVENTS=20000 TORTURE_PEOPLE=300 TORTURE_RATE=50 TORTURE_DEAD_LETTERS=1000
TORTURE_FLOOD=10000 for proof.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from selfcare.events import archive, reading
from selfcare.events.models import Event, Refusal
from selfcare.notifications import categories, matching
from selfcare.notifications.delivery import sending
from selfcare.notifications.models import Address, Attempt, AuditEntry, Delivery, Notification
from selfcare.web.request import Person as Operator
from tests.support import servers
from tests.support.control import Control, Person
from tests.support.servers import Server
from tools.children import wait_until
from tools.postgres import Postgres

log = structlog.get_logger("tests")

EVENTS = int(os.environ.get("TORTURE_EVENTS", "200"))
PEOPLE = int(os.environ.get("TORTURE_PEOPLE", str(max(10, EVENTS // 20))))
RATE = float(os.environ.get("TORTURE_RATE", "30"))
WORKERS = int(os.environ.get("TORTURE_WORKERS", "2" if EVENTS < 1000 else "4"))
KILL_EVERY_SECONDS = 5.0
# The last of them is followed by what was late, by leases, retries and the minute of a burst.
PATIENCE_SECONDS = float(os.environ.get("TORTURE_PATIENCE", str(120 + 3 * EVENTS / RATE)))
FLOOD = int(os.environ.get("TORTURE_FLOOD", "3000"))
DEAD_LETTERS = int(os.environ.get("TORTURE_DEAD_LETTERS", "60"))

Instances = Callable[..., list[Server]]
type NewWorker = Callable[..., Server]


@pytest.fixture
def people(transactional_db: None, control: Control) -> list[Person]:
    """Everybody can be reached by mail."""
    made = [control.add_person(f"Person{number} Torture") for number in range(PEOPLE)]
    now = timezone.now()
    Address.objects.bulk_create(
        Address(
            subject=person.sub,
            channel="email",
            value=person.email,
            state=Address.State.ACTIVE,
            is_primary=True,
            verified_at=now,
        )
        for person in made
    )
    return made


@pytest.fixture
def new_worker(test_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewWorker]:
    # The others keep both cores busy while one starts anew.
    monkeypatch.setattr(servers, "READY_SECONDS", 120)
    started: list[Server] = []

    def start(*, wait: bool = True) -> Server:
        one = servers.new_worker(
            test_database_url,
            EVENT_LEASE_SECONDS="5",
            SENDING_LEASE_SECONDS="5",
            EVENT_CATCH_UP_SECONDS="10",
            TASKS_BACKEND="database",
        )
        started.append(one)
        if not wait:
            monkeypatch.setattr(one, "is_ready", lambda: True)
        one.start()
        return one

    yield start
    for one in started:
        one.remove()


@pytest.fixture
def platform(box_worker: Server, instances: Instances) -> Callable[[], None]:
    """Call it: the box posts to an instance of ours and takes mail from then on."""

    def start() -> None:
        (site,) = instances(1)
        box_worker.env["SANDBOX_HOOK_URL"] = f"{site.url}/hooks/platform"
        box_worker.start()

    return start


class Torturer:
    """Kills a worker every few seconds, each in turn, and once the database."""

    def __init__(self, new_worker: NewWorker, postgres: Postgres) -> None:
        self.new_worker = new_worker
        self.postgres = postgres
        self.workers = [new_worker() for _ in range(WORKERS)]
        self.killed = self.restarts = 0
        self.next_kill = time.monotonic() + KILL_EVERY_SECONDS

    def go_on(self, *, now_the_database: bool) -> None:
        if now_the_database and not self.restarts:
            self.restarts += 1
            self.postgres.stop(kill=True)
            time.sleep(1)
            self.postgres.start()
            connection.close()
            connection.close_pool()
        at_work = [one for one in self.workers if servers.WORKER_IS_READY in one.log()]
        if time.monotonic() >= self.next_kill and at_work:
            # The next one begins while the others go on, and is left alone until it works.
            at_work[0].stop(kill=True)
            self.workers.remove(at_work[0])
            self.killed += 1
            self.workers.append(self.new_worker(wait=False))
            self.next_kill = time.monotonic() + KILL_EVERY_SECONDS


def test_nothing_is_lost_doubled_or_stale(
    control: Control,
    people: list[Person],
    platform: Callable[[], None],
    new_worker: NewWorker,
    postgres_server: Postgres,
) -> None:
    # Everybody is at work before the first event comes, or all would be over before it began.
    torturer = Torturer(new_worker, postgres_server)
    platform()
    expected = control.flood(
        events=EVENTS,
        subs=[person.sub for person in people],
        duplicates=0.1,
        out_of_order=0.05,
        poison=0.01,
        per_second=RATE,
    )
    good = sum(sum(types.values()) for types in expected["people"].values())
    began = time.monotonic()
    while not _is_over(good + len(expected["poison"])):
        assert time.monotonic() < began + EVENTS / RATE + PATIENCE_SECONDS, _standing()
        torturer.go_on(now_the_database=_known() > good / 2)
        time.sleep(0.25)
    seconds = time.monotonic() - began
    log.info("torture.survived", seconds=seconds, kills=torturer.killed, standing=_standing())
    assert torturer.restarts == 1
    assert torturer.killed >= 1

    nothing_is_lost(expected)
    nothing_is_stale(expected)
    all_poison_is_kept(expected)
    # With the database each sender may have lost what it was at, with a worker seldom one does.
    senders = WORKERS * settings.SENDING_THREADS
    again = torturer.killed + torturer.restarts * senders
    each_is_at_the_recipient_once(control, people, at_most_again=again)
    assert not Refusal.objects.exists()


def _known() -> int:
    return int(_asked(Event.objects.filter(source=Event.Source.PLATFORM).count))


def _is_over(total: int) -> bool:
    """All have come, are matched, and what follows from them was sent."""
    if _known() < total:
        return False
    if _asked(Event.objects.filter(state=Event.State.WAITING).exists):
        return False
    return not _asked(Delivery.objects.filter(state=Delivery.State.WAITING).exists)


def _asked(question: Callable[[], Any]) -> Any:
    """The database was away a moment ago, and so may be our connection to it."""
    try:
        return question()
    except DatabaseError:
        connection.close()
        return question()


def _standing() -> str:
    events = Counter(Event.objects.values_list("state", flat=True))
    deliveries = Counter(Delivery.objects.values_list("channel", "state", "reason"))
    return f"events {dict(events)}, deliveries {dict(deliveries)}"


def nothing_is_lost(expected: dict[str, Any]) -> None:
    """Each person was told of each event that is something to tell, once."""
    told = Counter(Notification.objects.values_list("subject", "event_type"))
    due = Counter(
        {
            (subject, type_): count
            for subject, types in expected["people"].items()
            for type_, count in types.items()
            if categories.of(type_, {"direction": "out"}) is not None
        }
    )
    assert told == due
    assert sum(due.values()) > EVENTS / 5
    left = Delivery.objects.exclude(
        state__in=[Delivery.State.SENT, Delivery.State.IN_DIGEST, Delivery.State.NOT_WANTED]
    )
    assert not left.exists(), _standing()
    unwanted = Delivery.objects.filter(channel="email", state=Delivery.State.NOT_WANTED)
    assert set(unwanted.values_list("reason", flat=True)) <= {"over"}


def nothing_is_stale(expected: dict[str, Any]) -> None:
    """What waits for a person is exactly what last happened to its thing."""
    waiting = set(Notification.objects.filter(waits=True).values_list("object_id", "version"))
    last = {
        (id_, seen["version"])
        for id_, seen in expected["objects"].items()
        if seen["type"] == "transaction.action_required"
    }
    assert waiting == last


def all_poison_is_kept(expected: dict[str, Any]) -> None:
    aside = Event.objects.filter(state=Event.State.SET_ASIDE)
    assert {event.source_id for event in aside} == {one["id"] for one in expected["poison"]}
    assert all(event.reason and event.data for event in aside)


def each_is_at_the_recipient_once(
    control: Control, people: list[Person], *, at_most_again: int = 0
) -> None:
    """A mailbox holds one mail for each delivery that was sent by itself, and no other.

    It shows one that came again only once; that may be where an answer was lost, or its note. Where
    a note was lost (`at_most_again` of them), what it asked for may be over when it would go out
    again, so its mail lies there and the delivery is not wanted any more.
    """
    over = Delivery.objects.filter(state=Delivery.State.NOT_WANTED, reason="over")
    unnoted = {delivery.public_id for delivery in over} if at_most_again else set()
    found_unnoted = 0
    sent = Delivery.objects.filter(channel="email", state=Delivery.State.SENT, digest=None)
    by_person: dict[str, set[str]] = {person.sub: set() for person in people}
    for delivery in sent:
        by_person[delivery.subject].add(delivery.public_id)
    for person in people:
        mails = control.outbox(person.email, lean="1")
        keys = [mail["key"].strip("<>").partition("@")[0] for mail in mails]
        found_unnoted += len(unnoted & set(keys))
        assert sorted(set(keys) - unnoted) == sorted(by_person[person.sub])
        assert len(keys) == len(set(keys))
    assert found_unnoted <= at_most_again
    told = control.outbox_counts()["mail"]
    lost = Attempt.objects.filter(channel="email", detail__startswith="unknown").count()
    log.info("torture.came_again", count=told["receptions"] - told["messages"], lost=lost)
    assert told["receptions"] - told["messages"] <= at_most_again + lost


def test_a_thousand_dead_letters_driven_again_twice_at_once_go_out_once(
    control: Control,
    people: list[Person],
    platform: Callable[[], None],
    new_worker: NewWorker,
) -> None:
    from tests.events.test_matching_loop import at_once

    now = timezone.now()
    subjects = [person.sub for person in people]
    Event.objects.bulk_create(
        _set_aside(subjects[number % len(subjects)], now) for number in range(DEAD_LETTERS)
    )
    counts = at_once(2, lambda: archive.drive_again(Event.objects.all()))
    assert sorted(counts) == [0, DEAD_LETTERS] or sum(counts) == DEAD_LETTERS
    platform()
    for _ in range(2):
        new_worker()
    done = wait_until(lambda: _is_over(DEAD_LETTERS), seconds=60 + DEAD_LETTERS / 5, every=0.5)
    assert done, _standing()
    assert Notification.objects.count() == DEAD_LETTERS
    each_is_at_the_recipient_once(control, people)
    parts = Delivery.objects.filter(channel="email", notification__isnull=False)
    assert parts.count() == DEAD_LETTERS


def test_a_thousand_dead_deliveries_driven_again_twice_at_once_go_out_once(
    control: Control,
    people: list[Person],
    platform: Callable[[], None],
    new_worker: NewWorker,
) -> None:
    from tests.events.test_matching_loop import at_once

    now = timezone.now()
    for first in range(0, DEAD_LETTERS, len(people)):
        some = people[: DEAD_LETTERS - first]
        events = Event.objects.bulk_create(_taken(person.sub, now) for person in some)
        matching.match_all(events)
    Event.objects.update(state=Event.State.MATCHED)
    mails = Delivery.objects.filter(channel="email", notification__isnull=False)
    dead = {"state": Delivery.State.DEAD, "reason": "gave_up", "tries": 16, "digest": None}
    assert mails.update(**dead) == DEAD_LETTERS
    Delivery.objects.filter(notification=None).delete()

    oscar = Operator("usr_oscar", "Oscar Lindqvist", "oscar@example.com", frozenset({"operator"}))
    letters = Delivery.objects.filter(state=Delivery.State.DEAD)
    counts = at_once(2, lambda: sending.drive_again(letters.all(), oscar, "mended"))
    assert sum(counts) == DEAD_LETTERS
    assert sum(AuditEntry.objects.values_list("count", flat=True)) == DEAD_LETTERS
    platform()
    for _ in range(2):
        new_worker()
    done = wait_until(lambda: _is_over(DEAD_LETTERS), seconds=60 + DEAD_LETTERS / 5, every=0.5)
    assert done, _standing()
    sent = mails.filter(state=Delivery.State.SENT, reason="driven_again", tries=1)
    assert sent.count() == DEAD_LETTERS, _standing()
    each_is_at_the_recipient_once(control, people)


def test_a_flood_of_one_person_is_a_few_mails_and_holds_up_nobody(
    control: Control,
    people: list[Person],
    platform: Callable[[], None],
    new_worker: NewWorker,
) -> None:
    flooded, *others = people[:6]
    platform()
    for _ in range(2):
        new_worker()
    # All at once: what comes after them finds them waiting.
    now = timezone.now()
    Event.objects.bulk_create(_taken(flooded.sub, now) for _ in range(FLOOD))
    began = time.monotonic()
    for person in others:
        control.emit(person, "transaction.failed")
    sent = Delivery.objects.filter(subject__in=[one.sub for one in others], channel="email")
    sent = sent.filter(state=Delivery.State.SENT)
    assert wait_until(lambda: sent.count() == len(others), seconds=PATIENCE_SECONDS, every=0.05)
    left = Event.objects.of(flooded.sub).filter(state=Event.State.WAITING).count()
    waited = [
        (one.matched_at - one.received_at).total_seconds()
        for one in Event.objects.filter(subject__in=[one.sub for one in others])
        if one.matched_at
    ]
    told = {"seconds": time.monotonic() - began, "matched_within": max(waited), "left": left}
    log.info("flood.others_are_told", **told)
    assert left, "the flood was over before the others were told"
    assert max(waited) < 5

    assert wait_until(lambda: _is_over(FLOOD + len(others)), seconds=PATIENCE_SECONDS, every=0.5)
    each_is_at_the_recipient_once(control, [flooded, *others])
    mails = control.outbox(flooded.email, lean="1")
    log.info("flood.is_over", seconds=time.monotonic() - began, mails=len(mails))
    assert Notification.objects.filter(subject=flooded.sub).count() == FLOOD
    # Twenty by themselves, and a digest for each minute that it took.
    minutes = 1 + (time.monotonic() - began) / 60
    assert len(mails) <= 20 + 2 * minutes
    parts = Delivery.objects.filter(
        subject=flooded.sub, channel="email", notification__isnull=False
    )
    assert parts.count() == FLOOD


def _taken(subject: str, now: Any) -> Event:
    from tests.events.posted import body_of, spelt

    body = body_of(data__subject=subject)
    return reading.event_of(spelt(body), body["id"], now)


def _set_aside(subject: str, now: Any) -> Event:
    event = _taken(subject, now)
    event.state, event.reason, event.tries = Event.State.SET_ASIDE, "RuntimeError: once", 5
    return event
