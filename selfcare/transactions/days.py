"""Days and spans of days as people type them, in the person's own calendar; no instants."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.web import formats

FIRST_YEAR, LAST_YEAR = 1970, 2200
WRITE = noop("Write days such as 2026-03-14, march 2026, yesterday or last week.")
# The longest way to write one: `14 de marzo de 2026`.
MOST_WORDS = 5
# In each of our languages, whichever is active: how far from today.
NEAR = {
    **dict.fromkeys(("today", "heute", "hoy", "dnes"), 0),
    **dict.fromkeys(("yesterday", "gestern", "ayer", "včera"), -1),
    **dict.fromkeys(("tomorrow", "morgen", "mañana", "zítra"), 1),
}

_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7}


class BadDay(ValueError):
    """Not a day, or none that can be; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included; None where it is open."""

    first: date | None = None
    last: date | None = None

    def words(self, today: date | None = None) -> str:
        """`March 2026`, `14 March`, `since 1 March`, `1 to 14 March 2026`."""
        first, last = self.first, self.last
        if first is None or last is None:
            return _open(first, last, today)
        if first == last:
            return day(first, today)
        if first.day == 1 and last == _month_end(first):
            return formats.month(first)
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return str(first.year)
        return _("%(first)s to %(last)s") % _ends(first, last, today)


def _open(first: date | None, last: date | None, today: date | None) -> str:
    if first:
        return _("since %(day)s") % {"day": day(first, today)}
    if last:
        return _("until %(day)s") % {"day": day(last, today)}
    return _("any day")


def _ends(first: date, last: date, today: date | None) -> dict[str, object]:
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return {"first": first.year, "last": last.year}
    return {"first": day(first, today), "last": day(last, today)}


def day(at: date | None, today: date | None = None) -> str:
    """`14 March`; with the year where it isn't `today`'s."""
    if at is None:
        return ""
    return formats.day(at, year=not today or at.year != today.year)


def read(text: str, today: date) -> Span | None:
    """What `text` names; None if it isn't about days; BadDay where it is but names none."""
    words = " ".join(text.casefold().replace(",", " ").split())
    if ".." in words or "…" in words:
        return _range(words, today)
    return _named(words, today) or _written(words) or _numbers(words)


def _range(words: str, today: date) -> Span | None:
    first, _dots, last = re.sub(r"\.{2,}|…", "…", words).partition("…")
    ends = [read(end, today) if end.strip() else Span() for end in (first, last)]
    if ends[0] is None or ends[1] is None or ends == [Span(), Span()]:
        return None
    span = Span(ends[0].first, ends[1].last)
    if span.first and span.last and span.first > span.last:
        raise BadDay(_("This ends before it begins. Swap the two."))
    return span


def _named(words: str, today: date) -> Span | None:
    """Words that mean another day tomorrow."""
    match words.split():
        case [word] if word in NEAR:
            at = today + timedelta(days=NEAR[word])
            return Span(at, at)
        case [("this" | "last" | "next") as which, ("week" | "month" | "quarter" | "year") as unit]:
            return _period(unit, {"this": 0, "last": -1, "next": 1}[which], today)
        case [("last" | "past"), number, unit] if number.isascii() and number.isdecimal():
            return _past(int(number[:6]), unit, today)
    return None


def _period(unit: str, shift: int, today: date) -> Span:
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return Span(monday, monday + timedelta(days=6))
    if unit == "year":
        return Span(date(today.year + shift, 1, 1), date(today.year + shift, 12, 31))
    size = 3 if unit == "quarter" else 1
    months = today.year * 12 + (today.month - 1) // size * size + shift * size
    first = date(months // 12, months % 12 + 1, 1)
    end = months + size - 1
    return Span(first, _month_end(date(end // 12, end % 12 + 1, 1)))


def _past(number: int, unit: str, today: date) -> Span | None:
    """The last n days with today; months and years go back to the same day."""
    if unit not in {*_UNITS, "month", "months", "year", "years"}:
        return None
    if not 1 <= number <= 3660:
        raise BadDay(_("Count from 1 to 3660."))
    if unit in _UNITS:
        back = min(number * _UNITS[unit], (today - date(FIRST_YEAR, 1, 1)).days)
        return Span(today - timedelta(days=back - 1), today)
    months = number * (12 if unit.startswith("year") else 1)
    at = max(today.year * 12 + today.month - 1 - months, FIRST_YEAR * 12)
    first = date(at // 12, at % 12 + 1, 1)
    return Span(first.replace(day=min(today.day, _month_end(first).day)), today)


def _written(words: str) -> Span | None:
    """`march 2026`, `14 march 2026`, `march 14 2026`; months in each of our languages."""
    found = re.fullmatch(
        r"(?:(?P<a>[0-9]{1,2})\.? )?(?:de )?(?P<m>[^\W\d_]{3,12})\.?"
        r"(?: (?P<b>[0-9]{1,2})(?:st|nd|rd|th)?)?(?: de)? (?P<y>[0-9]{4})",
        words,
    )
    if not found or (found["a"] and found["b"]):
        return None
    month = formats.month_numbers().get(found["m"])
    if month is None:
        return None
    number = found["a"] or found["b"]
    return _span(int(found["y"]), month, int(number) if number else None)


def _numbers(words: str) -> Span | None:
    """`2026`, `2026-03`, `2026-03-14`, `14.3.2026`, `14/3/2026` where it reads in one way."""
    if found := re.fullmatch(r"([0-9]{4})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?)?", words):
        year, month, number = (int(part) if part else None for part in found.groups())
        return _span(year or 0, month, number)
    if found := re.fullmatch(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})", words):
        number, month, year = (int(part) for part in found.groups())
        return _span(year, month, number)
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", words):
        one, two, year = (int(part) for part in found.groups())
        # Whoever had their days written like that told us which comes first.
        is_theirs = formats.active().date_format == "slashes"
        if one != two and one <= 12 and two <= 12 and not is_theirs:
            raise BadDay(
                _("“%(typed)s” reads in two ways. Write %(one)s or %(other)s.")
                % {
                    "typed": words,
                    "one": f"{year}-{two:02}-{one:02}",
                    "other": f"{year}-{one:02}-{two:02}",
                }
            )
        return _span(year, two, one) if two <= 12 or is_theirs else _span(year, one, two)
    return None


def _span(year: int, month: int | None, number: int | None) -> Span:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadDay(
            _("Choose a year from %(first)d to %(last)d.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if not 1 <= month <= 12:
        raise BadDay(_("There is no month %(month)d.") % {"month": month})
    first = date(year, month, 1)
    if number is None:
        return Span(first, _month_end(first))
    if not 1 <= number <= _month_end(first).day:
        raise BadDay(
            _("%(month)s has no day %(day)d.") % {"month": formats.month(first), "day": number}
        )
    return Span(first.replace(day=number), first.replace(day=number))


def _month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def is_bare_year(text: str, today: date) -> bool:
    """Whether four figures alone mean a year; other ones are as likely part of a reference."""
    return bool(re.fullmatch(r"[0-9]{4}", text)) and 2000 <= int(text) <= today.year + 1
