"""Text search: what a transaction is found by, and how a query reads; no view logic."""

import re
import unicodedata

# Digits after the decimal mark, where they aren't two (ISO 4217).
EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3, "TND": 3}
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


def search_text(*texts: str, amount_minor: int, currency: str) -> str:
    """Folded words, each after a space, so that a short term can mean the start of a word."""
    words = " ".join(text for text in texts if text).split()
    return f" {fold(' '.join(words))} {major(amount_minor, currency)} {currency.casefold()}"


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
