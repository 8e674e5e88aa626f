"""MT940: what is read, and what is refused with its line."""

from datetime import date

import pytest

from sandbox.statements.reading import read_bytes
from sandbox.statements.statement import StatementError
from tests.sandbox.statements.samples import MT940, changed


def test_it_reads_amounts_signs_and_reversals() -> None:
    (statement,) = read_bytes(MT940.encode())
    amounts = [entry.amount_minor for entry in statement.entries]
    assert amounts == [-1250, 284_500, -4500, 1250, -290, -290]
    assert [entry.is_reversal for entry in statement.entries] == [False] * 2 + [True] * 2 + [
        False
    ] * 2
    assert statement.mismatches() == []


def test_it_translates_sepa_keywords() -> None:
    entry = read_bytes(MT940.encode())[0].entries[0]
    assert entry.end_to_end_id == "ORDER-17"
    assert entry.mandate_id == "M-2"
    assert entry.remittance_information == "Two cups, celadon"
    assert entry.counterparty_name == "Studio Halm GbR"
    assert entry.counterparty_iban == "DE12990120000001112223"
    assert entry.account_servicer_reference == "B4711"


def test_it_reads_slashed_details() -> None:
    data = changed(":86:Coffee", ":86:/TRTP/SEPA/NAME/Kaffeewerk/REMI/Beans/EREF/KW-1/")
    entry = read_bytes(data)[0].entries[4]
    assert (entry.counterparty_name, entry.remittance_information) == ("Kaffeewerk", "Beans")
    assert entry.end_to_end_id == "KW-1"


def test_it_puts_the_entry_date_into_the_right_year() -> None:
    data = changed(":61:2603020302D", ":61:2601021231D")
    entry = read_bytes(data)[0].entries[0]
    assert (entry.booked_on, entry.value_on) == (date(2025, 12, 31), date(2026, 1, 2))


def test_it_reads_any_line_end_and_latin_letters() -> None:
    text = MT940.replace("Taken back", "Rückgabe").replace("\n", "\r\n")
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        entries = read_bytes(text.encode(encoding))[0].entries
        assert entries[3].remittance_information == "Rückgabe"


def test_it_tells_a_sum_that_does_not_add_up() -> None:
    (statement,) = read_bytes(changed("3794,20", "3794,21"))
    (told,) = statement.mismatches()
    assert told.startswith("line 19:")
    assert "3794.20 EUR" in told


REFUSED = [
    (changed(":61:2603020302D", ":61:2602300302D"), 5, "30 February 2026 is not a date"),
    (changed("D12,50NTRF", "D12.50NTRF"), 5, "is not an entry"),
    (changed("D12,50NTRF", "D12,505NTRF"), 5, "finer than EUR allows"),
    (changed("D12,50NTRF", "X12,50NTRF"), 5, "is not an entry"),
    (changed("C260301EUR", "C260301XQX"), 4, "not a currency"),
    (changed("C260306EUR3794", "C260306GBP3794"), 19, "opens in EUR and closes in GBP"),
    (changed(":62F:C260306EUR3794,20\n", ""), 20, "ends without a closing balance"),
    (changed(":25:99012000/0001234567\n", ""), 1, "no account"),
    (changed(":28C:", ":2XC:"), 3, "begins like a field|is not a field"),
    (changed(":61:2603030303C", ":61;2603030303C"), 8, "begins like a field"),
    (changed("-\n", "-\n:61:2603060306D1,00NMSC\n"), 22, "begins with :20:"),
    (b"1\n2\n3\n", 1, "not a statement"),
    (b"", 1, "empty"),
    (b"\x00\x01", 1, "NUL"),
    (MT940[: MT940.index(":62F:")].encode(), 1, "no closing balance"),
    (MT940[: MT940.index(":62F:") + 18].encode(), 19, "is not a balance"),
    (MT940.replace("Taken back", "Rückgabe").encode() + "ü".encode("latin-1"), 22, "two encodings"),
    (changed("Coffee", "Cof\x07fee"), 16, "control character"),
]


@pytest.mark.parametrize(("data", "line", "words"), REFUSED)
def test_it_refuses_with_the_line(data: bytes, line: int, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refused:
        read_bytes(data)
    assert refused.value.line == line


def test_it_refuses_what_is_too_big() -> None:
    with pytest.raises(StatementError, match="bigger"):
        read_bytes(b":20:x\n" * 6_000_000)
