"""XLSX: a sheet of rows with exact amounts, and a sheet with the manifest; in flat memory."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from selfcare.documents.exports.manifest import About
from selfcare.documents.exports.rows import AMOUNTS, COLUMNS, MOMENTS, cells, digits, from_lines

# A sheet has 1,048,576 lines, one of them the heading (ECMA-376 names no limit; Excel has this).
MOST_ROWS = 1_048_575
# Excel keeps 15 significant digits; what has more is text, so that not a cent changes.
EXACT_DIGITS = 15
WIDTHS = {"id": 38, "created_at": 19, "completed_at": 19, "counterparty": 26, "merchant": 22}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}


class Sheet(Worksheet):  # type: ignore[misc]
    """Writes a decimal with the digits it has; XlsxWriter's own way leads through a float."""

    def _xml_number_element(self, number: Any, attributes: Any = None) -> None:
        if not isinstance(number, Decimal):
            super()._xml_number_element(number, attributes)
            return
        told = "".join(f' {name}="{value}"' for name, value in attributes or [])
        self.fh.write(f"<c{told}><v>{number:f}</v></c>")


def write(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    """The file as Excel, LibreOffice and others open it."""
    book = Workbook(out, OPTIONS)
    book.set_properties({"title": about.title, "comments": about.words, "author": "Selfcare"})
    book.set_custom_property("Export", about.id)
    _rows(book, parts)
    _manifest(book, about)
    book.close()


def _rows(book: Workbook, parts: Iterator[BinaryIO]) -> None:
    sheet = book.add_worksheet("Transactions", worksheet_class=Sheet)
    heading = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for n, (name, words) in enumerate(COLUMNS):
        sheet.set_column(n, n, WIDTHS.get(name, 14))
        sheet.write_string(0, n, words, heading)
    figures = {
        behind: book.add_format({"num_format": "#,##0" + ("." + "0" * behind if behind else "")})
        for behind in range(5)
    }
    names = [name for name, _ in COLUMNS]
    currency_of = {"original_amount": names.index("original_currency")}
    currency = names.index("currency")
    for line, row in enumerate(from_lines(parts), 1):
        told = cells(row)
        for n, text in enumerate(told):
            if not text:
                continue
            if names[n] in AMOUNTS:
                behind = digits(told[currency_of.get(names[n], currency)])
                _amount(sheet, line, n, text, figures[min(behind, 4)])
            elif names[n] in MOMENTS:
                _moment(sheet, line, n, text)
            else:
                sheet.write_string(line, n, text)


def _amount(sheet: Sheet, line: int, column: int, text: str, shown: Format) -> None:
    if sum(map(str.isdigit, text)) > EXACT_DIGITS:
        sheet.write_string(line, column, text)
    else:
        sheet.write_number(line, column, Decimal(text), shown)


def _moment(sheet: Sheet, line: int, column: int, text: str) -> None:
    moment = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    if moment.year < 1900:  # Excel's calendar begins there
        sheet.write_string(line, column, text)
    else:
        sheet.write_datetime(line, column, moment)


def _manifest(book: Workbook, about: About) -> None:
    sheet = book.add_worksheet("About this file")
    heading = book.add_format({"bold": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for line, (name, value) in enumerate(about.lines()):
        sheet.write_string(line, 0, name, heading)
        sheet.write_string(line, 1, value)
