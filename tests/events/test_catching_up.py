"""What was never posted is read from the platform's feed: once, from where we were, by anybody."""

import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from selfcare import errors
from selfcare.clients import feed
from selfcare.events import catching_up
from selfcare.events.models import Event, Place, Refusal
from tests.events.posted import post
from tests.events.test_matching_loop import at_once
from tests.support.control import Control, Person

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN = ("id", "type", "timestamp", "sequence", "data")


@pytest.fixture(autouse=True)
def _nothing_before(control: Control) -> None:
    """The place is behind whatever other tests caused."""
    control.forget_events()
    Place.objects.all().delete()


def ids() -> set[str]:
    return set(Event.objects.values_list("source_id", flat=True))


def test_it_takes_what_was_never_posted(control: Control, alice: Person) -> None:
    made = control.emit(alice, "transaction.completed", count=3)
    assert catching_up.catch_up() == 3
    assert ids() == set(made)
    event = Event.objects.get(source_id=made[0])
    assert (event.subject, event.state) == (alice.sub, Event.State.WAITING)


def test_it_goes_on_from_where_it_was(control: Control, alice: Person) -> None:
    control.emit(alice, "transaction.completed", count=2)
    catching_up.catch_up()
    place = Place.objects.get().after
    more = control.emit(alice, "transaction.completed")
    assert catching_up.catch_up() == 1
    assert Place.objects.get().after > place
    assert set(more) < ids()
    assert catching_up.catch_up() == 0


def test_it_reads_page_after_page(
    control: Control, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST", 4)
    read: list[int] = []
    whole = feed.read
    monkeypatch.setattr(feed, "read", lambda after: read.append(after) or whole(after, limit=4))
    made = control.emit(alice, "transaction.completed", count=10)
    assert catching_up.catch_up() == 10
    assert ids() == set(made)
    assert len(read) == 3


def test_what_was_posted_already_is_the_same_event(
    control: Control, alice: Person, client: Client
) -> None:
    control.emit(alice, "transaction.completed", count=3)
    for told in feed.read(0).data:
        assert post(client, told).status_code == 202
    assert catching_up.catch_up() == 0
    assert Event.objects.count() == 3
    assert not Refusal.objects.exists()


def test_what_is_posted_afterwards_is_the_same_event(
    control: Control, alice: Person, client: Client
) -> None:
    control.emit(alice, "transaction.completed")
    catching_up.catch_up()
    (told,) = [one for one in feed.read(0).data if one["id"] in ids()]
    assert post(client, told).status_code == 202
    assert Event.objects.count() == 1
    assert not Refusal.objects.exists()


def test_two_at_once_are_harmless(control: Control, alice: Person) -> None:
    made = control.emit(alice, "transaction.completed", count=40)
    counts = at_once(3, catching_up.catch_up)
    assert sum(counts) == 40
    assert ids() == set(made)
    assert not Refusal.objects.exists()


def test_the_place_never_goes_back(control: Control, alice: Person) -> None:
    control.emit(alice, "transaction.completed", count=3)
    catching_up.catch_up()
    place = Place.objects.get().after
    Event.objects.all().delete()
    assert catching_up.catch_up(since=0) == 3
    assert Place.objects.get().after == place


def test_poison_in_the_feed_is_kept_and_stops_nothing(control: Control, alice: Person) -> None:
    first = control.emit(alice, "transaction.completed")
    bad = control.emit(alice, "transaction.completed", facts={"subject": ""})
    last = control.emit(alice, "transaction.completed")
    assert catching_up.catch_up() == 3
    assert Event.objects.get(state=Event.State.SET_ASIDE).source_id == bad[0]
    assert ids() == {*first, *bad, *last}


def test_a_feed_that_fails_loses_nothing(control: Control, alice: Person) -> None:
    made = control.emit(alice, "transaction.completed")
    for mode in ("refuse", "broken_json"):
        control.fault("events", mode, count=2)
        with pytest.raises(errors.CallFailed):
            catching_up.catch_up()
        control.clear_faults()
    assert catching_up.catch_up() == 1
    assert ids() == set(made)


def test_one_worker_does_it_for_all(control: Control, alice: Person, settings: Any) -> None:
    settings.EVENT_CATCH_UP_SECONDS = 300
    stop = threading.Event()
    catching_up.run_due(stop)
    control.emit(alice, "transaction.completed")
    catching_up.run_due(stop)
    assert not Event.objects.exists(), "somebody looked a moment ago"
    settings.EVENT_CATCH_UP_SECONDS = 0
    catching_up.run_due(stop)
    assert Event.objects.count() == 1


def test_a_duty_survives_a_feed_that_is_gone(control: Control, settings: Any) -> None:
    settings.EVENT_CATCH_UP_SECONDS = 0
    control.fault("events", "refuse", count=2)
    catching_up.run_due(threading.Event())


def test_the_command_says_how_many_were_new(
    control: Control, alice: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    control.emit(alice, "transaction.completed", count=2)
    call_command("catch_up")
    assert capsys.readouterr().out == "2 new events.\n"
    call_command("catch_up", "--after", "0")
    assert capsys.readouterr().out == "0 new events.\n"
    control.fault("events", "refuse", count=2)
    with pytest.raises(CommandError, match="run it again"):
        call_command("catch_up")
