"""Amounts as people type them into a search, in any currency: one, a bound, a range; no floats."""

import re
from dataclasses import dataclass
from decimal import Decimal

from selfcare.money import MINUS

LARGEST = Decimal(10) ** 15
# The least step that any currency has (ISO 4217, apart from units of account): a bound that
# doesn't count is moved by it, since the service's bounds do.
STEP = Decimal("0.001")
SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
WRITE = "Write amounts such as 49.90, >100 or 10..50."

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
            return _bound("under", "up to", most, most + STEP) + tail
        if most is None and least is not None:
            return _bound("over", "from", least, least - STEP) + tail
        if least is None or most is None:
            return "any amount"
        return f"from {plain(least)} to {plain(most)}{tail}"


def plain(amount: Decimal) -> str:
    """At least two digits behind the point, as a person writes money."""
    text = f"{amount:f}"
    whole, _, behind = text.partition(".")
    return f"{int(whole):,}.{behind.rstrip('0').ljust(2, '0')}"


def wire(amount: Decimal) -> str:
    """Decimal text for the service and for addresses: `49.90`."""
    whole, _, behind = f"{amount:f}".partition(".")
    return f"{whole}.{behind.rstrip('0').ljust(2, '0')}"


def _bound(strict: str, loose: str, amount: Decimal, without: Decimal) -> str:
    # Nobody types a thousandth where it isn't the step that a strict bound was moved by.
    if amount % Decimal("0.01") and not without % Decimal("0.01"):
        return f"{strict} {plain(without)}"
    return f"{loose} {plain(amount)}"


def single(text: str) -> Decimal:
    """`49,90`, `1.234,50`, `1,234.50`, `1 234,5`, `50`; raises BadAmount.

    The last of two kinds of marks is the decimal one. One mark before three digits could as well
    group thousands; a guess would be wrong by a factor of a thousand, so it is refused.
    """
    bare = re.sub(r"[\s\u00a0\u202f'’€£$¥]", "", text)
    if bare.startswith(("-", "+", MINUS)):
        raise BadAmount("Amounts carry no sign here. Choose in or out for the direction.")
    if not bare:
        raise BadAmount(WRITE)
    if len(bare) > 40 or not re.fullmatch(r"[0-9]+([.,][0-9]+)*", bare, re.ASCII):
        raise BadAmount(f"“{text.strip()[:40]}” isn’t an amount. {WRITE}")
    marks = [c for c in bare if c in ".,"]
    cut = max(bare.rfind("."), bare.rfind(","))
    behind = bare[cut + 1 :] if marks else ""
    if len(marks) == 1 and len(behind) == 3:
        joined, split = bare[:cut] + behind, f"{bare[:cut]}.{behind[:2]}"
        raise BadAmount(f"“{bare}” reads in two ways. Write {joined} or {split}.")
    grouped = len(marks) > 1 and len(set(marks)) == 1
    whole, fraction = (bare, "") if not marks or grouped else (bare[:cut], behind)
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", whole, re.ASCII):
        raise BadAmount(f"“{text.strip()[:40]}” isn’t an amount. {WRITE}")
    if len(fraction) > 3:
        raise BadAmount("No currency has that many digits behind the decimal mark.")
    amount = Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or '0'}")
    if amount >= LARGEST:
        raise BadAmount("That is more money than there is. Write a smaller amount.")
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
                raise BadAmount("Nothing is less than 0. Amounts carry no sign here.")
            return Range(None, amount - STEP, currency)
        case "<=" | "=<" | "≤":
            return Range(None, amount, currency)
    return Range(amount, amount, currency)


def _read_range(first: str, last: str) -> Range:
    if not first and not last:
        raise BadAmount(WRITE)
    least = single(first) if first else None
    most = single(last) if last else None
    if least is not None and most is not None and least > most:
        raise BadAmount(f"This ends below where it begins. Write {plain(most)}..{plain(least)}.")
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
