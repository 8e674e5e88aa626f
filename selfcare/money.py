"""Money as whole minor units and an ISO 4217 code: parse, add, format; never a float."""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision, get_currency_symbol, list_currencies
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUS = "\u2212"
# PostgreSQL's bigint, and more than any account will hold.
LARGEST_MINOR = 2**63 - 1


# Between thousands, and before the fraction.
MARKS = {
    "comma": (",", "."),
    "point": (".", ","),
    "space": ("\u00a0", ","),
    "apostrophe": ("’", "."),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How amounts are written: the marks of MARKS, and where the currency stands.

    `place` is `code_after`, `code_before` or `symbol`, which `language` writes its own way.
    """

    group: str = ","
    mark: str = "."
    place: str = "code_after"
    language: str = "en"

    @property
    def code_first(self) -> bool:
        return self.place == "code_before" or (self.place == "symbol" and self.language == "en")


# What is active; selfcare.web.formats sets it with the rest of what a person chose.
PLAIN = Style()
STYLE: ContextVar[Style] = ContextVar("money_style", default=PLAIN)


class BadAmount(ValueError):
    """The text isn't an amount in this currency; the message says why, for people."""


@cache
def exponent(currency: str) -> int:
    """How many digits stand behind the decimal mark: JPY 0, EUR 2, KWD 3 (CLDR)."""
    if currency not in list_currencies():
        raise BadAmount(_("%(currency)s isn’t a currency we know.") % {"currency": currency})
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
            raise BadAmount(
                _("%(currency)s isn’t an ISO 4217 code.") % {"currency": repr(self.currency)}
            )

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
        """Plain decimal text for machines: `-64.90`, `1500`, `1.234`."""
        digits = _digits(self.currency)
        units, rest = divmod(abs(self.amount_minor), 10**digits)
        sign = "-" if self.amount_minor < 0 else ""
        return f"{sign}{units}.{rest:0{digits}d}" if digits else f"{sign}{units}"

    @property
    def typed(self) -> str:
        """As a person would type it: the active style's decimal mark and no groups; see parse."""
        return self.decimal.replace(".", STYLE.get().mark)

    def figures(self, *, sign: bool = False) -> str:
        """The figures alone in the active style, U+2212 for minus, `+` only if `sign`."""
        return self.sign(plus=sign) + self.bare_figures()

    def bare_figures(self) -> str:
        """The figures without a sign, grouped and marked in the active style."""
        style = STYLE.get()
        digits = _digits(self.currency)
        units, rest = divmod(abs(self.amount_minor), 10**digits)
        text = f"{units:,}".replace(",", style.group)
        return text + f"{style.mark}{rest:0{digits}d}" if digits else text

    def sign(self, *, plus: bool = False) -> str:
        """U+2212, `+` only if asked for, or nothing."""
        if self.amount_minor < 0:
            return MINUS
        return "+" if plus and self.amount_minor > 0 else ""

    @property
    def unit(self) -> str:
        """`EUR`, or `€` where the person wants symbols."""
        style = STYLE.get()
        if style.place != "symbol":
            return self.currency
        return _symbol(self.currency, style.language)

    @property
    def gap(self) -> str:
        """Between figures and unit: none beside a mere symbol before them."""
        style = STYLE.get()
        tight = style.place == "symbol" and style.code_first and not self.unit[-1].isalpha()
        return "" if tight else "\u00a0"

    def __str__(self) -> str:
        style = STYLE.get()
        if not style.code_first:
            return f"{self.figures()}{self.gap}{self.unit}"
        # `−€64.90`, but `EUR −64.90`: a symbol belongs to the figures, a code stands before them.
        if style.place == "symbol":
            return f"{self.sign()}{self.unit}{self.gap}{self.bare_figures()}"
        return f"{self.unit}{self.gap}{self.figures()}"


def parse(text: str, currency: str) -> Money:
    """Reads what a person typed: `64.90`, `64,90`, `1,234.50`, `1 234,5`; raises BadAmount.

    The last of `.` and `,` is the decimal mark. A lone mark that could as well group thousands
    (`1.234` EUR) is refused: a guess would be wrong by a factor of a thousand.
    """
    digits = exponent(currency)
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text.strip()).replace(MINUS, "-")
    if len(plain) > 24 or not re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*", plain):
        example = Money(6490, "EUR").bare_figures()
        raise BadAmount(
            _("Write the amount in figures, such as %(example)s.") % {"example": example}
        )
    negative = plain.startswith("-")
    plain = plain.lstrip("+-")
    mark = max(plain.rfind("."), plain.rfind(","))
    behind = len(plain) - mark - 1 if mark >= 0 else 0
    marks = [c for c in plain if c in ".,"]
    groups = len(marks) > 1 and len(set(marks)) == 1
    if behind == 3 and digits != 3 and len(marks) == 1:
        raise BadAmount(
            _("Write the amount without a mark for thousands, such as %(example)s.")
            % {"example": f"1234{STYLE.get().mark}50"}
        )
    if mark >= 0 and not groups:
        if behind > digits:
            raise BadAmount(_too_fine(currency, digits))
        whole, fraction = plain[:mark], plain[mark + 1 :]
    else:
        whole, fraction = plain, ""
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}([.,][0-9]{3})+", whole):
        example = f"1234{STYLE.get().mark}50"
        raise BadAmount(
            _("Write the amount in figures, such as %(example)s.") % {"example": example}
        )
    units = re.sub(r"[.,]", "", whole)
    minor = int(Decimal(units + fraction.ljust(digits, "0")))
    if minor > LARGEST_MINOR:
        raise BadAmount(_("That amount is too large."))
    return Money(-minor if negative else minor, currency)


def _too_fine(currency: str, digits: int) -> str:
    if not digits:
        return _("%(currency)s has no digits behind the decimal mark.") % {"currency": currency}
    return ngettext(
        "%(currency)s has %(digits)d digit behind the decimal mark.",
        "%(currency)s has %(digits)d digits behind the decimal mark.",
        digits,
    ) % {"currency": currency, "digits": digits}


def _digits(currency: str) -> int:
    # An unknown code from a service still has to be shown: ISO 4217's usual two digits.
    try:
        return exponent(currency)
    except BadAmount:
        return 2


@cache
def _symbol(currency: str, language: str) -> str:
    # CLDR: `$` alone means US dollars to English readers alone; others read `US$`, `CA$`.
    return get_currency_symbol(currency, locale=language)
