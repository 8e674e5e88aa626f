"""Quiet hours by the clock on the wall, through the nights on which it is changed."""

import datetime as dt
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfcare.notifications.delivery import digests
from selfcare.notifications.quiet import Quiet, on_clock

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(time(22), time(7))
# Half an hour of summer time, an hour's change at midnight, quarters, and days that were left out.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
]


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    # In UTC: Python calls no two instants of an hour that comes twice the same (PEP 495).
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-21T21:59:59", None),
        ("2026-11-21T22:00", "2026-11-22T07:00"),
        ("2026-11-22T06:59:59", "2026-11-22T07:00"),
        ("2026-11-22T07:00", None),
        ("2026-11-21T14:06", None),
    ],
)
def test_it_is_quiet_over_midnight(now: str, end: str | None) -> None:
    assert NIGHT.until(at(now), BERLIN) == (at(end) if end else None)


def test_the_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    spring = NIGHT.until(at("2026-03-28T22:00"), BERLIN)
    autumn = NIGHT.until(at("2026-10-24T22:00"), BERLIN)
    assert spring is not None
    assert autumn is not None
    assert spring - at("2026-03-28T22:00") == timedelta(hours=8)
    assert autumn - at("2026-10-24T22:00") == timedelta(hours=10)


def test_an_end_that_spring_leaves_out_is_the_jump() -> None:
    quiet = Quiet(time(0, 30), time(2, 30))
    assert quiet.until(at("2026-03-29T01:59"), BERLIN) == at("2026-03-29T03:00")
    assert quiet.until(at("2026-03-29T03:00"), BERLIN) is None


def test_an_end_that_comes_twice_is_the_second() -> None:
    quiet = Quiet(time(0, 30), time(2, 30))
    for fold, clock in ((0, "02:10"), (0, "02:40"), (1, "02:10")):
        now = at(f"2026-10-25T{clock}", fold=fold)
        assert quiet.until(now, BERLIN) == at("2026-10-25T02:30", fold=1)
    assert quiet.until(at("2026-10-25T02:30", fold=1), BERLIN) is None


def test_a_day_that_a_zone_left_out_has_no_hours() -> None:
    # Samoa went from 29 to 31 December 2011.
    apia = ZoneInfo("Pacific/Apia")
    end = NIGHT.until(at("2011-12-29T23:00", apia), apia)
    # The night of the 29th ends where the 30th would have been, and no night begins on the 30th.
    assert end == at("2011-12-31T07:00", apia)


clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(dt.UTC))


@settings(max_examples=400, deadline=None)
@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_nobody_is_told_at_an_hour_that_their_clock_calls_quiet(
    now: datetime, begin: time, end: time, name: str
) -> None:
    zone = ZoneInfo(name)
    if begin == end:
        return
    until = Quiet(begin, end).until(now, zone)
    clock = now.astimezone(zone).time().replace(tzinfo=None)
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if until is None:
        assert not inside
    else:
        assert until > now
        assert until - now <= timedelta(hours=50)
        assert Quiet(begin, end).until(until, zone) is None


@settings(max_examples=400, deadline=None)
@given(moments, clocks, st.sampled_from(ZONES), st.integers(0, 6))
def test_a_digest_goes_out_once_a_day_and_once_a_week(
    now: datetime, clock: time, name: str, weekday: int
) -> None:
    zone = ZoneInfo(name)
    daily = digests.next_daily(now, zone, clock)
    assert now < daily
    assert daily - now <= timedelta(hours=50)
    again = digests.next_daily(daily, zone, clock)
    assert again.astimezone(zone).date() > daily.astimezone(zone).date()
    weekly = digests.next_weekly(now, zone, clock, weekday)
    assert now < weekly <= now + timedelta(days=9)
    after = digests.next_weekly(weekly, zone, clock, weekday)
    assert timedelta(days=5) < after - weekly < timedelta(days=9)


def test_a_digest_keeps_the_clock_when_it_is_changed() -> None:
    evening = time(18)
    before = digests.next_daily(at("2026-10-24T12:00"), BERLIN, evening)
    after = digests.next_daily(before, BERLIN, evening)
    assert (before, after) == (at("2026-10-24T18:00"), at("2026-10-25T18:00"))
    assert after - before == timedelta(hours=25)


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    due = digests.next_daily(at("2026-11-21T12:00"), BERLIN, time(23), NIGHT)
    assert due == at("2026-11-22T07:00")


def test_on_clock_finds_the_second_of_the_jump() -> None:
    assert on_clock(date(2026, 3, 29), time(2, 30), BERLIN) == at("2026-03-29T03:00")
    assert on_clock(date(2026, 10, 25), time(2, 30), BERLIN) == at("2026-10-25T02:30")
