"""camt.053: what is read in each version, and what is refused with its line."""

from datetime import UTC, date, datetime

import pytest

from sandbox.statements.reading import read_bytes
from sandbox.statements.statement import StatementError
from tests.sandbox.statements.samples import ENTRY, camt


def batch(*amounts: str) -> bytes:
    parts = "".join(
        f'<TxDtls><Refs><EndToEndId>P{n}</EndToEndId></Refs><Amt Ccy="EUR">{a}</Amt></TxDtls>'
        for n, a in enumerate(amounts)
    )
    head, tail = ENTRY.index("<NtryDtls>"), ENTRY.index("</Ntry>")
    return camt(ENTRY[:head] + f"<NtryDtls>{parts}</NtryDtls>" + ENTRY[tail:])


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "13"])
def test_it_reads_every_version(version: str) -> None:
    (statement,) = read_bytes(camt(version=version))
    (entry,) = statement.entries
    assert (entry.amount_minor, entry.currency) == (-1250, "EUR")
    assert entry.booked_on == date(2026, 3, 2)
    assert (entry.counterparty_name, entry.end_to_end_id) == ("Studio Halm GbR", "ORDER-17")
    assert statement.mismatches() == []


def test_it_reads_later_versions_nesting() -> None:
    newer = ENTRY.replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
    newer = newer.replace("<Nm>Studio Halm GbR</Nm>", "<Pty><Nm>Studio Halm GbR</Nm></Pty>")
    newer = newer.replace("<Dt>2026-03-02</Dt>", "<DtTm>2026-03-02T00:30:00+01:00</DtTm>")
    (entry,) = read_bytes(camt(newer, version="08"))[0].entries
    assert entry.counterparty_name == "Studio Halm GbR"
    assert entry.booked_on == date(2026, 3, 2)
    assert entry.booked_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_it_splits_a_batch_whose_parts_add_up() -> None:
    entries = read_bytes(batch("10.00", "2.50"))[0].entries
    assert [(e.amount_minor, e.end_to_end_id) for e in entries] == [(-1000, "P0"), (-250, "P1")]


def test_it_keeps_a_batch_whole_whose_parts_do_not_add_up() -> None:
    (statement,) = read_bytes(batch("10.00", "2.49"))
    assert [entry.amount_minor for entry in statement.entries] == [-1250]
    assert "taken as one entry" in statement.notes[0]


def test_it_leaves_out_what_is_not_booked() -> None:
    (statement,) = read_bytes(camt(ENTRY.replace("BOOK", "PDNG"), closing="1000.00"))
    assert statement.entries == []
    assert "PDNG" in statement.notes[0]


def test_it_dates_an_entry_without_a_date_by_its_statement() -> None:
    undated = ENTRY.replace("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "")
    assert read_bytes(camt(undated))[0].entries[0].booked_on == date(2026, 3, 6)


def test_it_keeps_what_was_instructed_in_another_currency() -> None:
    abroad = ENTRY.replace(
        "<RltdPties>",
        '<AmtDtls><InstdAmt><Amt Ccy="GBP">10.54</Amt><CcyXchg><XchgRate>1.1860</XchgRate>'
        "</CcyXchg></InstdAmt></AmtDtls><RltdPties>",
    )
    original = read_bytes(camt(abroad))[0].entries[0].original
    assert original is not None
    assert (original.amount_minor, original.currency, original.rate) == (1054, "GBP", "1.1860")


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">&b;</Document>"""
REFUSED = [
    (LAUGHS, 2, "no document type"),
    (b'<?xml version="1.0" encoding="UTF-7"?>\n<a/>', 1, "UTF-7"),
    (camt()[:-40], None, "XML is broken"),
    (camt().replace(b"camt.053.001.02", b"camt.052.001.02"), 2, "camt.052"),
    (b"<html></html>", 1, "'html', not a camt.053"),
    (camt().replace(b"12.50", b"-12.50"), 13, "not an amount"),
    (camt().replace(b"12.50", b"12.505"), 13, "finer"),
    (camt().replace(b'Ccy="EUR">12', b'Ccy="QQQ">12'), 13, "not a currency"),
    (camt().replace(b"DBIT", b"MINUS"), 12, "neither CRDT nor DBIT"),
    (camt().replace(b"2026-03-02", b"2026-02-30"), 12, "'2026-02-30' is not a date"),
    (camt().replace(b"<Othr><Id>99012000/0001234567</Id></Othr>", b""), 5, "no account"),
]


@pytest.mark.parametrize(("data", "line", "words"), REFUSED)
def test_it_refuses_with_the_line(data: bytes, line: int | None, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refused:
        read_bytes(data)
    if line:
        assert refused.value.line == line


def test_it_reads_no_file_that_an_entity_names() -> None:
    outside = b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]><Document>&f;</Document>'
    with pytest.raises(StatementError, match="no document type"):
        read_bytes(outside)
