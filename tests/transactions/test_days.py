"""Days as people of each language write them: read back as they are shown, and none guessed."""

from datetime import date

import pytest
from django.conf import settings

from selfcare.transactions import days
from selfcare.web import formats
from selfcare.web.formats import Formats

TODAY = date(2026, 11, 21)
DAY = date(2026, 3, 14)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize(
    "typed",
    [
        "14 March 2026",
        "March 14, 2026",
        "14. März 2026",
        "14. Mär. 2026",
        "14 de marzo de 2026",
        "14 mar 2026",
        "14. března 2026",
        "14. 3. 2026",
        "14.03.2026",
        "14/03/2026",
        "2026-03-14",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_each_way_in_each_language(language: str, typed: str) -> None:
    with formats.use(Formats(language)):
        assert days.read(typed, TODAY) == days.Span(DAY, DAY)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", *formats.DATE_FORMATS])
@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("short", [False, True])
def test_it_reads_back_each_day_as_it_is_shown(
    language: str, name: str, month: int, *, short: bool
) -> None:
    day = date(2026, month, 11)
    with formats.use(Formats(language, date_format=name)):
        assert days.read(formats.day(day, short=short), TODAY) == days.Span(day, day)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_it_reads_back_each_month_as_it_is_shown(language: str, month: int) -> None:
    first = date(2026, month, 1)
    with formats.use(Formats(language)):
        read = days.read(formats.month(first), TODAY)
        assert read is not None
        assert read.first == first
        assert read.words(TODAY) == formats.month(first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_refuses_what_reads_in_two_ways(language: str) -> None:
    with formats.use(Formats(language)), pytest.raises(days.BadDay, match="2026-11-12"):
        days.read("12/11/2026", TODAY)


def test_it_takes_the_order_that_a_person_asked_for() -> None:
    day = date(2026, 11, 12)
    with formats.use(Formats("en", date_format="slashes")):
        assert days.read("12/11/2026", TODAY) == days.Span(day, day)
        with pytest.raises(days.BadDay):
            days.read("02/28/2026", TODAY)


@pytest.mark.parametrize(
    ("typed", "at"),
    [("heute", TODAY), ("ayer", date(2026, 11, 20)), ("zítra", date(2026, 11, 22))],
)
def test_it_knows_near_days_by_name(typed: str, at: date) -> None:
    assert days.read(typed, TODAY) == days.Span(at, at)
