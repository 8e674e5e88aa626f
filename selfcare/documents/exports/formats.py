"""The formats of exports, as data: how each keeps its rows, writes its file, and what it can't."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.stream import Row
from selfcare.documents.exports import camt, delimited, mt940, ofx, paper, rows, workbook
from selfcare.documents.exports.manifest import About
from selfcare.web.formats import number

# Up to here a file is made while the person waits; beyond it a worker makes it.
AT_ONCE_ROWS = settings.EXPORT_AT_ONCE_ROWS
# Beyond anything that is opened on a desk; it also bounds what a job may take.
MOST_ROWS = 20_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """`keep` turns rows into bytes of a part; `write` makes the file of the parts."""

    name: str
    words: str
    hint: str
    extension: str
    media_type: str
    keep: Callable[[Iterable[Row]], bytes]
    write: Callable[[BinaryIO, Iterator[BinaryIO], About], None]
    most_rows: int = MOST_ROWS
    at_once_rows: int = AT_ONCE_ROWS
    is_bank: bool = False
    too_many: str = noop("Narrow the list, such as to a year, and export it in several files.")

    @property
    def called(self) -> str:
        """Its name, in the reader's language."""
        return _(self.words)

    @property
    def used_for(self) -> str:
        return _(self.hint)

    @property
    def advice(self) -> str:
        """What to do where there are more rows than it takes."""
        return _(self.too_many).format(most=number(self.most_rows))


def _lines(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    delimited.copy(out, parts)


ALL = (
    Format(
        "csv", "CSV", noop("For spreadsheets and everything else. One line a transaction."),
        "csv", "text/csv; charset=utf-8", delimited.lines, delimited.write,
    ),
    Format(
        "xlsx", noop("Excel"),
        noop("A workbook with amounts as numbers, and a sheet about itself."),
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        rows.as_lines, workbook.write, most_rows=workbook.MOST_ROWS,
        too_many=noop("A sheet of Excel has room for {most}. Take CSV, or narrow the list."),
    ),
    Format(
        "pdf", "PDF", noop("To read, print and file. Tagged for screen readers."),
        "pdf", "application/pdf", rows.as_lines, paper.write, most_rows=paper.MOST_ROWS,
        at_once_rows=min(AT_ONCE_ROWS, paper.AT_ONCE_ROWS),
        too_many=noop("A PDF takes at most {most}. Narrow the list, or take CSV or Excel."),
    ),
    Format(
        "jsonl", noop("JSON Lines"),
        noop("For programs: one transaction a line, named as in the API."),
        "jsonl", "application/jsonl", rows.as_lines, _lines,
    ),
    Format(
        "camt053", "camt.053", noop("For bookkeeping: ISO 20022’s bank statement, version 8."),
        "xml", "application/xml", rows.as_lines, camt.write, is_bank=True,
    ),
    Format(
        "mt940", "MT940", noop("For older bookkeeping: SWIFT’s statement. Booked rows alone."),
        "sta", "text/plain; charset=us-ascii", rows.as_lines, mt940.write, is_bank=True,
    ),
    Format(
        "ofx", "OFX", noop("For Quicken, GnuCash and their kind. Booked rows alone."),
        "ofx", "application/x-ofx", rows.as_lines, ofx.write, is_bank=True,
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in ALL}
