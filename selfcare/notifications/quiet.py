"""Quiet hours on a person's own clock, right when it is changed; knows no rules and no database."""

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begin` to `end` by the clock on the wall, over midnight where `begin` is the later.

    An hour that comes twice in autumn is quiet until its second end; where spring leaves out the
    end, it is quiet until the clock jumps. So nobody is told at an hour that their clock calls
    quiet.
    """

    begin: time
    end: time

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When quiet hours that hold at `moment` are over (UTC); None where none hold."""
        found = None
        at = moment.astimezone(dt.UTC)
        # Where the clock is put back, one night's end may lie behind the next one's begin.
        while (end := self._end_of(at, zone)) is not None:
            found = at = end
        return found

    def _end_of(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        today = moment.astimezone(zone).date()
        for days in (-2, -1, 0, 1):
            begin, end = _night(today + timedelta(days=days), self.begin, self.end, zone)
            if begin <= moment < end:
                return end
        return None


@lru_cache(maxsize=4096)
def _night(day: date, begin: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The quiet hours that begin on this day of the calendar, in UTC."""
    last = day if begin < end else day + DAY
    return on_clock(day, begin, zone), on_clock(last, end, zone, second=True)


def on_clock(day: date, clock: time, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """When a clock in `zone` shows this, in UTC.

    Of an hour that comes twice the first time, or the `second`; for one that is left out the
    moment of the jump (PEP 495 tells the two apart).
    """
    local = datetime.combine(day, clock.replace(tzinfo=None))
    first = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    again = local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    if again < first:
        return _jump(again, first, zone)
    return again if second else first


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second of the new offset between two moments around the change."""
    offset = before.astimezone(zone).utcoffset()
    low, high = before, after
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
