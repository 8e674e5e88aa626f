"""Instants in a person's own zone and words: days, clocks, time left; no HTML in here."""

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare.web import formats

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone with the moment that counts as now; years are named only when they differ from it."""

    name: str
    now: datetime

    @classmethod
    def of(cls, zone: ZoneInfo, now: datetime | None = None) -> "Zone":
        return cls(zone.key, (now or timezone.now()).astimezone(zone))

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.now.tzinfo)

    def day(self, moment: datetime | date) -> str:
        """`12 November`; the year stands there when it isn't this one."""
        day = self._date(moment)
        return formats.day(day, year=day.year != self.now.year)

    def short_day(self, moment: datetime | date) -> str:
        """`12 Nov`; the year stands there when it isn't this one."""
        day = self._date(moment)
        return formats.day(day, year=day.year != self.now.year, short=True)

    def weekday(self, moment: datetime | date) -> str:
        return formats.weekday(self._date(moment))

    def heading(self, moment: datetime | date) -> tuple[str, str]:
        """What a day of the list is called, loud and quiet: (`Today`, `20 November`)."""
        day = self._date(moment)
        ago = (self.now.date() - day).days
        if ago in (0, 1):
            return _("Yesterday") if ago else _("Today"), self.day(day)
        return self.day(day), self.weekday(day)

    def clock(self, moment: datetime, *, seconds: bool = False) -> str:
        """`10:32`, or `10:32:07`."""
        return self.local(moment).strftime("%H:%M:%S" if seconds else "%H:%M")

    def full(self, moment: datetime) -> str:
        """`Thursday 12 November 2026, 10:32`."""
        return f"{formats.full_day(self._date(moment))}, {self.clock(moment)}"

    def moment(self, moment: datetime, *, seconds: bool = False, short: bool = False) -> str:
        """As short as it is clear: `14:17` today, else `21 November, 14:17`."""
        clock = self.clock(moment, seconds=seconds)
        if self._date(moment) == self.now.date():
            return clock
        return f"{self.short_day(moment) if short else self.day(moment)}, {clock}"

    def deadline(self, until: datetime) -> str:
        """When a clock runs out: to the minute within two days, else the day."""
        if until - self.now < timedelta(days=2):
            return self.moment(until)
        return self.day(until)

    def left(self, until: datetime) -> str:
        """`11 minutes left`, in the largest unit that says enough; rounded down, never up."""
        seconds = int((until - self.now).total_seconds())
        if seconds <= 0:
            return _("No time left")
        for size, words in UNITS:
            if seconds >= 2 * size or (seconds >= size and size == UNITS[-1][0]):
                return words(seconds // size)
        return _("Less than a minute left")

    def _date(self, moment: datetime | date) -> date:
        return self.local(moment).date() if isinstance(moment, datetime) else moment


def _days(count: int) -> str:
    return ngettext("%(count)d day left", "%(count)d days left", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour left", "%(count)d hours left", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)d minute left", "%(count)d minutes left", count) % {"count": count}


# Below two of a unit the next smaller one is clearer: 90 minutes rather than 1 hour.
UNITS = ((86_400, _days), (3_600, _hours), (60, _minutes))


def machine(moment: datetime) -> str:
    """For the datetime attribute: UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
