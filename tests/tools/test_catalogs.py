"""Catalogs: every way to write a text is found, and what would go wrong on a page is refused."""

from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools import catalogs
from tools.catalog_check import faults, faults_of

TEMPLATE = """
{% translate "Sign out" %} <a aria-label="{% translate 'Copy' context 'a button' %}">
    {% blocktranslate trimmed with name=x.y|upper %}
      It’s <b>{{ name }}</b>,
      100% yours
    {% endblocktranslate %}
  {% blocktranslate trimmed count n=rows|length %}
    {{ n }} row
    {% plural %}
    {{ n }} rows
  {% endblocktranslate %}
{# words that aren’t a text #}
"""
PYTHON = """
TABLE = {"a": noop("Kept " "plain")}
def f(n, word):
    _("Said %(now)s") % {"now": 1}
    ngettext("%(n)d day", "%(n)d days", n)
    pgettext("a case", "Open")
    _(word)
    Form(label=_lazy("From"))
"""
TOML = """
texts = ["ask", "lines"]
[one]
ask = "What is wrong?"
value = "no text"
[[one.more]]
lines = ["First", "Second"]
"""


def test_it_finds_each_text_of_a_template() -> None:
    assert set(catalogs.from_template(TEMPLATE, "x.html")) == {
        ("", "Sign out"),
        ("a button", "Copy"),
        ("", "It’s <b>%(name)s</b>, 100%% yours"),
        ("", ("%(n)s row", "%(n)s rows")),
    }


def test_it_finds_each_text_of_a_module() -> None:
    assert set(catalogs.from_python(PYTHON)) == {
        ("", "Kept plain"),
        ("", "Said %(now)s"),
        ("", ("%(n)d day", "%(n)d days")),
        ("a case", "Open"),
        ("", "From"),
    }


def test_it_finds_the_texts_that_a_toml_file_names() -> None:
    assert set(catalogs.from_toml(TOML)) == {
        ("", "What is wrong?"),
        ("", "First"),
        ("", "Second"),
    }


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("Sign out", "", "no translation"),
        ("To %(name)s", "An %(nam)s", "other values"),
        ("To {payee}", "An payee", "other values"),
        ("It’s <b>you</b>", "Das bist <b>du", "other markup"),
        ("A < b &amp; c", "A &lt; b &amp; c", "other markup"),
        ("Say", 'Sag "es"', "straight quote"),
        ("Name: ", "Name:", "other space"),
        (("%(n)d day", "%(n)d days"), ("%(n)d den", "", "%(n)d dní"), "plural form"),
        (("%(n)d day", "%(n)d days"), ("%(n)d den", "%(n)d dny", "dní"), "other values"),
    ],
)
def test_it_refuses_what_would_go_wrong_on_a_page(
    source: str | tuple[str, str], translation: str | tuple[str, ...], fault: str
) -> None:
    found = list(faults_of(Message(source, translation), 3))
    assert len(found) == 1
    assert fault in found[0]


def test_it_lets_a_form_for_one_do_without_the_number() -> None:
    message = Message(("One day", "%(n)d days"), ("Jeden den", "%(n)d dny", "%(n)d dní"))
    assert list(faults_of(message, 3)) == []


def test_it_refuses_what_is_doubtful() -> None:
    assert list(faults_of(Message("Say", "Sag", flags=("fuzzy",)), 2))


def test_it_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    module = tmp_path / "selfcare" / "x.py"
    module.parent.mkdir()
    module.write_text('_("Stays")\n_("Goes")\n')
    catalogs.update(tmp_path)
    path, compiled = catalogs.paths(tmp_path, "de")
    path.write_text(path.read_text().replace('"Stays"\nmsgstr ""', '"Stays"\nmsgstr "Bleibt"'))
    assert not any("“Stays”" in line for line in faults(tmp_path) if line.startswith("de"))
    module.write_text('# moved by a line\n_("Stays")\n_("New")\n')
    assert any("“New”: not in the catalog" in line for line in faults(tmp_path))
    catalogs.update(tmp_path)
    first = path.read_text()
    assert "Bleibt" in first
    assert "Goes" not in first
    module.write_text('\n\n# moved again\n_("Stays")\n_("New")\n')
    catalogs.update(tmp_path)
    assert path.read_text() == first
    catalogs.compile_stale(tmp_path)
    assert b"Bleibt" in compiled.read_bytes()
