"""A language that doesn't exist: each text of a catalog in wide letters, so that others stand out.

A word in plain letters on a page is then either data or was never given to be translated.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from babel.core import Locale
from django.utils.translation import trans_real
from lxml import html

from tools import catalogs

ROOT = Path(__file__).resolve().parents[2]
# German lends its months and numbers, so that dates are no English either.
STANDS_IN_FOR = "de"
CONTEXT = "\x04"
KEPT = re.compile(r"(%\([a-z_]+\)[a-z]|%%|%[sd]|\{[a-z_.!:]*\}|<[^>]*>|&[a-z#0-9]+;)")
WIDE = {
    ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, range(33, 127)) if letter.isalpha()
}
# Read by people although it stands in an attribute.
ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "summary", "label")
# What is the same in each language, or not ours: names, addresses, ids, codes, file formats.
NO_WORDS = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|"  # its first letters may look like a word
    r"https?://\S+|\S+@\S+|[\w-]+(?:[._/][\w-]+)+|[A-Za-z]*\d[\w-]*|\b[A-Z]{2,}\d*\b|\b[A-Za-z]\b"
)
WORD = re.compile(r"[A-Za-zÀ-ž][A-Za-zÀ-ž’'-]+")
TERMS = {
    *("Selfcare", "English", "Español", "Deutsch", "Čeština", "camt", "ms"),
    *("Firefox", "Chrome", "Edge", "Opera", "Safari", "curl"),
    *("Linux", "Android", "Windows", "Mac", "iPhone", "iPad"),
}


def wide(text: str) -> str:
    """The text in wide letters; what a program fills in and markup stay as they are."""
    parts = KEPT.split(text)
    return "".join(part if n % 2 else part.translate(WIDE) for n, part in enumerate(parts))


@cache
def known() -> frozenset[str]:
    """What stands in the sources as a text, as gettext is asked for it."""
    found = set()
    for context, text in catalogs.texts(ROOT):
        for form in (text,) if isinstance(text, str) else text:
            found.add(f"{context}{CONTEXT}{form}" if context else form)
    return frozenset(found)


class Pseudo:
    """Stands where Django keeps a language's translations; what no catalog has stays English."""

    def __init__(self, original: Any) -> None:
        self.original = original
        self.known = known()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def gettext(self, text: str) -> str:
        if text in self.known or self.original.gettext(text) != text:
            return wide(text.rpartition(CONTEXT)[2])
        return text

    def ngettext(self, one: str, many: str, count: int) -> str:
        # Django's own messages are in its catalog of the language.
        if one in self.known or self.original.ngettext(one, many, count) not in {one, many}:
            return wide((one if count == 1 else many).rpartition(CONTEXT)[2])
        return one if count == 1 else many


@contextmanager
def spoken() -> Iterator[str]:
    """Within, the language of the code that is yielded is the one that doesn't exist."""
    before = trans_real.translation(STANDS_IN_FOR)
    trans_real._translations[STANDS_IN_FOR] = Pseudo(before)  # type: ignore[attr-defined]
    try:
        yield STANDS_IN_FOR
    finally:
        trans_real._translations[STANDS_IN_FOR] = before  # type: ignore[attr-defined]


def calendar_words() -> set[str]:
    """Months, weekdays and the like, as Babel writes them."""
    locale = Locale.parse(STANDS_IN_FOR)
    found: set[str] = set()
    for kind in (locale.months, locale.days):
        for widths in kind.values():
            for names in widths.values():
                found |= set(names.values())
    return {word for name in found for word in WORD.findall(name)} | {"und", "oder"}


def said(page: str) -> Iterator[tuple[str, str]]:
    """Each piece of text that people see or hear, with where it stands."""
    tree = html.fromstring(page)
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "code"}:
            tail = element.tail
        else:
            if element.text:
                yield f"<{element.tag}>", element.text
            for name, value in element.attrib.items():
                if name in ATTRIBUTES or (name.startswith("data-") and " " in value.strip()):
                    yield f"<{element.tag} {name}>", value
            if element.tag == "input" and element.get("type") in {"submit", "button"}:
                yield "<input>", element.get("value", "")
            tail = element.tail
        if tail:
            yield f"after <{element.tag}>" if isinstance(element.tag, str) else "text", tail


def words_in(text: str) -> set[str]:
    return set(WORD.findall(NO_WORDS.sub(" ", text)))


def english_in(text: str, data: Iterable[str]) -> list[str]:
    """The words of plain text that are neither data nor in wide letters."""
    allowed = TERMS | set(data)
    return sorted(word for word in words_in(text) if word not in allowed)


def english_on(page: str, data: Iterable[str]) -> list[str]:
    """`<p>: two words: the piece of text` for each piece with words that were left in English."""
    allowed = set(data)
    found = []
    for place, text in said(page):
        words = english_in(text, allowed)
        if words:
            found.append(f"{place}: {' '.join(words)}: {' '.join(text.split())[:120]}")
    return found
