"""Instants in words: near ones as clocks, far ones as days, another year by its number."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from selfcare.web.moments import Zone, machine

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 13, 6, 11, tzinfo=UTC)
ZONE = Zone.of(BERLIN, NOW)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 20), ("Today", "20 November")),
        (date(2026, 11, 19), ("Yesterday", "19 November")),
        (date(2026, 11, 18), ("18 November", "Wednesday")),
        (date(2025, 11, 20), ("20 November 2025", "Thursday")),
        (date(2026, 11, 21), ("21 November", "Saturday")),
    ],
)
def test_it_names_the_days_of_a_list(day: date, words: tuple[str, str]) -> None:
    assert ZONE.heading(day) == words


def test_it_calls_today_what_is_today_where_the_person_is() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert ZONE.heading(late)[0] == "Today"
    assert Zone.of(ZoneInfo("UTC"), NOW).heading(late)[0] == "Yesterday"


def test_it_takes_the_clock_of_that_day_over_a_change_of_time() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert ZONE.clock(summer) == "14:00"
    assert ZONE.clock(NOW, seconds=True) == "14:06:11"


def test_it_is_as_short_as_it_is_clear() -> None:
    assert ZONE.moment(NOW) == "14:06"
    assert ZONE.moment(NOW + timedelta(days=1)) == "21 November, 14:06"
    assert ZONE.moment(NOW - timedelta(days=365)) == "20 November 2025, 14:06"
    assert ZONE.moment(NOW - timedelta(days=1), short=True, seconds=True) == "19 Nov, 14:06:11"


def test_it_names_the_day_alone_of_a_far_deadline() -> None:
    assert ZONE.deadline(NOW + timedelta(minutes=11)) == "14:17"
    assert ZONE.deadline(NOW + timedelta(days=1)) == "21 November, 14:06"
    assert ZONE.deadline(NOW + timedelta(days=172)) == "11 May 2027"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=11, seconds=59), "11 minutes left"),
        (timedelta(minutes=1), "1 minute left"),
        (timedelta(seconds=59), "Less than a minute left"),
        (timedelta(minutes=90), "90 minutes left"),
        (timedelta(hours=30), "30 hours left"),
        (timedelta(days=172), "172 days left"),
        (timedelta(0), "No time left"),
        (timedelta(seconds=-5), "No time left"),
    ],
)
def test_it_says_how_much_time_is_left_and_never_too_much(left: timedelta, words: str) -> None:
    assert ZONE.left(NOW + left) == words


def test_it_writes_utc_for_machines() -> None:
    assert machine(NOW.astimezone(BERLIN)) == "2026-11-20T13:06:11Z"
