"""What a statement says, whatever its format; no parsing and no database here."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from babel.numbers import get_currency_precision, list_currencies

CURRENCIES = frozenset(list_currencies())
# 18 digits is what ISO 20022 allows; a bigger number would not fit the ledger's column either.
LARGEST_MINOR = 10**17


class StatementError(Exception):
    """A file that is not imported, with the line (from 1) and what is wrong there."""

    def __init__(self, what: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {what}" if line else what)
        self.what = what
        self.line = line


@dataclass(frozen=True, slots=True)
class Balance:
    """A stated balance: signed minor units, negative when overdrawn."""

    amount_minor: int
    currency: str
    stated_on: date | None
    line: int


@dataclass(frozen=True, slots=True)
class OriginalAmount:
    """What was instructed in another currency: positive minor units and the rate as written."""

    amount_minor: int
    currency: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booked movement: signed minor units, positive is money in. Words are ISO 20022's."""

    line: int
    booked_on: date
    booked_at: datetime | None = None
    value_on: date | None = None
    amount_minor: int
    currency: str
    is_reversal: bool = False
    is_transfer: bool = False
    account_servicer_reference: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    counterparty_name: str = ""
    counterparty_iban: str = ""
    remittance_information: str = ""
    original: OriginalAmount | None = None


@dataclass(slots=True, kw_only=True)
class Statement:
    """One statement of one account, with notes about what a reader should know."""

    line: int
    account: str
    number: str = ""
    opening: list[Balance] = field(default_factory=list)
    closing: list[Balance] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def currencies(self) -> list[str]:
        """Those of the entries and of the opening balance, in the order they appear."""
        seen = [balance.currency for balance in self.opening]
        seen += [entry.currency for entry in self.entries]
        return list(dict.fromkeys(seen))

    def opening_minor(self, currency: str) -> int | None:
        """The stated opening balance in a currency, or None where there is none."""
        return next((b.amount_minor for b in self.opening if b.currency == currency), None)

    def mismatches(self) -> list[str]:
        """Where opening + entries is not the stated closing balance, in words.

        Banks cut and anonymise statements before they hand them out, so a sum that does not
        add up is told, and refused only where the end of the file is missing too.
        """
        totals: Counter[str] = Counter()
        for entry in self.entries:
            totals[entry.currency] += entry.amount_minor
        found = []
        for closing in self.closing:
            opening = self.opening_minor(closing.currency)
            if opening is None:
                if self.opening:
                    found.append(
                        f"line {closing.line}: the closing balance is in {closing.currency}, "
                        f"the opening one is not, so they were not compared"
                    )
                continue
            reached = opening + totals[closing.currency]
            if reached != closing.amount_minor:
                found.append(
                    f"line {closing.line}: opening balance and entries come to "
                    f"{in_words(reached, closing.currency)}, but the statement closes with "
                    f"{in_words(closing.amount_minor, closing.currency)}"
                )
        return found


def in_words(amount_minor: int, currency: str) -> str:
    """An amount as people write it, "-12.30 EUR"."""
    digits = get_currency_precision(currency)
    whole, part = divmod(abs(amount_minor), 10**digits)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole}.{part:0{digits}d} {currency}" if digits else f"{sign}{whole} {currency}"


def minor_units(text: str, currency: str, *, separator: str, line: int) -> int:
    """Positive minor units of a decimal number; refuses fractions the currency does not have."""
    if currency not in CURRENCIES:
        raise StatementError(f"{currency!r} is not a currency of ISO 4217", line=line)
    found = re.fullmatch(rf"([0-9]{{1,18}})(?:{re.escape(separator)}([0-9]{{0,5}}))?", text)
    if not found:
        raise StatementError(f"{text[:40]!r} is not an amount", line=line)
    digits = get_currency_precision(currency)
    fraction = (found[2] or "").ljust(digits, "0")
    if fraction[digits:].strip("0"):
        raise StatementError(f"{text!r} is finer than {currency} allows", line=line)
    amount = int(found[1] + fraction[:digits])
    if amount > LARGEST_MINOR:
        raise StatementError(f"{text!r} is more than the ledger holds", line=line)
    return amount


def tidy(text: str, limit: int = 1000) -> str:
    """Text with single spaces and without what can't be printed."""
    text = text.replace("\u00ad", "-")  # a soft hyphen: some banks write it in dates
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit]
