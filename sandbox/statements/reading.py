"""From the bytes of a file to statements: bounds, encoding, which format; no database here."""

import re
from pathlib import Path

from sandbox.statements import camt053, mt940
from sandbox.statements.statement import Statement, StatementError

LARGEST_BYTES = 32 * 1024 * 1024
LARGEST_ENTRIES = 200_000
UTF8_BOM = b"\xef\xbb\xbf"
# A character of two to four bytes as UTF-8 writes it.
UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_file(path: Path) -> list[Statement]:
    """The statements in a file, or StatementError; never reads more than LARGEST_BYTES."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise StatementError(f"it can't be opened: {error.strerror}") from error
    return read_bytes(data)


def read_bytes(data: bytes) -> list[Statement]:
    """The statements in the bytes of one file, MT940 or camt.053, or StatementError."""
    if len(data) > LARGEST_BYTES:
        raise StatementError(f"the file is bigger than {LARGEST_BYTES // 1024 // 1024} MB")
    if not data.strip():
        raise StatementError("the file is empty", line=1)
    if b"\x00" in data:
        raise StatementError(
            "it holds NUL bytes: neither text nor a statement", line=_line(data, b"\x00")
        )
    data = data.removeprefix(UTF8_BOM)
    is_xml = data.lstrip()[:1] == b"<"
    statements = camt053.read(data) if is_xml else mt940.read(_text(data))
    count = sum(len(statement.entries) for statement in statements)
    if count > LARGEST_ENTRIES:
        raise StatementError(
            f"{count} entries are more than the {LARGEST_ENTRIES} that fit one import"
        )
    for statement in statements:
        _drop_empty(statement)
    return statements


def _drop_empty(statement: Statement) -> None:
    """Banks book 0.00 to say something; no money moved, so there is nothing to import."""
    for entry in statement.entries:
        if not entry.amount_minor:
            statement.notes.append(f"line {entry.line}: left out, the amount is nought")
    statement.entries = [entry for entry in statement.entries if entry.amount_minor]


def _text(data: bytes) -> str:
    """UTF-8, else Windows-1252, which holds Latin-1; both in one file is a damaged file."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if UTF8_CHARACTER.search(data):
            raise StatementError(
                "two encodings in one file, UTF-8 and another", line=line
            ) from None
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise StatementError("this is neither UTF-8 nor Windows-1252", line=line) from None
    control = CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise StatementError(f"a control character (U+{ord(control[0]):04X})", line=line)
    return text


def _line(data: bytes, what: bytes) -> int:
    return data.count(b"\n", 0, data.index(what)) + 1
