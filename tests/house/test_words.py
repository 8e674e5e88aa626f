"""No sentence stands in the code outside gettext, and none in a typst file or the script."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Rooms that speak to programs (docs/decisions/0012-languages.md), and what tables call a column or
# keep as a cause; a label of theirs that a page shows is found by walking the pages.
TO_PROGRAMS = re.compile(
    r"/(clients|events|migrations|models|management)/"
    r"|/exports/(booking|camt|manifest|mt940|ofx|rows|workbook)\.py$"
    r"|/(api|\w+_api|api_\w+|checks|admin|apps|press|models)\.py$"
)
MODULES = sorted(
    path
    for path in (ROOT / "selfcare").rglob("*.py")
    if not TO_PROGRAMS.search("/" + path.relative_to(ROOT).as_posix())
)
GETTEXT = {
    *("_", "_lazy", "noop", "gettext", "gettext_lazy", "gettext_noop", "ngettext"),
    *("ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"),
}
# What takes words that no person of the platform reads.
SILENT = {
    *("Field", "compile", "fullmatch", "match", "sub", "search", "finditer", "execute", "RunSQL"),
    *("TypeError", "RuntimeError", "AssertionError", "KeyError", "LookupError", "BadReply"),
    *("info", "warning", "error", "exception", "debug", "get_logger", "Index", "CheckConstraint"),
    *("NotSent", "OutcomeUnknown", "ValueError", "dict_of_names", "print", "write"),
}
# Two words or more, the first of them with a capital, as a sentence or a label has.
SENTENCE = re.compile(r"^[“]?[A-Z][\w’'-]* [\w“{%(][^\n]*$")
# Names of browsers, which are kept in English, CLDR's letters for days, and whoever is signed in
# without a name or an address.
NAMES = re.compile(r"Samsung Internet|A browser|[EMLdy' .,/-]+|Signed in")


def words_in(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that reads like words and isn't given to gettext."""
    tree = ast.parse(path.read_text("utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in GETTEXT | SILENT:
            silent |= {id(one) for one in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else "{}" for one in node.values]
            text = "".join(map(str, parts))
            silent |= {id(one) for one in ast.walk(node)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if SENTENCE.match(text) and not NAMES.fullmatch(text):
            yield node.lineno, text


def _called(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(ROOT)) for p in MODULES])
def test_no_module_holds_words_that_nobody_translates(path: Path) -> None:
    left = [f"line {line}: {text}" for line, text in words_in(path)]
    assert not left, "\n".join(left)


TYPST = sorted((ROOT / "selfcare").rglob("*.typ"))
TYPST_WORDS = re.compile(r"\"([A-Z][a-z]+(?: [a-z]+)*)\"|\[([A-Z][a-z]+ [^\]]*)\]")
NAMES_ON_PAPER = {"Selfcare", "Archivo Wide", "Archivo", "DejaVu Sans", "DejaVu Sans Mono"}


@pytest.mark.parametrize("path", TYPST, ids=[path.name for path in TYPST])
def test_no_paper_holds_words(path: Path) -> None:
    source = re.sub(r"//.*", "", path.read_text("utf-8"))
    found = {one or other for one, other in TYPST_WORDS.findall(source)}
    assert not found - NAMES_ON_PAPER


def test_the_script_holds_no_words() -> None:
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        source = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        found = re.findall(r"[\"'`]([A-Z][a-z’]+ [^\"'`\n]*)[\"'`]", source)
        assert not found, path.name


def test_it_finds_a_sentence_that_was_forgotten(tmp_path: Path) -> None:
    module = tmp_path / "x.py"
    module.write_text(
        '"""Not this one."""\nA = _("Nor this one")\nB = "But this one"\nC = f"And this {A}"\n'
    )
    assert [text for _line, text in words_in(module)] == ["But this one", "And this {}"]
