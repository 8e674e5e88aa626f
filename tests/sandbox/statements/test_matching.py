"""Which entries are known already: a file that is read again never brings anything new."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sandbox.statements.matching import Known, Sieve, words_of
from sandbox.statements.statement import Entry, Statement

WORDS = st.sampled_from(["", "a", "b", "c"])
DAY = date(2026, 11, 2)


def entry(name: str, purpose: str, iban: str) -> Entry:
    return Entry(
        line=1, booked_on=DAY, amount_minor=-500, currency="EUR",
        counterparty_name=name, remittance_information=purpose, counterparty_iban=iban,
    )  # fmt: skip


def statement(entries: list[Entry]) -> Statement:
    return Statement(account="DE1", number="1", line=1, entries=entries)


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_reading_again_in_any_order_brings_nothing_new(rows: tuple) -> None:
    first, order = rows
    entries = [entry(*row) for row in first]
    brought = Sieve().fresh(statement(entries))
    again = Sieve()
    kept = {name: words_of(one) for name, one in brought}
    for row in order:
        for name, words in kept.items():
            if words == words_of(entry(*row)):
                place = ("DE1", "EUR", DAY, -500)
                if all(known.external_id != name for known in again.known[place]):
                    again.remember(place, Known(name, words))
    assert again.fresh(statement(entries)) == []


def test_two_equal_coffees_of_one_file_stay_two() -> None:
    coffees = [entry("Kaffeewerk", "", "")] * 2
    assert len(Sieve().fresh(statement(coffees))) == 2
