"""CSV, Excel and JSON Lines, read back by what others read them with."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from selfcare.documents.exports.delimited import harmless
from selfcare.documents.exports.rows import COLUMNS, NAMES, decimal
from selfcare.money import Money
from tests.documents.exports.made_up import row, signed, some, written

STARTERS = "=+-@\t\r＝＋－＠"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def as_csv(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    body, _ = written("csv", rows)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def named(name: str) -> dict[str, Any]:
    return row(counterparty={"kind": "person", "name": name, "iban": None}, merchant=None)


def test_it_writes_each_row_once_and_in_order() -> None:
    rows = some()
    assert [line["id"] for line in as_csv(rows)] == [one["id"] for one in rows]


def test_it_writes_amounts_to_the_cent_with_their_sign() -> None:
    rows = some()
    for line, one in zip(as_csv(rows), rows, strict=True):
        assert line["amount"] == Money(signed(one), one["currency"]).decimal
        assert line["fee"] == Money(one["fee_minor"], one["currency"]).decimal


def test_it_keeps_negative_amounts_as_numbers() -> None:
    (line,) = as_csv([row(amount_minor=100)])
    assert line["amount"] == "-1.00"


def test_a_spreadsheet_knows_its_letters() -> None:
    body, _ = written("csv", [row()])
    assert body.startswith(b"\xef\xbb\xbf" + b",".join(name.encode() for name in NAMES) + b"\r\n")


@pytest.mark.parametrize("start", STARTERS)
def test_no_cell_begins_with_what_begins_a_formula(start: str) -> None:
    (line,) = as_csv([named(f"{start}cmd|' /C calc'!A0")])
    assert line["counterparty"][0] not in STARTERS
    (line,) = as_csv([named(f'  "{start}1+1')])
    assert line["counterparty"].lstrip(' "')[0] not in STARTERS


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "\n", "\r\n"])
def test_no_formula_hides_behind_another_separator(separator: str) -> None:
    """A program that splits at another character than ours must find no formula either."""
    (line,) = as_csv([named(f"Harmless{separator}=1+1")])
    parts = line["counterparty"].replace("\n", ";").replace("\t", ";").replace("|", ";")
    assert not any(part.lstrip(" \"'")[:1] == "=" and "'" not in part for part in parts.split(";"))
    assert "'=1+1" in line["counterparty"] or " =1+1" in line["counterparty"]


def test_it_leaves_harmless_texts_as_they_are() -> None:
    for text in ("Köhler & Söhne", "INV-2026-11", "a = b", "1+1", "me@example.com", "O'Brien"):
        assert harmless(text) == text


@given(st.text(max_size=60))
def test_it_never_lets_a_text_begin_a_formula(text: str) -> None:
    for piece in harmless(text).replace(";", ",").replace("|", ",").replace("\n", ",").split(","):
        assert piece.lstrip(' "\u200b\ufeff\u3000')[:1] not in set("=+-@\t\r")


def test_json_lines_are_the_rows_themselves() -> None:
    rows = some()
    body, _ = written("jsonl", rows)
    assert [json.loads(line) for line in body.decode().splitlines()] == rows


def test_a_workbook_holds_every_row_amount_and_date() -> None:
    rows = some()
    body, told = written("xlsx", rows)
    book = openpyxl.load_workbook(io.BytesIO(body))
    heading, *lines = book["Transactions"].iter_rows(values_only=True)
    assert list(heading) == [words for _, words in COLUMNS]
    for line, one in zip(lines, rows, strict=True):
        cell = dict(zip(NAMES, line, strict=True))
        assert cell["id"] == one["id"]
        # What Excel reads is a double: as text with two digits it is the very cent.
        behind = 0 if one["currency"] == "JPY" else 2
        assert f"{cell['amount']:.{behind}f}" == decimal(signed(one), one["currency"])
        assert Decimal(repr(cell["amount"])) == Decimal(decimal(signed(one), one["currency"]))
        assert cell["created_at"].replace(tzinfo=UTC) == datetime.fromisoformat(one["created_at"])
        assert cell["counterparty"] == one["counterparty"]["name"]
    manifest = dict(book["About this file"].iter_rows(values_only=True))
    assert manifest["Export"] == told.id
    assert manifest["Rows"] == str(len(rows))


def test_a_workbook_holds_no_formula() -> None:
    body, _ = written("xlsx", [named("=1+1"), named("+49 30"), named("@SUM(A1)")])
    sheet = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")
    assert not list(etree.fromstring(sheet).iter(f"{SHEET}f"))


@pytest.mark.parametrize("minor", [0, 1, 10, 6490, 10**14 - 1, 999_999_999_999_999])
def test_a_workbook_writes_the_digits_themselves(minor: int) -> None:
    body, _ = written("xlsx", [row(amount_minor=minor, direction="in")])
    sheet = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")
    numbers = [one.text for one in etree.fromstring(sheet).iter(f"{SHEET}v")]
    assert decimal(minor, "EUR") in numbers


def test_an_amount_beyond_excels_digits_is_text() -> None:
    body, _ = written("xlsx", [row(amount_minor=2**63 - 1, direction="in")])
    sheet = openpyxl.load_workbook(io.BytesIO(body))["Transactions"]
    cell = sheet.cell(2, NAMES.index("amount") + 1)
    assert cell.value == "92233720368547758.07"


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD", "XXX", "QQQ"]))
def test_it_tells_amounts_as_money_does(minor: int, currency: str) -> None:
    assert decimal(minor, currency) == Money(minor, currency).decimal
