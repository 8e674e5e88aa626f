"""The language of the search box: what is understood, what is told, and that nothing breaks it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from selfcare.transactions import amounts, days, query

TODAY = date(2026, 11, 21)


def terms(text: str) -> list[tuple[str, object]]:
    return [(term.name, term.value) for term in query.read(text, today=TODAY)]


def problems(text: str) -> list[str]:
    return [term.problem for term in query.read(text, today=TODAY) if term.problem]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("49,90", "49.90", "49.90"),
        ("49.90", "49.90", "49.90"),
        ("1.234,50", "1234.50", "1234.50"),
        ("1,234.50", "1234.50", "1234.50"),
        ("1'234.50", "1234.50", "1234.50"),
        ("1 234,50", "1234.50", "1234.50"),
        ("12 345 678,90", "12345678.90", "12345678.90"),
        ("€50", "50", "50"),
        ("50 EUR", "50", "50"),
        ("=50", "50", "50"),
        (">=100", "100", None),
        ("≤20", None, "20"),
        ("<=20", None, "20"),
        ("> 100", "100.001", None),
        ("<20", None, "19.999"),
        ("10..50", "10", "50"),
        ("10,50..50", "10.50", "50"),
        ("10..", "10", None),
        ("..50", None, "50"),
        ("amount:50", "50", "50"),
        ("amount:>1,5", "1.501", None),
    ],
)
def test_it_reads_amounts_as_people_write_them(
    text: str, least: str | None, most: str | None
) -> None:
    (name, value), *_ = terms(text)
    assert name == "amount"
    assert isinstance(value, amounts.Range)
    assert value.least == (None if least is None else Decimal(least))
    assert value.most == (None if most is None else Decimal(most))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">100", "over 100.00"),
        ("<0.01", "under 0.01"),
        (">=100", "from 100.00"),
        ("10..50", "from 10.00 to 50.00"),
        ("€1.234,50", "1,234.50 EUR"),
    ],
)
def test_it_says_how_it_understood_an_amount(text: str, words: str) -> None:
    (_, value), *_ = terms(text)
    assert isinstance(value, amounts.Range)
    assert value.words() == words


@pytest.mark.parametrize("sign", ["-", "−"])
def test_a_signed_amount_means_a_direction(sign: str) -> None:
    ((_, value),) = terms(f"{sign}49,90")
    assert isinstance(value, amounts.Range)
    assert (value.least, value.direction) == (Decimal("49.90"), "out")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("last 7 days", "2026-11-15", "2026-11-21"),
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-03-14", "2026-03-14", "2026-03-14"),
        ("march 2026", "2026-03-01", "2026-03-31"),
        ("14 March 2026", "2026-03-14", "2026-03-14"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("14.3.2026", "2026-03-14", "2026-03-14"),
        ("14/3/2026", "2026-03-14", "2026-03-14"),
        ("2026-01..2026-03", "2026-01-01", "2026-03-31"),
        ("date:march 2026", "2026-03-01", "2026-03-31"),
        ('date:"last week"', "2026-11-09", "2026-11-15"),
        ("from:last week", "2026-11-09", None),
        ("until:2026-03", None, "2026-03-31"),
    ],
)
def test_it_reads_days_as_people_write_them(text: str, first: str, last: str) -> None:
    ((_, value),) = terms(text)
    assert isinstance(value, days.Span)
    assert (value.first and str(value.first), value.last and str(value.last)) == (first, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:pending", ("status", ("created", "scheduled", "processing"))),
        ("Status: Completed", ("status", ("completed",))),
        ("status:on-its-way", ("status", ("processing",))),
        ("merchant:nordlicht", ("counterparty", "nordlicht")),
        ('merchant:"Nordlicht Books"', ("counterparty", "Nordlicht Books")),
        ("ref:TB-9917", ("reference", "TB-9917")),
        ("iban:de89 3704 0044", ("iban", "DE8937040044")),
        ("DE89 3704 0044 0532 0130 00", ("iban", "DE89370400440532013000")),
        ("label:Groceries", ("label", "Groceries")),
        ("kind:refunds", ("kind", ("refund",))),
        ("currency:gbp", ("currency", ("GBP",))),
        ("GBP", ("currency", ("GBP",))),
        ("in:", ("direction", "in")),
        ("out:", ("direction", "out")),
        ("needs:me", ("needs_me", "true")),
        ("txn_019ac36830ec7578", ("reference", "txn_019ac36830ec7578")),
        # These are words, however much they look like something else.
        ("9917", ("word", "9917")),
        ("TB-9917", ("word", "TB-9917")),
        ("1.234", ("word", "1.234")),
        ("2026-99", ("word", "2026-99")),
        ("march", ("word", "march")),
        ("<b>", ("word", "<b>")),
        ('"last week"', ("word", "last week")),
        ("https://example.com", ("word", "https://example.com")),
    ],
)
def test_it_reads_one_thing(text: str, expected: tuple[str, object]) -> None:
    assert terms(text) == [expected]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("status:foo", "no status “foo”"),
        ("status:", "such as status:pending"),
        ("kind:bribe", "no kind “bribe”"),
        ("currency:xxq", "isn’t a currency"),
        ("iban:$$$", "letters and figures"),
        ("in:5", "on its own"),
        ("needs:you", "needs:me"),
        ("satus:completed", "Did you mean status:completed"),
        (">-5", "no sign"),
        ("<0", "Nothing is less than 0"),
        (">1.234", "reads in two ways"),
        ("50..10", "ends below where it begins"),
        ("amount:lots", "isn’t an amount"),
        (">99999999999999999999999", "more money than there is"),
        (">0.12345", "that many digits"),
        ("2026-02-30", "has no day 30"),
        ("03/04/2026", "reads in two ways"),
        ("from:nonsense", "isn’t a day"),
        ("from:9999-12-31", "Choose a year"),
        ("2026-03..2026-01", "ends before it begins"),
        ("last 99999 days", "Count from 1"),
        ("a b c d e f g h i", "at most 8 words"),
    ],
)
def test_it_says_what_it_can_not_read(text: str, words: str) -> None:
    (told,) = problems(text)
    assert words in told
    assert problems(f"{text} kaffee") or words == "Count from 1"


def test_what_it_can_not_read_leaves_the_rest_alone() -> None:
    found = query.read("status:foo >100 kaffee", today=TODAY)
    assert [(term.name, bool(term.problem)) for term in found] == [
        ("status", True),
        ("amount", False),
        ("word", False),
    ]


PIECES = st.sampled_from(
    [*(f"{key}:" for key in query.KEYS), "..", ">", "<=", "1.234,50", "49,90", "-5", "2026-02-30",
     "last", "week", "99999999999999999999", "€", '"', "“", "march", "2026", "DE89", "\u202e", "🚲"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=8).map(" ".join) | st.lists(
    PIECES, max_size=6
).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("last 9999999999 years")
@example("iban:" + "A1 " * 60)
@example("٣٤,٥٠ >٣")
@example("²,50")
def test_it_never_breaks_and_forgets_nothing_typed(text: str) -> None:
    found = query.read(text, today=TODAY)
    for term in found:
        assert term.name in {*query.KEYS.values(), "word"}
        assert term.typed
    # Taking each term's own words again gives the same terms: a chip can be taken away alone.
    again = query.read(" ".join(term.typed for term in found), today=TODAY)
    assert [(t.name, t.value, bool(t.problem)) for t in again] == [
        (t.name, t.value, bool(t.problem)) for t in found
    ]


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)))
def test_each_day_is_read_back(day: date) -> None:
    for text in (str(day), f"{day.day}.{day.month}.{day.year}", f"{day:%d} {day:%B} {day.year}"):
        assert days.read(text, TODAY) == days.Span(day, day)
    assert days.read("last week", day) == days.read("this week", day - timedelta(days=7))


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_each_amount_is_read_back_in_each_way(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (f"{amount:.2f}", english, german, english.replace(",", "'")):
        assert amounts.single(text) == amount
