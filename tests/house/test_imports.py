"""Rules about modules that the import linter can't say: names, sizes, and who speaks HTTP."""

import ast
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(
    path
    for room in ("config", "selfcare", "sandbox", "tools")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
VAGUE = {"services", "selectors", "utils", "helpers", "common", "core", "managers", "signals"}
OTHER = {"selfcare": {"sandbox"}, "config": {"sandbox"}, "sandbox": {"selfcare", "config"}}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def those_that(break_it: Callable[[Path], object]) -> list[str]:
    """One test for all modules: they are many, and each test of its own costs more than it does."""
    assert len(MODULES) > 300
    return [str(path.relative_to(ROOT)) for path in MODULES if break_it(path)]


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def test_the_product_and_the_box_never_import_each_other() -> None:
    assert those_that(lambda path: OTHER.get(room_of(path), set()) & imported(path)) == []


def test_only_the_clients_speak_http() -> None:
    def speaks(path: Path) -> bool:
        parts = path.relative_to(ROOT).parts
        ours = parts[0] == "selfcare" and parts[1] != "clients"
        return ours and bool(imported(path) & {"requests", "urllib3", "httpx"})

    assert those_that(speaks) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert those_that(lambda path: path.stem in VAGUE) == []


def test_each_module_says_in_a_sentence_what_it_is_for() -> None:
    def says_nothing(path: Path) -> bool:
        tree = ast.parse(path.read_text())
        return bool(tree.body) and not ast.get_docstring(tree)

    assert those_that(says_nothing) == []


def test_no_module_is_past_four_hundred_lines() -> None:
    assert those_that(lambda path: len(path.read_text().splitlines()) > 400) == []
