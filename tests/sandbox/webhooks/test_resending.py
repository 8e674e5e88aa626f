"""All since an instant or a number is sent again: batch for batch, and wholly or not at all."""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db import transaction as database
from django.db.models.signals import post_init

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.webhooks import endpoints, jobs, resending
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


@pytest.fixture
def endpoint(merchant: Merchant) -> Endpoint:
    return endpoints.make(
        merchant, url="https://shop.example/", types=["payment.*"], is_checked=True
    ).endpoint


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resending, "BATCH", 3)


def happened(endpoint: Endpoint, count: int, type_: str = "payment.failed") -> list[MerchantEvent]:
    """Told to nobody yet."""
    now = clock.real_now()
    before = MerchantEvent.objects.count()
    return [
        MerchantEvent.objects.create(
            id=ids.uuid7(now), merchant_id=endpoint.merchant_id, type=type_, object_id="pay_1",
            occurred_at=now, data="{}", sequence=before + number,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def taken(endpoint: Endpoint, *events: MerchantEvent) -> None:
    now = clock.real_now()
    for event in events:
        Delivery.objects.create(
            id=ids.uuid7(now), merchant_id=endpoint.merchant_id, endpoint=endpoint, event=event,
            due_at=now, created_at=now, state=State.DELIVERED, delivered_at=now, attempt_count=1,
        )  # fmt: skip


def to_go() -> list[int]:
    rows = Delivery.objects.filter(state=State.WAITING).order_by("due_at", "event_id")
    return list(rows.values_list("event__sequence", flat=True))


@contextmanager
def most_alive(model: type[Any]) -> Iterator[Callable[[], int]]:
    """How many of a model's objects there were at once at the most."""
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = [0]

    def count(instance: Any, **_: Any) -> None:
        alive.add(instance)
        most[0] = max(most[0], len(alive))

    post_init.connect(count, sender=model)
    try:
        yield lambda: most[0]
    finally:
        post_init.disconnect(count, sender=model)


def test_it_never_has_more_than_two_batches_at_hand(endpoint: Endpoint) -> None:
    events = happened(endpoint, 40)
    taken(endpoint, *events[::3])
    with most_alive(MerchantEvent) as of_events, most_alive(Delivery) as of_deliveries:
        assert resending.since(endpoint, sequence=1, only_missed=False) == 40
    assert 0 < of_events() <= 2 * resending.BATCH
    assert 0 < of_deliveries() <= 2 * resending.BATCH
    assert to_go() == list(range(1, 41))


def test_each_goes_once_whatever_the_batches(endpoint: Endpoint) -> None:
    first, others = happened(endpoint, 5), happened(endpoint, 4, "dispute.opened")
    last = happened(endpoint, 5)
    taken(endpoint, first[0], first[3], last[4])
    assert resending.since(endpoint, sequence=1) == 7
    assert to_go() == [2, 3, 5, 10, 11, 12, 13]
    assert not Delivery.objects.filter(event__in=others).exists()
    assert resending.since(endpoint, sequence=11, only_missed=False) == 4
    assert resending.since(endpoint, at=clock.real_now() + timedelta(hours=1)) == 0


def test_there_is_a_most_and_the_oldest_come_first(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resending, "MOST_SINCE", 7)
    events = happened(endpoint, 10)
    assert resending.since(endpoint, sequence=1) == 7
    assert to_go() == list(range(1, 8))
    Delivery.objects.update(state=State.DELIVERED)
    assert resending.since(endpoint, sequence=1) == 3
    assert to_go() == [event.sequence for event in events[7:]]


def test_asked_twice_it_is_sent_once(endpoint: Endpoint) -> None:
    happened(endpoint, 8)
    assert [resending.since(endpoint, sequence=1) for _ in range(2)] == [8, 8]
    assert to_go() == list(range(1, 9))
    # What a worker is at already goes on, and isn't anybody else's.
    claimed = jobs.claim(jobs.due(clock.real_now() + timedelta(seconds=1)), 2)
    assert resending.since(endpoint, sequence=1) == 8
    left = jobs.claim(jobs.due(clock.real_now() + timedelta(seconds=1)), 20)
    assert (len(claimed), len(left)) == (2, 6)


def test_what_died_in_the_middle_has_sent_nothing_and_can_be_asked_again(
    endpoint: Endpoint,
) -> None:
    events = happened(endpoint, 8)
    taken(endpoint, *events[:2])
    before = list(Delivery.objects.order_by("pk").values())
    inserts = []

    def die(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith("INSERT INTO"):
            inserts.append(sql)
            if len(inserts) == 2:
                raise KeyboardInterrupt
        return execute(sql, *more)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(die):
        resending.since(endpoint, sequence=1, only_missed=False)
    assert list(Delivery.objects.order_by("pk").values()) == before
    assert resending.since(endpoint, sequence=1, only_missed=False) == 8
    assert to_go() == list(range(1, 9))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_what_is_taken_while_it_waits_is_not_sent_again(endpoint: Endpoint) -> None:
    """Whoever writes down how an attempt ended holds the endpoint until that is told."""
    events = happened(endpoint, 5)
    taken(endpoint, *events)
    Delivery.objects.update(state=State.WAITING)
    counts: list[int] = []

    def ask() -> None:
        try:
            counts.append(resending.since(endpoint, sequence=1))
        finally:
            connections.close_all()

    asking = threading.Thread(target=ask)
    with database.atomic():
        Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        Delivery.objects.filter(event__in=events[:4]).update(state=State.DELIVERED)
        asking.start()
        wait_for_one_that_waits()
    asking.join(20)
    assert counts == [1]
    assert to_go() == [5]


def wait_for_one_that_waits() -> None:
    """Until another connection waits for a lock."""
    end = time.monotonic() + 20
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
