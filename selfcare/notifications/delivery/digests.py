"""When the next daily or weekly digest goes out, on a person's clock; sends and stores nothing."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from selfcare.notifications.quiet import Quiet, on_clock

# Where nothing was chosen: when most people are done with the day.
AT = time(18, 0)


def next_daily(now: datetime, zone: ZoneInfo, at: time, quiet: Quiet | None = None) -> datetime:
    """The next moment (UTC) after `now` at which the clock shows `at`, once a day.

    A digest is a message, so quiet hours put it off to their end.
    """
    return _next(now, zone, at, (0, 1, 2), quiet)


def next_weekly(
    now: datetime, zone: ZoneInfo, at: time, weekday: int, quiet: Quiet | None = None
) -> datetime:
    """The same on one day of the week (Monday is 0)."""
    ahead = (weekday - now.astimezone(zone).weekday()) % 7
    return _next(now, zone, at, (ahead, ahead + 7, ahead + 14), quiet)


def _next(
    now: datetime, zone: ZoneInfo, at: time, days: tuple[int, ...], quiet: Quiet | None
) -> datetime:
    today = now.astimezone(zone).date()
    moments = (on_clock(today + timedelta(days=n), at, zone) for n in days)
    found = next(moment for moment in moments if moment > now)
    return (quiet and quiet.until(found, zone)) or found
