"""Money: parsing what people type, adding, and showing figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfcare.money import MARKS, STYLE, BadAmount, Money, Style, exponent, parse

CURRENCIES = st.sampled_from(["EUR", "GBP", "JPY", "KWD", "CZK"])
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("64.90", "EUR", 6490),
        ("64,9", "EUR", 6490),
        ("1,234.50", "EUR", 123450),
        ("1.234,50", "EUR", 123450),
        ("1 234,5", "EUR", 123450),
        ("1’234.50", "CHF", 123450),
        ("1,234,567", "EUR", 123456700),
        ("19.99", "EUR", 1999),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("-5", "EUR", -500),
    ],
)
def test_it_reads_what_people_type(text: str, currency: str, minor: int) -> None:
    assert parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1.23.4",
        "64.901",
        "1,234",
        "1e5",
        "--5",
        "٣",
        "1" * 25,
        "9" * 24,
        "\x00",
        "1,23,456.0",
    ],
)
def test_it_refuses_what_it_would_have_to_guess(text: str) -> None:
    with pytest.raises(BadAmount):
        parse(text, "EUR")


@given(AMOUNTS, CURRENCIES)
def test_it_reads_back_what_it_writes(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert parse(amount.decimal, currency) == amount


@given(AMOUNTS, CURRENCIES, st.sampled_from(sorted(MARKS)))
def test_it_reads_back_what_stands_in_a_field(minor: int, currency: str, marks: str) -> None:
    amount = Money(minor, currency)
    before = STYLE.set(Style(*MARKS[marks]))
    try:
        typed = amount.typed
    finally:
        STYLE.reset(before)
    assert parse(typed, currency) == amount
    assert ("," in typed) == (exponent(currency) > 0 and MARKS[marks][1] == ",")


@given(AMOUNTS, CURRENCIES)
def test_it_reads_back_what_it_shows(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    # A lone group of three could be a fraction, so it is refused rather than guessed.
    if exponent(currency) == 0 and 1000 <= abs(minor) < 10**6:
        return
    assert parse(amount.figures(), currency) == amount


def test_it_knows_each_currencys_digits() -> None:
    assert [exponent(code) for code in ("JPY", "EUR", "KWD")] == [0, 2, 3]


def test_it_adds_one_currency_only() -> None:
    assert Money(1, "EUR") + Money(2, "EUR") == Money(3, "EUR")
    with pytest.raises(TypeError):
        Money(1, "EUR") + Money(2, "GBP")


def test_it_takes_no_float() -> None:
    with pytest.raises(TypeError):
        Money(19.99, "EUR")  # type: ignore[arg-type]
