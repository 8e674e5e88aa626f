"""Rules about every template: it parses, holds no inline code, and stands with its feature."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# Frames and shared parts belong to every feature.
SHARED = {"components", "errors", "emails"}
MAILS = "notifications/messages/"
FEATURES = {path.name for path in (Path(settings.BASE_DIR) / "selfcare").iterdir() if path.is_dir()}


def test_it_finds_the_templates() -> None:
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_parses(name: str) -> None:
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_inline_script_or_style(name: str) -> None:
    text = (ROOT / name).read_text()
    # Mails have no policy and no style sheet to link to; script they have none.
    if name.startswith(MAILS):
        text = re.sub(r"<style>|\sstyle=", "", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_switches_escaping_off(name: str) -> None:
    assert not re.search(r"\|safe\b|autoescape off", (ROOT / name).read_text())


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_is_longer_than_a_screenful_or_two(name: str) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= 120


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "/" in name])
def test_each_folder_of_templates_is_a_feature(name: str) -> None:
    assert name.split("/", maxsplit=1)[0] in FEATURES | SHARED


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_at_most_one_h1_in_any_branch(name: str) -> None:
    text = (ROOT / name).read_text()
    branches = re.split(r"{%\s*(?:elif|else)\b", text)
    assert all(branch.count("<h1") <= 1 for branch in branches)
