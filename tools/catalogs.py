"""Keeps the catalogs of texts: `update` from the sources, `compile`; translates nothing.

`python -m tools.catalogs update` reads every template, module and TOML file and rewrites
`locale/<language>/LC_MESSAGES/django.po`. It needs no GNU gettext. `compile` needs Babel alone, so
that it can run where an image is built.
"""

import argparse
import io
import os
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGES = {
    "es": "nplurals=2; plural=(n != 1);",
    "de": "nplurals=2; plural=(n != 1);",
    "cs": "nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);",
}
HEADER = """\
# Selfcare's texts. `make catalogs` brings this file up to date; write translations into it.
msgid ""
msgstr ""
"Project-Id-Version: selfcare\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
# Which argument is what: (1, 2) is a text with its plural, (1, "c") a context.
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(
        ("_", "_lazy", "noop", "gettext", "gettext_lazy", "gettext_noop"),
        None,
    ),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# Below these lies what people read; the box speaks for itself.
SOURCES = ("selfcare", "config", "templates")

type Key = tuple[str, str | tuple[str, str]]


def paths(root: Path, language: str) -> tuple[Path, Path]:
    """The catalog and its compiled form."""
    folder = root / "locale" / language / "LC_MESSAGES"
    return folder / "django.po", folder / "django.mo"


# ── Reading the sources ─────────────────────────────────────────────────────────────────────
def texts(root: Path) -> dict[Key, set[str]]:
    """Each text with the files that it stands in; the key is (context, text or both forms)."""
    found: dict[Key, set[str]] = defaultdict(set)
    for source in SOURCES:
        for path in sorted((root / source).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix == ".py" and "migrations" not in path.parts:
                some = from_python(path.read_text("utf-8"))
            elif source == "templates" and path.suffix in {".html", ".txt"}:
                some = from_template(path.read_text("utf-8"), name)
            elif path.suffix == ".toml":
                some = from_toml(path.read_text("utf-8"))
            else:
                continue
            for key in some:
                found[key].add(name)
    return dict(found)


def from_python(source: str) -> Iterator[Key]:
    # Babel gives a word alone for one argument, and all in the order of the call for several.
    with io.BytesIO(source.encode()) as file:
        for _, keyword, arguments, _ in extract_python(file, KEYWORDS, [], {"encoding": "utf-8"}):
            given: Any = arguments
            words = (given,) if isinstance(given, str) else tuple(given or ())
            key = _key(KEYWORDS[str(keyword)], words)
            if key is not None:
                yield key


def _key(spec: Any, words: tuple[str | None, ...]) -> Key | None:
    spec = spec or (1,)
    context, plain = "", []
    for part in spec:
        place, is_context = (part[0], True) if isinstance(part, tuple) else (part, False)
        word = words[place - 1] if place <= len(words) else None
        if not word:
            return None  # not a literal: marked where it is written
        if is_context:
            context = word
        else:
            plain.append(word)
    return (context, plain[0]) if len(plain) == 1 else (context, (plain[0], plain[1]))


def from_template(source: str, name: str) -> Iterator[Key]:
    from django.utils.translation import templatize

    code = templatize(source, origin=name)
    # What isn't a text is blanked out to X; its indentation means nothing to Python.
    yield from from_python("\n".join(line.strip() for line in code.splitlines()))


def from_toml(source: str) -> Iterator[Key]:
    """The values of the keys that the file names in `texts` at its top."""
    content = tomllib.loads(source)
    yield from _marked(content, frozenset(content.get("texts", ())))


def _marked(node: Any, names: frozenset[str]) -> Iterator[Key]:
    if isinstance(node, list):
        for one in node:
            yield from _marked(one, names)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in names and isinstance(value, str | list):
                some = [value] if isinstance(value, str) else value
                yield from (("", one) for one in some if isinstance(one, str) and one)
            else:
                yield from _marked(value, names)


# ── Catalogs ────────────────────────────────────────────────────────────────────────────────
def read(root: Path, language: str) -> Catalog:
    path, _ = paths(root, language)
    text = path.read_text("utf-8") if path.exists() else _header(language)
    return read_po(io.StringIO(text), locale=language, domain="django")


def _header(language: str) -> str:
    return HEADER.format(language=language, plurals=LANGUAGES[language])


def messages(catalog: Catalog) -> dict[Key, Message]:
    """The messages by key, without the header."""
    return {key_of(message): message for message in catalog if message.id}


def key_of(message: Message) -> Key:
    text = message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
    return message.context or "", text


def update(root: Path) -> None:
    """Brings each catalog to the texts of the sources; what is gone from them goes."""
    found = texts(root)
    for language in LANGUAGES:
        known = messages(read(root, language))
        catalog = read_po(io.StringIO(_header(language)), locale=language)
        for (context, text), files in found.items():
            before = known.get((context, text))
            catalog.add(
                text,
                before.string if before else None,
                locations=[(name, 0) for name in sorted(files)],
                flags=[flag for flag in before.flags if flag == "fuzzy"] if before else (),
                user_comments=before.user_comments if before else (),
                context=context or None,
            )
        path, _ = paths(root, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with io.BytesIO() as file:
            write_po(
                file, catalog, width=96, omit_header=True, sort_output=True, include_lineno=False
            )
            text = _header(language) + file.getvalue().decode().strip() + "\n"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
        empty = sum(not is_complete(message) for message in catalog if message.id)
        print(f"{language}: {len(found)} texts, {empty} without a translation")


def is_complete(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms) and "fuzzy" not in message.flags


def compile_stale(root: Path) -> None:
    """Writes the .mo of each catalog that is newer than it."""
    for language in LANGUAGES:
        path, compiled = paths(root, language)
        if not path.exists():
            continue
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Another process may do the same, and a third one read it.
        fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, read(root, language))
        fresh.replace(compiled)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("update", "compile"))
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    given = parser.parse_args()
    if given.command == "update":
        update(given.root)
    compile_stale(given.root)


if __name__ == "__main__":
    main()
