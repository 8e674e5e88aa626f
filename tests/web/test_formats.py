"""Days, numbers and money in each language and format, and read back as they are shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from selfcare.money import BadAmount, Money, parse
from selfcare.web import formats
from selfcare.web.formats import Formats
from selfcare.web.moments import Zone
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

DAY = date(2026, 11, 12)
AMOUNT = Money(-123456, "EUR")
LANGUAGES = [code for code, _ in settings.LANGUAGES]
NUMBERS = ["", *formats.NUMBER_FORMATS]
CURRENCIES = ["", *formats.CURRENCY_FORMATS]


@pytest.mark.parametrize(
    ("language", "long", "short", "full", "month"),
    [
        ("en", "12 November 2026", "12 Nov", "Thursday 12 November 2026", "November 2026"),
        ("es", "12 de noviembre de 2026", "12 nov", "jueves, 12 de noviembre de 2026",
         "noviembre de 2026"),
        ("de", "12. November 2026", "12. Nov.", "Donnerstag, 12. November 2026", "November 2026"),
        ("cs", "12. listopadu 2026", "12. 11.", "čtvrtek 12. listopadu 2026", "listopad 2026"),
    ],
)  # fmt: skip
def test_it_writes_days_as_each_language_does(
    language: str, long: str, short: str, full: str, month: str
) -> None:
    with formats.use(Formats(language)):
        assert formats.day(DAY) == long
        assert formats.day(DAY, year=False, short=True) == short
        assert formats.full_day(DAY) == full
        assert formats.month(DAY) == month


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("words", "12. November 2026"),
        ("month_first", "12. November 2026"),
        ("dots", "12.11.2026"),
        ("slashes", "12/11/2026"),
        ("iso", "2026-11-12"),
    ],
)
def test_it_writes_days_as_a_person_wants_them(name: str, written: str) -> None:
    with formats.use(Formats("de", date_format=name)):
        assert formats.day(DAY) == written


def test_it_puts_the_month_first_where_some_are_used_to_it() -> None:
    with formats.use(Formats("en", date_format="month_first")):
        assert formats.full_day(DAY) == "Thursday, November 12, 2026"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "\u22121,234.56\u00a0EUR"),
        ("es", "\u22121.234,56\u00a0EUR"),
        ("de", "\u22121.234,56\u00a0EUR"),
        ("cs", "\u22121\u00a0234,56\u00a0EUR"),
    ],
)
def test_it_writes_amounts_as_each_language_does(language: str, written: str) -> None:
    with formats.use(Formats(language)):
        assert str(AMOUNT) == written


@pytest.mark.parametrize(
    ("language", "place", "written"),
    [
        ("en", "code_before", "EUR\u00a0\u22121,234.56"),
        ("en", "symbol", "\u2212€1,234.56"),
        ("de", "symbol", "\u22121.234,56\u00a0€"),
    ],
)
def test_it_puts_the_currency_where_a_person_wants_it(
    language: str, place: str, written: str
) -> None:
    with formats.use(Formats(language, currency_format=place)):
        assert str(AMOUNT) == written
        shown = Template("{% money m %}").render(Context({"m": AMOUNT}))
        bare = Template("{{ shown|striptags }}").render(Context({"shown": shown}))
        assert bare == written
        assert 'value="-1234.56"' in shown


def test_it_keeps_a_symbol_of_letters_apart() -> None:
    with formats.use(Formats("en", currency_format="symbol")):
        assert str(Money(6490, "CHF")) == "CHF\u00a064.90"
        assert str(Money(6490, "CAD")) == "CA$64.90"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize(("minor", "currency"), [(123456, "EUR"), (-4990, "EUR"), (1234567, "KWD")])
def test_it_reads_back_what_it_shows(
    language: str, numbers: str, minor: int, currency: str
) -> None:
    with formats.use(Formats(language, number_format=numbers)):
        assert parse(Money(minor, currency).figures(), currency) == Money(minor, currency)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_both_marks_in_each_language(language: str) -> None:
    with formats.use(Formats(language)):
        assert parse("49,90", "EUR") == parse("49.90", "EUR") == Money(4990, "EUR")
        for guess in ("1.234", "1,234"):
            with pytest.raises(BadAmount):
                parse(guess, "EUR")


def test_it_writes_numbers_with_all_their_digits() -> None:
    with formats.use(Formats("de")):
        assert formats.number(12345) == "12.345"
        assert formats.number(Decimal("-1.1860")) == "\u22121,1860"


def test_it_ends_with_what_it_was_for() -> None:
    with formats.use(Formats("de")):
        with formats.use(Formats("cs", number_format="comma")):
            assert translation.get_language() == "cs"
            assert Money(123456, "EUR").figures() == "1,234.56"
        assert translation.get_language() == "de"
        assert Money(123456, "EUR").figures() == "1.234,56"
    assert formats.active() == formats.ENGLISH


def test_it_counts_in_the_zone_that_was_chosen() -> None:
    person = Person(subject="usr_a", name="A", email="a@example.com", zone="Europe/Berlin")
    assert zone_of(person).key == "Europe/Berlin"
    with formats.use(Formats(zone=ZoneInfo("Asia/Tokyo"))):
        assert zone_of(person).key == "Asia/Tokyo"
        assert zone_of(None).key == "UTC"
        at = datetime(2026, 11, 12, 20, 0, tzinfo=UTC)
        assert Zone.of(zone_of(person), at).full(at) == "Friday 13 November 2026, 05:00"


@pytest.mark.parametrize(
    ("wanted", "known"),
    [("de-AT", "de"), ("cs_CZ", "cs"), ("ES", "es"), ("fr", ""), ("", ""), ("de\x00", "")],
)
def test_it_knows_its_languages(wanted: str, known: str) -> None:
    assert formats.known_language(wanted) == known


def test_it_goes_along_into_another_thread() -> None:
    def said() -> tuple[str, str]:
        return formats.active().language, translation.get_language() or ""

    with ThreadPoolExecutor(1) as pool, formats.use(Formats("cs")):
        assert pool.submit(formats.carried(said)).result() == ("cs", "cs")
        assert pool.submit(said).result() == ("en", "en")
