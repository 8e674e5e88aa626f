"""MT940: SWIFT's statement, one message for each account and currency, booked entries alone."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO
from zoneinfo import ZoneInfo

from selfcare.documents.exports.booking import Account, CannotBeTold, Entry, Ledger, copy_entries
from selfcare.documents.exports.manifest import About
from selfcare.documents.exports.rows import decimal, from_lines

# SWIFT's x character set; everything else is spelt with it or becomes a full stop.
OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
SPELT = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "o", "Ø": "O",
    "æ": "ae", "Æ": "Ae", "å": "a", "Å": "A", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-", "_": "-", "&": "+",
}  # fmt: skip
SPELLING = str.maketrans(SPELT)
LINE, LINES = 65, 6
MOST_FIGURES = 15  # 15d: digits and the comma


def write(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    """All messages, one after the other; raises CannotBeTold for an amount beyond 15 places.

    Its days are those of the person's zone: a selection of March then holds days of March.
    """
    with Ledger(about, partial(_entry, zone=about.zone), with_pending=False) as ledger:
        ledger.gather(from_lines(parts))
        for number, account in enumerate(ledger.accounts.values(), 1):
            out.write(_lines(*_head(account, about, number)))
            copy_entries(out, account)
            out.write(_lines(*_foot(account, about)))


def _head(account: Account, about: About, number: int) -> list[str]:
    start = about.period[0] or account.first_at or about.as_of
    name = account.iban or account.id
    return [
        f":20:{about.id.rpartition('_')[2][-16:].upper()}",
        f":25:{spelt(name)[:35]}",
        f":28C:{number}/1",
        f":60F:{_balance(account.opening_minor, account.currency, start, about.zone)}",
    ]


def _foot(account: Account, about: About) -> list[str]:
    end = min(about.period[1] or about.as_of, about.as_of)
    last = account.last_at or end
    lines = [f":62F:{_balance(account.closing_minor, account.currency, last, about.zone)}"]
    told = f"{about.id} {about.words}"
    if not account.is_whole:
        told = f"Balances counted from zero over these entries. {told}"
    return [*lines, f":86:{_folded(told)}", "-"]


def _balance(minor: int, currency: str, at: datetime, zone: ZoneInfo) -> str:
    sign = "C" if minor >= 0 else "D"
    return f"{sign}{at.astimezone(zone):%y%m%d}{currency}{_figures(minor, currency)}"


def _entry(entry: Entry, account: Account, *, zone: ZoneInfo) -> bytes:
    day = entry.at.astimezone(zone)
    sign = "C" if entry.amount_minor >= 0 else "D"
    kind = "CHG" if entry.is_fee else "TRF" if entry.transaction_id else "MSC"
    customers = spelt(entry.end_to_end_id)[:16].strip("/ ") or "NONREF"
    if "//" in customers:
        customers = "NONREF"
    figures = _figures(entry.amount_minor, entry.currency)
    told = " ".join(
        part
        for part in (
            entry.transaction_id or entry.kind,
            entry.name,
            entry.iban,
            f"EREF {entry.end_to_end_id}" if entry.end_to_end_id else "",
            entry.text,
        )
        if part
    )
    return _lines(
        f":61:{day:%y%m%d}{day:%m%d}{sign}{figures}N{kind}{customers}//{entry.reference[:16]}",
        f":86:{_folded(told)}",
    )


def _figures(minor: int, currency: str) -> str:
    """With a comma always, as SWIFT writes: `64,90`, `1500,`."""
    text = decimal(abs(minor), currency).replace(".", ",")
    text = text if "," in text else f"{text},"
    if len(text) > MOST_FIGURES:
        raise CannotBeTold("amount_too_long")
    return text


def _folded(text: str) -> str:
    """At most six lines of 65; none begins with what would begin a field or end the message."""
    plain = re.sub(r" +", " ", spelt(text))
    lines: list[str] = []
    while plain and len(lines) < LINES:
        plain = plain.lstrip(" :-") if lines else plain.lstrip(" ")
        room = LINE if lines else LINE - len(":86:")
        lines.append(plain[:room])
        plain = plain[room:]
    return "\r\n".join(line for line in lines if line)


def spelt(text: str) -> str:
    """The text in SWIFT's letters: `Köhler & Söhne` is `Koehler + Soehne`."""
    apart = unicodedata.normalize("NFKD", text.translate(SPELLING))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return OUTSIDE.sub(".", bare)


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")
