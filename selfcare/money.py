"""Money as whole minor units and an ISO 4217 code: parse, add, format; never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, list_currencies

MINUS = "\u2212"
# PostgreSQL's bigint, and more than any account will hold.
LARGEST_MINOR = 2**63 - 1


class BadAmount(ValueError):
    """The text isn't an amount in this currency; the message says why, for people."""


@cache
def exponent(currency: str) -> int:
    """How many digits stand behind the decimal mark: JPY 0, EUR 2, KWD 3 (CLDR)."""
    if currency not in list_currencies():
        raise BadAmount(f"{currency} isn't a currency we know.")
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount_minor` whole minor units (cents, yen, fils) of `currency` (ISO 4217)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError("amount_minor is a whole number of minor units")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise BadAmount(f"{self.currency!r} isn't an ISO 4217 code.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} don't add up")
        return other.amount_minor

    @property
    def decimal(self) -> str:
        """Plain decimal text for machines and form fields: `-64.90`, `1500`, `1.234`."""
        digits = _digits(self.currency)
        units, rest = divmod(abs(self.amount_minor), 10**digits)
        sign = "-" if self.amount_minor < 0 else ""
        return f"{sign}{units}.{rest:0{digits}d}" if digits else f"{sign}{units}"

    def figures(self, locale: str = "en", *, sign: bool = False) -> str:
        """The figures alone, grouped for `locale`, U+2212 for minus, `+` only if `sign`."""
        digits = _digits(self.currency)
        units, rest = divmod(abs(self.amount_minor), 10**digits)
        group, mark = _symbols(locale)
        text = f"{units:,}".replace(",", group)
        if digits:
            text += f"{mark}{rest:0{digits}d}"
        if self.amount_minor < 0:
            return MINUS + text
        return f"+{text}" if sign and self.amount_minor > 0 else text

    def __str__(self) -> str:
        return f"{self.figures()}\u00a0{self.currency}"


def parse(text: str, currency: str) -> Money:
    """Reads what a person typed: `64.90`, `64,90`, `1,234.50`, `1 234,5`; raises BadAmount.

    The last of `.` and `,` is the decimal mark. A lone mark that could as well group thousands
    (`1.234` EUR) is refused: a guess would be wrong by a factor of a thousand.
    """
    digits = exponent(currency)
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text.strip()).replace(MINUS, "-")
    if len(plain) > 24 or not re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*", plain):
        raise BadAmount("Write the amount in figures, such as 64.90.")
    negative = plain.startswith("-")
    plain = plain.lstrip("+-")
    mark = max(plain.rfind("."), plain.rfind(","))
    behind = len(plain) - mark - 1 if mark >= 0 else 0
    marks = [c for c in plain if c in ".,"]
    groups = len(marks) > 1 and len(set(marks)) == 1
    if behind == 3 and digits != 3 and len(marks) == 1:
        raise BadAmount("Write the amount without a mark for thousands, such as 1234.50.")
    if mark >= 0 and not groups:
        if behind > digits:
            raise BadAmount(f"{currency} has {digits or 'no'} digits behind the decimal mark.")
        whole, fraction = plain[:mark], plain[mark + 1 :]
    else:
        whole, fraction = plain, ""
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}([.,][0-9]{3})+", whole):
        raise BadAmount("Write the amount in figures, such as 1234.50.")
    units = re.sub(r"[.,]", "", whole)
    minor = int(Decimal(units + fraction.ljust(digits, "0")))
    if minor > LARGEST_MINOR:
        raise BadAmount("That amount is too large.")
    return Money(-minor if negative else minor, currency)


def _digits(currency: str) -> int:
    # An unknown code from a service still has to be shown: ISO 4217's usual two digits.
    try:
        return exponent(currency)
    except BadAmount:
        return 2


@cache
def _symbols(locale: str) -> tuple[str, str]:
    try:
        symbols = Locale.parse(locale.replace("-", "_")).number_symbols
    except (ValueError, UnknownLocaleError):
        symbols = Locale.parse("en").number_symbols
    latin = symbols.get("latn", symbols)
    return str(latin["group"]), str(latin["decimal"])
