"""The stretch of time that a summary is about, and the one before it; calls nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.web import formats

CHOICES = {
    "month": noop("This month"),
    "3-months": noop("3 months"),
    "6-months": noop("6 months"),
    "12-months": noop("12 months"),
    "year": noop("This year"),
    "free": noop("Other days"),
}
USUAL = "6-months"
MONTHS = {"month": 1, "3-months": 3, "6-months": 6, "12-months": 12}
# More would be a picture that nobody can read, and a table that nobody does.
MOST_MONTHS = 36
FIRST_YEAR, LAST_YEAR = 1970, 2200
BAD_FIRST = noop("Write the first day as year-month-day, such as 2026-11-20.")
BAD_LAST = noop("Write the last day as year-month-day, such as 2026-11-20.")


class BadPeriod(ValueError):
    """The days can't be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of a zone, both included."""

    first: date
    last: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its beginning, and the first instant after it, in UTC."""
        return _starts(self.first, zone), _starts(self.last + timedelta(days=1), zone)

    @property
    def words(self) -> str:
        """`1 June to 21 November 2026`."""
        if self.first == self.last:
            return formats.day(self.first)
        same = self.first.year == self.last.year
        return _("%(first)s to %(last)s") % {
            "first": formats.day(self.first, year=not same),
            "last": formats.day(self.last),
        }

    def months(self) -> Iterator[tuple[str, "Span"]]:
        """Each month in it by its key (`2026-03`), cut off where the span begins and ends."""
        first = self.first
        while first <= self.last:
            after = shifted(first.replace(day=1), 1)
            last = min(self.last, after - timedelta(days=1))
            yield f"{first:%Y-%m}", Span(first, last)
            first = after


@dataclass(frozen=True, slots=True)
class Period:
    """`span` and the one `before`; `is_open` while its last day isn't over.

    Whole months are compared with whole months, up to the same day; other days with as many days
    right before them.
    """

    choice: str
    span: Span
    before: Span
    is_open: bool
    by_months: bool

    @property
    def words(self) -> str:
        return _(CHOICES[self.choice])


def read(params: Mapping[str, Any], today: date) -> Period:
    """The period that an address asks for; BadPeriod where its days can't be used."""
    choice = str(params.get("period") or "")
    if not choice:
        choice = "free" if params.get("from") or params.get("until") else USUAL
    if choice not in CHOICES:
        raise BadPeriod(_("There is no such period. Choose one of these."))
    if choice == "free":
        span = _free(params, today)
        days = (span.last - span.first).days + 1
        last = span.first - timedelta(days=1)
        before = Span(last - timedelta(days=days - 1), last)
        return Period(choice, span, before, span.last >= today, by_months=False)
    months = today.month if choice == "year" else MONTHS[choice]
    span = Span(shifted(today.replace(day=1), 1 - months), today)
    back = 12 if choice == "year" else months
    before = Span(shifted(span.first, -back), shifted(today, -back))
    return Period(choice, span, before, is_open=True, by_months=True)


def _free(params: Mapping[str, Any], today: date) -> Span:
    first = _day(params.get("from"), BAD_FIRST)
    last = _day(params.get("until"), BAD_LAST) if params.get("until") else today
    if last < first:
        raise BadPeriod(_("The last day lies before the first one. Swap them."))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > MOST_MONTHS:
        told = ngettext(
            "Choose at most %(n)d month at once.",
            "Choose at most %(n)d months at once.",
            MOST_MONTHS,
        )
        raise BadPeriod(told % {"n": MOST_MONTHS})
    return Span(first, last)


def _day(text: Any, told: str) -> date:
    try:
        day = datetime.strptime(str(text or "").strip(), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadPeriod(_(told)) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise BadPeriod(_("Choose a year from %(first)d to %(last)d.") % years)
    return day


def shifted(day: date, months: int) -> date:
    """The same day some months later or earlier; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (after - timedelta(days=1)).day))


def _starts(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
