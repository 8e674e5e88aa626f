"""What is wrong with the catalogs: texts missing, values or markup lost; it mends nothing.

`python -m tools.catalog_check` prints a line a fault and ends with 1 if there is one.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Message

from tools import catalogs

# `%(name)s`, `{name}`: what a program fills in.
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[a-z]|(?<!\{)\{[a-z_.]*\}")
TAG = re.compile(r"<[^>]*>")
ENTITY = re.compile(r"&[a-z]+;|&#[0-9]+;")


def faults(root: Path) -> Iterator[str]:
    """One line a fault: which catalog, which text, what is wrong."""
    wanted = catalogs.texts(root)
    for language in catalogs.LANGUAGES:
        catalog = catalogs.read(root, language)
        known = catalogs.messages(catalog)
        for key in wanted.keys() - known.keys():
            yield f"{language}: {_shown(key)}: not in the catalog; run `make catalogs`"
        for key in known.keys() - wanted.keys():
            yield f"{language}: {_shown(key)}: in no source any more; run `make catalogs`"
        if _bare(catalog.plural_expr) != _bare(_rule(language)):
            yield f"{language}: the rule for plural forms was changed"
        for key, message in sorted(known.items(), key=str):
            for fault in faults_of(message, catalog.num_plurals):
                yield f"{language}: {_shown(key)}: {fault}"


def faults_of(message: Message, plurals: int) -> Iterator[str]:
    """What is wrong with one translation."""
    if "fuzzy" in message.flags:
        yield "is marked as doubtful (fuzzy)"
    is_plural = not isinstance(message.id, str)
    sources = tuple(message.id) if is_plural else (str(message.id),)
    forms = tuple(message.string or ()) if is_plural else (str(message.string or ""),)
    if len(forms) != (plurals if is_plural else 1) or not all(forms):
        yield "has a plural form without a translation" if is_plural else "has no translation"
        return
    must = set.intersection(*map(_values, sources))
    may = set.union(*map(_values, sources))
    for form in forms:
        values = _values(form)
        if not must <= values <= may:
            yield f"has other values than the source: {_list(values ^ must)} in “{form}”"
        if _markup(form) not in [_markup(source) for source in sources]:
            yield f"has other markup than the source: “{form}”"
        outside = TAG.sub("", form)
        if not any(mark in source for source in sources for mark in '"') and '"' in outside:
            yield f"has a straight quote, which may end an attribute: “{form}”"
        if _edges(form) not in [_edges(source) for source in sources]:
            yield f"begins or ends with other space than the source: “{form}”"


def _values(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) | ({"%%"} if "%%" in text else set())


def _markup(text: str) -> list[str]:
    """Tags and entities in any order; a stray `<` counts as one."""
    stray = ["<"] * TAG.sub("", text).count("<")
    return sorted([*TAG.findall(text), *ENTITY.findall(text), *stray])


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _rule(language: str) -> str:
    return catalogs.LANGUAGES[language].partition("plural=")[2].rstrip(";")


def _bare(rule: str) -> str:
    return rule.replace(" ", "").strip("()")


def _shown(key: catalogs.Key) -> str:
    context, text = key
    words = text if isinstance(text, str) else text[0]
    short = words if len(words) <= 60 else f"{words[:59]}…"
    return f"“{short}”" + (f" ({context})" if context else "")


def main() -> int:
    found = list(faults(Path(__file__).resolve().parents[1]))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
