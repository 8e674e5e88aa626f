"""Each event is handed over once, by whichever of many workers; what fails is tried, then kept."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from selfcare.events import archive, claiming, matching_loop, reading
from selfcare.events.models import Event, Refusal
from tests.events import handlers
from tests.events.posted import body_of, spelt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _remembering(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.remember"
    handlers.SEEN.clear()


def taken(**changes: Any) -> Event:
    body = body_of(**changes)
    event = reading.event_of(spelt(body), body.get("id", "evt_none"), timezone.now())
    archive.take(event)
    return Event.objects.get(source_id=event.source_id)


def run() -> None:
    matching_loop.run_due(threading.Event())


def claim(each: int = claiming.EACH) -> list[Event]:
    return claiming.claim(claiming.Turn(), each=each)


def now_due() -> None:
    Event.objects.filter(state=Event.State.WAITING).update(due_at=timezone.now())


def at_once(count: int, what: Any) -> list[Any]:
    """The same in so many threads, each with a connection of its own."""
    start, found = threading.Barrier(count), []

    def one() -> None:
        try:
            start.wait(10)
            found.append(what())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_it_hands_over_each_event_once() -> None:
    events = [taken() for _ in range(50)]
    run()
    run()
    assert sorted(handlers.SEEN) == sorted(event.source_id for event in events)
    assert set(Event.objects.values_list("state", flat=True)) == {Event.State.MATCHED}
    assert not Event.objects.filter(matched_at=None).exists()


def test_it_hands_over_each_once_with_many_workers() -> None:
    events = [taken() for _ in range(200)]
    at_once(4, run)
    assert sorted(handlers.SEEN) == sorted(event.source_id for event in events)
    assert Refusal.objects.count() == 200


def test_it_does_nothing_half(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.fail_after_writing"
    event = taken()
    run()
    event.refresh_from_db()
    assert not Refusal.objects.exists(), "what the handler wrote is gone with its failure"
    assert (event.state, event.tries) == (Event.State.WAITING, 1)
    assert event.due_at > timezone.now()


def test_it_sets_aside_what_fails_five_times_with_the_cause(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.fail_after_writing"
    event = taken()
    pauses = []
    for _ in range(5):
        began = timezone.now()
        run()
        event.refresh_from_db()
        pauses.append((event.due_at - began).total_seconds())
        now_due()
    assert len(handlers.SEEN) == 5
    assert pauses[:4] == sorted(pauses[:4])
    assert (event.state, event.tries) == (Event.State.SET_ASIDE, 5)
    assert event.reason == "RuntimeError: the rules broke"


def test_a_failing_event_keeps_no_other_waiting(settings: Any) -> None:
    taken(type_="weather.changed")
    settings.EVENT_HANDLER = "tests.events.handlers.remember"
    others = [taken() for _ in range(3)]
    run()
    assert sorted(handlers.SEEN) == sorted(event.source_id for event in others)


def test_one_that_fails_spoils_none_that_it_is_handed_over_with(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.fail_for_mia"
    hers = taken(data__subject="usr_mia")
    for name in ("alice", "bob", "carol"):
        taken(data__subject=f"usr_{name}")
    run()
    matched = Event.objects.filter(state=Event.State.MATCHED)
    assert set(matched.values_list("subject", flat=True)) == {"usr_alice", "usr_bob", "usr_carol"}
    assert Refusal.objects.count() == 3, "what was written with hers is gone"
    hers.refresh_from_db()
    assert (hers.state, hers.tries) == (Event.State.WAITING, 1)


def test_one_that_fails_spoils_no_other_of_the_same_person(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.fail_for_failed"
    fails = taken(type_="transaction.failed")
    others = [taken() for _ in range(7)]
    run()
    matched = Event.objects.filter(state=Event.State.MATCHED)
    assert {event.pk for event in matched} == {event.pk for event in others}
    fails.refresh_from_db()
    assert (fails.state, fails.tries) == (Event.State.WAITING, 1)


def test_a_person_is_told_in_the_order_in_which_it_came() -> None:
    events = [taken(data__subject=f"usr_{name}") for name in ("alice", "bob", "alice", "alice")]
    run()
    assert set(Event.objects.values_list("state", "tries")) == {(Event.State.MATCHED, 0)}
    hers = [event.source_id for event in events if event.subject == "usr_alice"]
    assert [one for one in handlers.SEEN if one in hers] == hers


def test_a_claim_has_something_of_everybody_who_waits() -> None:
    for _ in range(3 * claiming.EACH):
        taken(data__subject="usr_mia")
    others = [taken(data__subject=name) for name in ("usr_alice", "usr_zoe")]
    claimed = claim()
    assert {event.pk for event in others} < {event.pk for event in claimed}
    assert len(claimed) == claiming.EACH + len(others)


def test_each_person_has_their_turn_however_many_have_floods(monkeypatch: Any) -> None:
    monkeypatch.setattr(claiming, "PEOPLE", 3)
    names = [f"usr_{letter}" for letter in "abcdefgh"]
    for name in names:
        for _ in range(9):
            taken(data__subject=name)
    turn, claims = claiming.Turn(), []
    while batch := claiming.claim(turn, each=2):
        claims.append([event.subject for event in batch])
    assert {name for claimed in claims[:3] for name in claimed} == set(names)
    assert all(claimed.count(name) <= 2 for claimed in claims for name in claimed)
    assert sum(map(len, claims)) == 9 * len(names)


def test_events_without_a_person_have_their_turn_too() -> None:
    archive.take(reading.event_of(b"[]", "evt_odd", timezone.now()))
    archive.drive_again(Event.objects.all())
    taken()
    assert {event.subject for event in claim()} == {"", "usr_alice"}


def test_it_sets_poison_aside_at_once(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.take_for_poison"
    event = taken()
    run()
    event.refresh_from_db()
    assert (event.state, event.reason) == (Event.State.SET_ASIDE, "nobody can tell that")
    assert not Refusal.objects.exists()


def test_a_connection_that_breaks_costs_a_try_and_nothing_else(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.lose_the_connection"
    event = taken()
    run()
    event.refresh_from_db()
    assert (event.state, event.tries) == (Event.State.WAITING, 1)
    assert not Refusal.objects.exists()
    settings.EVENT_HANDLER = "tests.events.handlers.remember"
    now_due()
    run()
    event.refresh_from_db()
    assert event.state == Event.State.MATCHED
    assert Refusal.objects.count() == 1


def test_it_leaves_to_others_what_it_did_not_begin() -> None:
    for _ in range(5):
        taken()
    batch = claim(5)
    assert not claim(5)
    claiming.let_go(batch[2:])
    assert len(claim(5)) == 3


def test_it_stops_when_it_is_told_to() -> None:
    for _ in range(5):
        taken()
    stop = threading.Event()
    stop.set()
    matching_loop.run_due(stop)
    assert not handlers.SEEN
    assert len(claim(5)) == 5


def test_another_takes_what_a_dead_worker_held(settings: Any) -> None:
    settings.EVENT_LEASE_SECONDS = 0
    event = taken()
    dead = claim(1)
    run()
    assert [event.source_id] == handlers.SEEN
    matching_loop.work(dead[0], handlers.remember)
    assert [event.source_id] == handlers.SEEN, "who lost the lease hands over nothing"


def test_of_two_who_hold_the_same_event_only_one_hands_it_over() -> None:
    event = taken()
    held = claim(1)[0]
    at_once(4, lambda: matching_loop.work(held, handlers.dawdle))
    assert [event.source_id] == handlers.SEEN


def test_what_was_set_aside_is_driven_again_once_however_many_ask() -> None:
    for _ in range(100):
        taken(type_="weather.changed")
    run()
    aside = Event.objects.filter(state=Event.State.SET_ASIDE)
    assert aside.count() == 100
    Event.objects.update(type="transaction.completed")
    counts = at_once(3, lambda: archive.drive_again(Event.objects.all()))
    assert sum(counts) == 100
    at_once(3, run)
    assert len(handlers.SEEN) == len(set(handlers.SEEN)) == 100
    assert not aside.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type_": "weather.changed"}, "unknown type"),
        ({"type_": "transaction.exploded"}, "unknown type"),
        ({"data__amount_minor": "a lot"}, "data.amount_minor: int_type"),
        ({"data__amount_minor": -1}, "data.amount_minor: greater_than_equal"),
        ({"data__amount_minor": 10**30}, "data.amount_minor: less_than_equal"),
        ({"data__amount_minor": True}, "data.amount_minor: int_type"),
        ({"data__amount_minor": 64.9}, "data.amount_minor: int_type"),
        ({"data__currency": None}, "data.currency: string_type"),
        ({"data__currency": "euro"}, "data.currency: string_pattern_mismatch"),
        ({"data__direction": "up"}, "data.direction: literal_error"),
        ({"data__expires_at": "tomorrow"}, "data.expires_at: value_error"),
        ({"data__object": "case"}, "data.object: literal_error"),
        ({"data__subject": None}, "data.subject: missing"),
        ({"data__subject": ""}, "data.subject: string_too_short"),
        ({"data__version": "two"}, "data.version: int_type"),
        ({"data__version": 2**63}, "data.version: less_than_equal"),
        ({"data__id": "x" * 81}, "data.id: string_too_long"),
        ({"data__counterparty_name": "a\x00b"}, "body: holds NUL"),
        ({"data": None}, "data: missing"),
        ({"data": []}, "data: model_type"),
        ({"type": 7}, "type: string_type"),
        ({"type": "Robert'); DROP TABLE"}, "type: string_pattern_mismatch"),
        ({"timestamp": None}, "timestamp: missing"),
        ({"timestamp": "yesterday"}, "timestamp: value_error"),
        ({"timestamp": "2026-11-21T09:00:00"}, "timestamp: value_error"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp: absurd"),
        ({"timestamp": "9999-12-31T23:59:59-14:00"}, "timestamp: absurd"),
        ({"timestamp": "1970-01-01T00:00:00Z"}, "timestamp: absurd"),
        ({"timestamp": "2199-01-01T00:00:00Z"}, "timestamp: absurd"),
    ],
)
def test_it_keeps_poison_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    event = taken(**changes)
    good = taken()
    run()
    event.refresh_from_db()
    assert (event.state, event.reason) == (Event.State.SET_ASIDE, reason)
    assert event.data
    assert [good.source_id] == handlers.SEEN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'"' + b"x" * 1000,
        b"\xff\xfe",
        b"\x00",
        b"[" * 60_000,
        b'{"id": NaN}',
        b'{"id": "\\ud800"}',
        b'{"a": ' + b"9" * 50_000 + b"}",
    ],
)
def test_it_keeps_bytes_that_are_no_event(content: bytes) -> None:
    archive.take(reading.event_of(content, "evt_odd", timezone.now()))
    run()
    event = Event.objects.get()
    assert event.state == Event.State.SET_ASIDE
    assert event.reason
    assert archive.drive_again(Event.objects.all()) == 1
    run()
    event.refresh_from_db()
    assert event.state == Event.State.SET_ASIDE


def test_an_event_that_can_be_read_by_now_is_matched_when_it_is_driven_again() -> None:
    body = body_of()
    event = reading._unreadable(spelt(body), body["id"], timezone.now(), "nobody knew how")
    archive.take(event)
    archive.drive_again(Event.objects.all())
    run()
    event.refresh_from_db()
    assert event.state == Event.State.MATCHED
    assert (event.type, event.subject) == (body["type"], "usr_alice")
    assert event.data == body["data"]


def test_what_selfcare_saw_itself_is_told_with_its_transaction() -> None:
    from django.db import transaction

    def write_and_break() -> None:
        with transaction.atomic():
            archive.record(type="security.x", subject="usr_alice", object="address", id="adr_1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_break()
    assert not Event.objects.exists()
    for _ in range(2):
        archive.record(
            type="security.x", subject="usr_alice", object="address", id="adr_1", source_id="one"
        )
    run()
    assert handlers.SEEN == ["one"]


def test_the_one_that_waited_longest_comes_first() -> None:
    first, second = taken(), taken()
    Event.objects.filter(pk=second.pk).update(due_at=first.due_at - timedelta(seconds=9))
    run()
    assert [second.source_id, first.source_id] == handlers.SEEN
