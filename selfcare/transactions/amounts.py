"""Amounts as people type them into a search, in any currency: one, a bound, a range; no floats."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.money import MINUS, STYLE

LARGEST = Decimal(10) ** 15
# The least step that any currency has (ISO 4217, apart from units of account): a bound that
# doesn't count is moved by it, since the service's bounds do.
STEP = Decimal("0.001")
SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
WRITE = noop("Write amounts such as 49.90, >100 or 10..50.")

_NUMBER = r"[0-9]+(?:[.,'’\u00a0\u202f][0-9]+)*"
_PLAIN = re.compile(rf"[€£$¥]?\s?{_NUMBER}\s?[€£$¥]?")
_BOUND = re.compile(r"(>=|<=|=<|=>|≥|≤|>|<|=)\s*(.*)", re.DOTALL)
_RANGE = re.compile(r"(.*?)(?:\.\.\.?|…|–)(.*)", re.DOTALL)


class BadAmount(ValueError):
    """Not an amount, or none that can be; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, both included, in major units; None where it is open."""

    least: Decimal | None = None
    most: Decimal | None = None
    currency: str = ""
    direction: str = ""

    def words(self) -> str:
        """`49.90`, `over 100.00`, `from 10.00 to 50.00`."""
        least, most = self.least, self.most
        tail = f" {self.currency}" if self.currency else ""
        if least is not None and least == most:
            return plain(least) + tail
        if least is None and most is not None:
            under = _is_strict(most, most + STEP)
            told = _("under %(amount)s") if under else _("up to %(amount)s")
            return told % {"amount": plain(most + STEP if under else most) + tail}
        if most is None and least is not None:
            over = _is_strict(least, least - STEP)
            told = _("over %(amount)s") if over else _("from %(amount)s")
            return told % {"amount": plain(least - STEP if over else least) + tail}
        if least is None or most is None:
            return _("any amount")
        return _("from %(least)s to %(most)s") % {
            "least": plain(least),
            "most": plain(most) + tail,
        }


def plain(amount: Decimal) -> str:
    """At least two digits behind the point, as a person writes money."""
    style = STYLE.get()
    whole, _dot, behind = f"{amount:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", style.group)
    return f"{grouped}{style.mark}{behind.rstrip('0').ljust(2, '0')}"


def wire(amount: Decimal) -> str:
    """Decimal text for the service and for addresses: `49.90`."""
    whole, _dot, behind = f"{amount:f}".partition(".")
    return f"{whole}.{behind.rstrip('0').ljust(2, '0')}"


def _is_strict(amount: Decimal, without: Decimal) -> bool:
    # Nobody types a thousandth where it isn't the step that a strict bound was moved by.
    return bool(amount % Decimal("0.01") and not without % Decimal("0.01"))


def _not_one(text: str) -> BadAmount:
    told = _("“%(typed)s” isn’t an amount.") % {"typed": text.strip()[:40]}
    return BadAmount(f"{told} {_(WRITE)}")


def single(text: str) -> Decimal:
    """`49,90`, `1.234,50`, `1,234.50`, `1 234,5`, `50`; raises BadAmount.

    The last of two kinds of marks is the decimal one. One mark before three digits could as well
    group thousands; a guess would be wrong by a factor of a thousand, so it is refused.
    """
    bare = re.sub(r"[\s\u00a0\u202f'’€£$¥]", "", text)
    if bare.startswith(("-", "+", MINUS)):
        raise BadAmount(_("Amounts carry no sign here. Choose in or out for the direction."))
    if not bare:
        raise BadAmount(_(WRITE))
    if len(bare) > 40 or not re.fullmatch(r"[0-9]+([.,][0-9]+)*", bare, re.ASCII):
        raise _not_one(text)
    marks = [c for c in bare if c in ".,"]
    cut = max(bare.rfind("."), bare.rfind(","))
    behind = bare[cut + 1 :] if marks else ""
    if len(marks) == 1 and len(behind) == 3:
        joined, split = bare[:cut] + behind, f"{bare[:cut]}.{behind[:2]}"
        told = _("“%(typed)s” reads in two ways. Write %(one)s or %(other)s.")
        raise BadAmount(told % {"typed": bare, "one": joined, "other": split})
    grouped = len(marks) > 1 and len(set(marks)) == 1
    whole, fraction = (bare, "") if not marks or grouped else (bare[:cut], behind)
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", whole, re.ASCII):
        raise _not_one(text)
    if len(fraction) > 3:
        raise BadAmount(_("No currency has that many digits behind the decimal mark."))
    amount = Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or '0'}")
    if amount >= LARGEST:
        raise BadAmount(_("That is more money than there is. Write a smaller amount."))
    return amount


def read(text: str) -> Range:
    """One amount, `>100`, `<=20`, `10..50`, `10..`, `..50`; raises BadAmount."""
    text = text.strip()
    if bound := _BOUND.fullmatch(text):
        return _read_bound(bound[1], bound[2])
    if (ends := _RANGE.fullmatch(text)) and not _PLAIN.fullmatch(text):
        return _read_range(ends[1].strip(), ends[2].strip())
    direction = ""
    if text[:1] in {"-", MINUS, "+"} and text[1:2].isdigit():
        direction = "in" if text[0] == "+" else "out"
        text = text[1:]
    amount = single(text)
    return Range(amount, amount, _currency(text), direction)


def _read_bound(sign: str, text: str) -> Range:
    amount, currency = single(text), _currency(text)
    match sign:
        case ">":
            return Range(amount + STEP, None, currency)
        case ">=" | "=>" | "≥":
            return Range(amount, None, currency)
        case "<":
            if not amount:
                raise BadAmount(_("Nothing is less than 0. Amounts carry no sign here."))
            return Range(None, amount - STEP, currency)
        case "<=" | "=<" | "≤":
            return Range(None, amount, currency)
    return Range(amount, amount, currency)


def _read_range(first: str, last: str) -> Range:
    if not first and not last:
        raise BadAmount(_(WRITE))
    least = single(first) if first else None
    most = single(last) if last else None
    if least is not None and most is not None and least > most:
        told = _("This ends below where it begins. Write %(range)s.")
        raise BadAmount(told % {"range": f"{plain(most)}..{plain(least)}"})
    return Range(least, most, _currency(first) or _currency(last))


def _currency(text: str) -> str:
    return next((code for symbol, code in SYMBOLS.items() if symbol in text), "")


def looks_like_one(text: str) -> bool:
    """Whether a bare word surely is about an amount: a decimal mark, a sign, a symbol, a range."""
    if re.match(rf"[<>≤≥=]=?[+{MINUS}-]?[€£$¥]?[0-9]", text):
        return True
    if ends := re.fullmatch(rf"({_NUMBER})?(?:\.\.\.?|…)({_NUMBER})?", text):
        return any(ends.groups())
    unsigned = text.lstrip(f"+-{MINUS}")
    if len(text) - len(unsigned) > 1 or not _PLAIN.fullmatch(unsigned):
        return False
    return bool(re.search(r"[€£$¥]|[.,][0-9]{1,2}[€£$¥]?$", unsigned))
