"""Text search: what a transaction is found by, and how a query reads; no view logic."""

import re
import unicodedata
from collections.abc import Iterable

# Digits after the decimal mark, where they aren't two (ISO 4217).
EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
# Between the parts of the stored text. All are white space, so no term ever contains one.
AFTER_NAMES, AFTER_REFERENCES, BETWEEN = "\n", "\t", "\x1f"
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA_DECIMAL = re.compile(r"\d+,\d{1,3}")


def major(amount_minor: int, currency: str) -> str:
    """6490 EUR → "64.90"."""
    exponent = EXPONENTS.get(currency, 2)
    if exponent == 0:
        return str(amount_minor)
    digits = str(amount_minor).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}"


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def search_text(
    *, names: Iterable[str], references: Iterable[str], amount_minor: int, currency: str
) -> str:
    """Folded names, references and amount, each part ended by its mark.

    Each word stands after a space, so that a short term can mean the start of a word.
    """
    amount = f" {major(amount_minor, currency)} {currency.casefold()}"
    return f"{_part(names)}{AFTER_NAMES}{_part(references)}{AFTER_REFERENCES}{amount}"


def _part(texts: Iterable[str]) -> str:
    return BETWEEN.join(f" {phrase(text)}" for text in dict.fromkeys(texts) if text)


def phrase(text: str) -> str:
    """A text as it stands in the stored one: folded, its words one space apart."""
    return " ".join(fold(text).split())


def terms(query: str) -> list[str]:
    """The substrings that must all occur; amounts in their stored form ("64,90" → "64.90").

    A term of one or two letters is looked for at starts of words: a substring that short can't
    use the trigram index, and nobody means it.
    """
    found = [_term(word) for word in fold(query).split()]
    return [f" {word}" if len(word) < 3 else word for word in found if word][:8]


def _term(word: str) -> str:
    bare = word.lstrip("+-−€$£") or word
    if _GROUPED.fullmatch(bare):
        return bare.replace(",", "")
    if _COMMA_DECIMAL.fullmatch(bare):
        return bare.replace(",", ".")
    return bare if bare[:1].isdigit() else word
