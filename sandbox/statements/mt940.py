"""SWIFT MT940 read strictly and with line numbers; no database, no other format.

mt-940, which is in the lock, reads leniently: it takes 30 February, drops what it can't read and
names no line. So the reading is ours, and the tests hold it against that library's.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from sandbox.statements import remittance
from sandbox.statements.statement import (
    Balance,
    Entry,
    Statement,
    StatementError,
    minor_units,
    tidy,
)

TAG = re.compile(r"^:([0-9]{2}[A-Z]?|NS):(.*)$")
HEADER = re.compile(r"^(\{.*|[A-Z0-9 ]{0,40})$")
TRAILER = re.compile(r"^-(\}.*|[A-Z]{0,3})$")
BALANCE = re.compile(r"^([CD])([0-9]{6})([A-Z]{3})([0-9]+,[0-9]*)$")
ENTRY = re.compile(
    r"^(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>[0-9]+,[0-9]*)(?P<type>[A-Z][A-Z0-9]{3})(?P<references>.*)$"
)
# What may follow what; `E` stands for entries with their own :86:.
ORDER = {
    "20": 0, "21": 1, "25": 2, "25P": 2, "28": 3, "28C": 3, "28D": 3, "60F": 4, "60M": 4,
    "61": 5, "62F": 6, "62M": 6, "64": 7, "65": 8,
}  # fmt: skip
REPEATED = {"61", "65"}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(slots=True)
class Field:
    """One tagged field with the line it began on."""

    tag: str
    line: int
    lines: list[str]

    @property
    def first(self) -> str:
        return self.lines[0].strip()


def read(text: str) -> list[Statement]:
    """All statements of a file, or StatementError."""
    statements = [_statement(fields) for fields in _groups(_fields(text))]
    if not statements:
        raise StatementError(
            "this is not a statement: no :20: field and no camt.053 document", line=1
        )
    _refuse_a_cut_end(text, statements[-1])
    return statements


def _fields(text: str) -> Iterator[Field]:
    current: Field | None = None
    for line, content in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        tagged = TAG.match(content)
        if tagged:
            if current:
                yield current
            current = Field(tagged[1], line, [tagged[2]])
        elif content.startswith(":"):
            raise StatementError(
                f"{content[:20]!r} begins like a field, but there is none so", line=line
            )
        elif current and current.tag[:2] in {"62", "64", "65"} and HEADER.match(content):
            yield current
            current = None
        elif current and TRAILER.match(content):
            yield current
            # The end mark is a field to the grammar, so that what follows it must be a :20:.
            current = Field("-", line, [content])
        elif (current and current.tag == "-") or not current:
            if not HEADER.match(content.strip()) and not TRAILER.match(content):
                raise StatementError(f"{content[:20]!r} stands outside of any field", line=line)
        else:
            current.lines.append(content)
    if current:
        yield current


def _groups(fields: Iterator[Field]) -> Iterator[list[Field]]:
    group: list[Field] = []
    for item in fields:
        if item.tag == "20":
            if group:
                yield group
            group = [item]
        elif item.tag == "-":
            if group and not _closed(group):
                raise StatementError("the statement ends without a closing balance", line=item.line)
            if group:
                yield group
            group = []
        elif not group:
            raise StatementError(
                f"a statement begins with :20:, not with :{item.tag}:", line=item.line
            )
        else:
            group.append(item)
    if group:
        yield group


def _closed(group: list[Field]) -> bool:
    return any(item.tag in {"62F", "62M"} for item in group)


def _in_order(fields: list[Field]) -> None:
    place = -1
    for item in fields:
        if item.tag in {"86", "NS"}:
            if place < ORDER["60F"]:
                raise StatementError(
                    f":{item.tag}: belongs to an entry or to the end", line=item.line
                )
            continue
        if item.tag not in ORDER:
            raise StatementError(f":{item.tag}: is not a field of MT940", line=item.line)
        if ORDER[item.tag] < place or (ORDER[item.tag] == place and item.tag not in REPEATED):
            raise StatementError(f":{item.tag}: does not belong here", line=item.line)
        place = ORDER[item.tag]


def _statement(fields: list[Field]) -> Statement:
    _in_order(fields)
    begun = fields[0].line
    by_tag = {item.tag[:2]: item for item in fields if item.tag[:2] != "86"}
    for tag, name in (("25", "account"), ("60", "opening balance"), ("62", "closing balance")):
        if tag not in by_tag:
            raise StatementError(f"the statement has no {name} (:{tag}…:)", line=begun)
    account = tidy(by_tag["25"].first, 60).replace(" ", "")
    if not account:
        raise StatementError("the account (:25:) is empty", line=by_tag["25"].line)
    opening, closing = _balance(by_tag["60"]), _balance(by_tag["62"])
    if opening.currency != closing.currency:
        raise StatementError(
            f"it opens in {opening.currency} and closes in {closing.currency}", line=closing.line
        )
    number = tidy(by_tag["28"].first, 40) if "28" in by_tag else ""
    entries = list(_entries(fields, opening.currency))
    return Statement(
        line=begun, account=account, number=number,
        opening=[opening], closing=[closing], entries=entries,
    )  # fmt: skip


def _balance(item: Field) -> Balance:
    found = BALANCE.match(item.first)
    if not found:
        raise StatementError(f"{item.first[:40]!r} is not a balance (:{item.tag}:)", line=item.line)
    amount = minor_units(found[4], found[3], separator=",", line=item.line)
    sign = 1 if found[1] == "C" else -1
    return Balance(sign * amount, found[3], _day(found[2], item), item.line)


def _entries(fields: list[Field], currency: str) -> Iterator[Entry]:
    entry: Entry | None = None
    lines: list[str] = []
    for item in fields:
        if item.tag == "86" and entry:
            lines += item.lines
            continue
        if entry:
            yield _with_details(entry, lines)
        entry, lines = None, []
        if item.tag == "61":
            entry = _entry(item, currency)
    if entry:
        yield _with_details(entry, lines)


def _entry(item: Field, currency: str) -> Entry:
    found = ENTRY.match(item.first)
    if not found:
        raise StatementError(f"{item.first[:60]!r} is not an entry (:61:)", line=item.line)
    value_on = _day(found["value"], item)
    amount = minor_units(found["amount"], currency, separator=",", line=item.line)
    # RC takes a credit back, RD a debit; a letter after the mark is the currency's third.
    is_in = found["mark"] in {"C", "RD"}
    for_owner, _, for_bank = found["references"].partition("//")
    return Entry(
        line=item.line,
        booked_on=_booked_on(found["entry"], value_on, item),
        value_on=value_on,
        amount_minor=amount if is_in else -amount,
        currency=currency,
        is_reversal=found["mark"].startswith("R"),
        is_transfer=found["type"][1:] in {"TRF", "OVB", "IOB", "IDB"},
        account_servicer_reference=remittance.reference(for_bank),
        end_to_end_id=remittance.reference(for_owner),
        remittance_information=tidy(" ".join(item.lines[1:])),
    )


def _with_details(entry: Entry, lines: list[str]) -> Entry:
    details = remittance.read(lines)
    return replace(
        entry,
        end_to_end_id=details.end_to_end_id or entry.end_to_end_id,
        mandate_id=details.mandate_id,
        counterparty_name=details.counterparty_name,
        counterparty_iban=details.counterparty_iban,
        remittance_information=details.remittance_information or entry.remittance_information,
    )


def _day(text: str, item: Field) -> date:
    year = int(text[:2])
    # Statements go back to the eighties; nobody sends one from the future.
    return _date(year + (2000 if year < 80 else 1900), text[2:], item)


def _date(year: int, month_and_day: str, item: Field) -> date:
    month, day = int(month_and_day[:2]), int(month_and_day[2:])
    try:
        return date(year, month, day)
    except ValueError:
        named = MONTHS[month - 1] if 1 <= month <= 12 else f"month {month}"
        raise StatementError(
            f"{day} {named} {year} is not a date (:{item.tag}:)", line=item.line
        ) from None


def _booked_on(month_and_day: str | None, value_on: date, item: Field) -> date:
    """The entry date has no year: take the one that brings it nearest to the value date."""
    if not month_and_day:
        return value_on
    candidates = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        with suppress(StatementError):
            candidates.append(_date(year, month_and_day, item))
    nearest = min(candidates, key=lambda day: abs((day - value_on).days), default=None)
    # 29 February exists four years away, which is not what the bank meant.
    if nearest is None or abs((nearest - value_on).days) > 190:
        return _date(value_on.year, month_and_day, item)
    return nearest


def _refuse_a_cut_end(text: str, last: Statement) -> None:
    """No line end, no end mark and a sum that is wrong: the last amount itself was cut."""
    if not text.endswith(("\n", "\r", "-", "}")) and last.mismatches():
        raise StatementError(
            "the file stops in the middle of the closing balance", line=_lines(text)
        )


def _lines(text: str) -> int:
    return text.count("\n") + 1
