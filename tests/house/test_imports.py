"""Rules about modules that the import linter can't say: names, sizes, and who speaks HTTP."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(
    path
    for room in ("config", "selfcare", "sandbox", "tools")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
IDS = [str(path.relative_to(ROOT)) for path in MODULES]
VAGUE = {"services", "selectors", "utils", "helpers", "common", "core", "managers", "signals"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_the_product_and_the_box_never_import_each_other(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    other = {"selfcare": "sandbox", "config": "sandbox", "sandbox": "selfcare"}.get(room)
    assert other not in imported(path)
    assert room != "sandbox" or "config" not in imported(path)


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_only_the_clients_speak_http(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "selfcare" or parts[1] == "clients":
        return
    assert not imported(path) & {"requests", "urllib3", "httpx"}


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    assert path.stem not in VAGUE


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_each_module_says_in_a_sentence_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if tree.body:
        assert ast.get_docstring(tree), "no docstring"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_module_is_past_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
