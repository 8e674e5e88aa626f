"""The archive is matched again without telling anybody twice, and emptied by age."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from selfcare.events import archive, forgetting, reading
from selfcare.events.models import Event, Refusal
from selfcare.notifications.models import Delivery, Notification
from tests.events import handlers
from tests.events.posted import body_of, spelt
from tests.events.test_matching_loop import at_once, run, taken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _remembering(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.remember"
    handlers.SEEN.clear()


def replay(**options: str) -> None:
    given = {"from": "2020-01-01", "until": "2999-01-01", **options}
    call_command("replay", *[f"--{name}={value}" for name, value in given.items()])


def test_it_tells_nobody_twice(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        taken()
    run()
    told = Notification.objects.count(), Delivery.objects.count()
    assert told[0] == 5
    for _ in range(2):
        replay()
        assert "5 events matched again, 0 failed." in capsys.readouterr().out
    assert (Notification.objects.count(), Delivery.objects.count()) == told


def test_it_tells_what_a_mistake_kept_from_people(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.ignore"
    event = taken()
    run()
    assert not Notification.objects.exists()
    settings.EVENT_HANDLER = "selfcare.notifications.matching.match_all"
    replay()
    assert Notification.objects.get().event_id == event.pk


@pytest.mark.usefixtures("_remembering")
def test_it_narrows_by_time_type_and_person() -> None:
    old = taken()
    Event.objects.filter(pk=old.pk).update(received_at=datetime(2026, 1, 5, tzinfo=UTC))
    bobs = taken(data__subject="usr_bob")
    failed = taken(type_="transaction.failed")
    run()
    for options, expected in (
        ({"from": "2026-01-05", "until": "2026-01-06"}, [old]),
        ({"from": "2026-01-05T00:00:01Z", "until": "2026-01-06"}, []),
        ({"subject": "usr_bob"}, [bobs]),
        ({"type": "transaction.failed"}, [failed]),
        ({}, [old, bobs, failed]),
    ):
        handlers.SEEN.clear()
        replay(**options)
        assert [event.source_id for event in expected] == handlers.SEEN


@pytest.mark.usefixtures("_remembering")
def test_it_leaves_the_queue_and_what_is_set_aside_alone() -> None:
    waiting, aside = taken(), taken(type_="weather.changed")
    Event.objects.filter(pk=aside.pk).update(state=Event.State.SET_ASIDE)
    replay()
    assert handlers.SEEN == []
    waiting.refresh_from_db()
    assert waiting.state == Event.State.WAITING


def test_a_failure_is_told_and_changes_nothing(settings: Any) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.ignore"
    event = taken()
    run()
    settings.EVENT_HANDLER = "tests.events.handlers.fail_after_writing"
    with pytest.raises(CommandError, match="Some failed"):
        replay()
    event.refresh_from_db()
    assert event.state == Event.State.MATCHED
    assert not Refusal.objects.exists()


def test_it_leaves_out_what_nobody_knows_any_more_whether_it_was_told(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EVENT_HANDLER = "tests.events.handlers.ignore"
    old, kept = taken(), taken()
    run()
    year_ago = timezone.now() - timedelta(days=12 * 31)
    Event.objects.filter(pk=old.pk).update(occurred_at=year_ago, received_at=year_ago)
    settings.EVENT_HANDLER = "selfcare.notifications.matching.match_all"
    replay()
    assert Notification.objects.get().event_id == kept.pk
    told = capsys.readouterr().out
    assert "1 events matched again, 0 failed." in told
    assert "1 left out: older than notifications are kept." in told


@pytest.mark.parametrize(
    "options", [{"from": "2027-01-01", "until": "2026-01-01"}, {"from": "yesterday"}]
)
def test_it_refuses_a_span_that_is_none(options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        replay(**options)


@pytest.mark.usefixtures("_remembering")
def test_it_forgets_what_is_older_than_it_may_be(settings: Any) -> None:
    settings.EVENT_MONTHS = 13
    months = timezone.now() - timedelta(days=13 * 31 + 1)
    old, waiting, fresh = taken(), taken(), taken()
    aside = taken(type_="weather.changed")
    run()
    Event.objects.filter(pk=waiting.pk).update(state=Event.State.WAITING)
    Event.objects.exclude(pk=fresh.pk).update(received_at=months)
    archive.refuse(source_id="evt_old", reason="too_old", digest="", body="")
    refusals = Refusal.objects.update(received_at=months)
    assert forgetting.clear_old(threading.Event()) == 2 + refusals
    assert {event.pk for event in Event.objects.all()} == {waiting.pk, fresh.pk}
    assert not Refusal.objects.exists()
    assert old.pk != aside.pk


def _aged(count: int) -> None:
    for _ in range(count):
        taken()
    months = timezone.now() - timedelta(days=14 * 31)
    Event.objects.update(received_at=months, state=Event.State.MATCHED)


def test_it_forgets_all_however_many_have_grown_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    _aged(7)
    fresh = taken()
    assert forgetting.clear_old(threading.Event()) == 7
    assert [event.pk for event in Event.objects.all()] == [fresh.pk]


def test_it_stops_forgetting_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    _aged(3)
    stop = threading.Event()
    stop.set()
    assert forgetting.clear_old(stop) == 0
    assert Event.objects.count() == 3


def test_several_forget_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    _aged(40)
    gone = at_once(3, lambda: forgetting.clear_old(threading.Event()))
    assert sum(gone) == 40
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["events.forgetting.clear_old", "notifications.keeping.sweep"])
def test_nobody_else_of_a_worker_waits_while_it_forgets(name: str) -> None:
    assert f"selfcare.{name}" in dict(settings.WORKER_LONG_DUTIES)
    assert f"selfcare.{name}" not in dict(settings.WORKER_DUTIES)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 13, "2024-12-15"),
        ("2026-12-31", 12, "2025-12-31"),
    ],
)
def test_months_end_where_months_end(day: str, months: int, expected: str) -> None:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert forgetting.months_before(moment, months).date().isoformat() == expected


def test_what_is_taken_in_again_after_a_replay_is_still_known() -> None:
    body = body_of()
    first = reading.event_of(spelt(body), body["id"], timezone.now())
    assert archive.take(first) is archive.Taken.NEW
    run()
    replay()
    again = reading.event_of(spelt(body), body["id"], timezone.now())
    assert archive.take(again) is archive.Taken.KNOWN
