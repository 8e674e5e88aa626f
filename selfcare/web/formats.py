"""How this request, mail or document writes days, numbers and money, and in which language.

What is active stands in a context variable, so that no function hands it on and a thread that
copies its context keeps it. Nothing is read from a table in here: `preferences` fills it in.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date
from babel.lists import format_list
from django.conf import settings
from django.utils import translation

from selfcare import money

# A person picks one of these names; empty is what their language is used to.
DATE_FORMATS = ("words", "month_first", "dots", "slashes", "iso")
NUMBER_FORMATS = ("comma", "point", "space", "apostrophe")
CURRENCY_FORMATS = ("code_after", "code_before", "symbol")
NUMBERS_OF = {"en": "comma", "es": "point", "de": "point", "cs": "space"}


@dataclass(frozen=True, slots=True)
class Patterns:
    """One way to write a day, as CLDR patterns: with its year, without, with the weekday."""

    long: str
    long_no_year: str
    short: str
    short_no_year: str
    weekday: str


WORDS = {
    "en": Patterns("d MMMM y", "d MMMM", "d MMM y", "d MMM", "EEEE d MMMM y"),
    "es": Patterns(
        "d 'de' MMMM 'de' y", "d 'de' MMMM", "d MMM y", "d MMM", "EEEE, d 'de' MMMM 'de' y"
    ),
    "de": Patterns("d. MMMM y", "d. MMMM", "d. MMM y", "d. MMM", "EEEE, d. MMMM y"),
    "cs": Patterns("d. MMMM y", "d. MMMM", "d. M. y", "d. M.", "EEEE d. MMMM y"),
}
OTHERS = {
    "dots": Patterns("dd.MM.y", "dd.MM.", "dd.MM.y", "dd.MM.", "EEEE dd.MM.y"),
    "slashes": Patterns("dd/MM/y", "dd/MM", "dd/MM/y", "dd/MM", "EEEE dd/MM/y"),
    # ISO 8601 knows no day without its year.
    "iso": Patterns("y-MM-dd", "y-MM-dd", "y-MM-dd", "y-MM-dd", "EEEE y-MM-dd"),
}
# The only language of ours in which some are used to it.
MONTH_FIRST = {
    "en": Patterns("MMMM d, y", "MMMM d", "MMM d, y", "MMM d", "EEEE, MMMM d, y"),
}
MONTHS = {"es": ("LLLL 'de' y", "LLL y")}


@dataclass(frozen=True, slots=True)
class Formats:
    """What is active. `zone` is None where nobody chose one; empty formats are the language's."""

    language: str = "en"
    zone: ZoneInfo | None = None
    date_format: str = ""
    number_format: str = ""
    currency_format: str = ""

    @property
    def patterns(self) -> Patterns:
        if self.date_format == "month_first":
            return MONTH_FIRST.get(self.language, self._words)
        return OTHERS.get(self.date_format, self._words)

    @property
    def _words(self) -> Patterns:
        return WORDS.get(self.language, WORDS["en"])

    @property
    def style(self) -> money.Style:
        """How figures and currencies are written."""
        name = self.number_format or NUMBERS_OF.get(self.language, "comma")
        group, mark = money.MARKS.get(name, money.MARKS["comma"])
        return money.Style(group, mark, self.currency_format or "code_after", self.language)


ENGLISH = Formats()
_active: ContextVar[Formats] = ContextVar("formats", default=ENGLISH)


def active() -> Formats:
    """What this request, mail or document is written in; English where nothing was set."""
    return _active.get()


@contextmanager
def use(formats: Formats) -> Iterator[Formats]:
    """Activates language, zone and formats within; afterwards all is as it was before."""
    before = _active.set(formats)
    style_before = money.STYLE.set(formats.style)
    try:
        with translation.override(formats.language):
            yield formats
    finally:
        money.STYLE.reset(style_before)
        _active.reset(before)


def carried[**P, T](call: Callable[P, T]) -> Callable[P, T]:
    """The call as another thread may make it: Django keeps the language by thread, not by context.

    Each is for one thread alone.
    """
    context, here = copy_context(), active()

    def within(*args: P.args, **kwargs: P.kwargs) -> T:
        with use(here):
            return call(*args, **kwargs)

    def carry(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.run(within, *args, **kwargs)

    return carry


def known_language(wanted: str) -> str:
    """The language of ours that `wanted` (`de-AT`, `cs_CZ`) asks for; empty if there is none."""
    short = wanted.replace("_", "-").partition("-")[0].lower()
    return short if short in dict(settings.LANGUAGES) else ""


# ── Days ────────────────────────────────────────────────────────────────────────────────────
def day(at: date, *, year: bool = True, short: bool = False) -> str:
    """`12 November 2026`, `12 Nov`: in the active language and format."""
    patterns = active().patterns
    if short:
        pattern = patterns.short if year else patterns.short_no_year
    else:
        pattern = patterns.long if year else patterns.long_no_year
    return format_date(at, pattern, locale=active().language)


def weekday(at: date) -> str:
    """`Thursday`."""
    return format_date(at, "EEEE", locale=active().language)


def full_day(at: date) -> str:
    """`Thursday 12 November 2026`."""
    return format_date(at, active().patterns.weekday, locale=active().language)


def month(at: date, *, year: bool = True, short: bool = False) -> str:
    """`November 2026`, `Nov`: a month by itself, which isn't inflected as one within a day is."""
    language = active().language
    long, brief = MONTHS.get(language, ("LLLL y", "LLL y"))
    pattern = brief if short else long
    return format_date(at, pattern if year else pattern.split(" ")[0], locale=language)


@cache
def month_numbers() -> dict[str, int]:
    """What months are called in each of our languages, in small letters: `märz`, `mar`, `března`.

    A name of two languages is of the same month in both.
    """
    found: dict[str, int] = {"sept": 9}
    for code, _name in settings.LANGUAGES:
        for widths in Locale.parse(code).months.values():
            for width in ("wide", "abbreviated"):
                names = widths.get(width, {})
                found |= {name.casefold().rstrip("."): month for month, name in names.items()}
    return found


# ── Numbers ─────────────────────────────────────────────────────────────────────────────────
def number(value: int | Decimal) -> str:
    """`12,345` or `1.1860`: grouped, with all digits that it has behind the mark."""
    style = active().style
    text = f"{abs(value):,f}" if isinstance(value, Decimal) else f"{abs(value):,}"
    whole, mark, rest = text.partition(".")
    written = whole.replace(",", style.group) + (style.mark if mark else "") + rest
    return f"{money.MINUS}{written}" if value < 0 else written


def listed(words: Iterable[str], *, either: bool = False) -> str:
    """`Berlin, Graz and Brno`; with `either` the last of them after `or`."""
    language = active().language
    return format_list(list(words), style="or" if either else "standard", locale=language)
