"""The look's small parts: what stands in the markup says the same as what is seen."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template

from selfcare.money import Money
from selfcare.web import formats
from selfcare.web.request import Person
from selfcare.web.templatetags import look

ROOT = Path(settings.BASE_DIR)
SPRITE = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (ROOT / "static/icons.svg").read_text()))
ALICE = Person(
    subject="usr_a", name="Alice Marlow", email="alice@example.com", zone="Europe/Berlin"
)


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_it_shows_money_out_with_a_minus_sign_and_no_colour() -> None:
    shown = render("{% money m is='open' %}", m=Money(-6490, "EUR"))
    assert 'value="-64.90"' in shown
    assert "\u221264.90" in shown
    assert 'data-is="open"' in shown
    assert "data-dir" not in shown


def test_it_marks_money_in_with_plus_and_direction() -> None:
    shown = render("{% money m is='final' %}", m=Money(2500, "EUR"))
    assert "+25.00" in shown
    assert 'data-dir="in"' in shown


def test_it_leaves_what_did_not_happen_without_the_colour_of_money_in() -> None:
    assert "data-dir" not in render("{% money m is='void' %}", m=Money(2500, "EUR"))


def test_it_shows_a_balance_without_plus() -> None:
    shown = render("{% money m sign=False %}", m=Money(431862, "EUR"))
    assert ">4,318.62<" in shown
    assert "data-dir" not in shown


def test_it_draws_no_line_that_the_look_does_not_know() -> None:
    assert "data-is" not in render("{% money m is='\"><b>' %}", m=Money(1, "EUR"))


def test_it_sets_long_figures_smaller() -> None:
    assert "data-long" in render("{% money m %}", m=Money(-987654321012, "EUR"))
    assert "data-long" not in render("{% money m %}", m=Money(-6490, "EUR"))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Tandem Bikes", "TB"),
        ("Kaffeewerk", "KA"),
        ("Žofia Dvořák", "ŽD"),
        ("Carol van der Whitby", "CW"),
        ("& Sons", "SO"),
        ("", "?"),
        (" … ", "?"),
    ],
)
def test_it_takes_initials(name: str, letters: str) -> None:
    assert look.initials(name) == letters


def test_it_gives_a_name_the_same_tint_everywhere() -> None:
    assert 'data-tint="4"' in render("{% avatar 'Alice Marlow' shape='person' %}")


def test_it_escapes_names_and_words() -> None:
    shown = render(
        "{% avatar n dir='in' %}{% chip n n n %}{% tail n %}", n="<script>alert(1)</script>"
    )
    assert "<script" not in shown


def test_it_shows_times_in_the_persons_zone() -> None:
    at = datetime(2020, 11, 12, 9, 32, 7, tzinfo=UTC)
    shown = render("{% when at %}|{% clock at seconds=True %}|{% zone_name %}", at=at, person=ALICE)
    assert "Thursday 12 November 2020, 10:32<" in shown
    assert ">10:32:07<" in shown
    assert 'datetime="2020-11-12T09:32:07Z"' in shown
    assert shown.endswith("Europe/Berlin")


def test_it_shows_utc_to_a_visitor() -> None:
    at = datetime(2020, 11, 12, 9, 32, tzinfo=UTC)
    assert ">09:32<" in render("{% clock at %}", at=at)


def test_it_draws_what_is_left_and_never_more_than_all() -> None:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    half = render("{% fuse start until %}", start=now - hour, until=now + hour)
    assert 'class="fuse-left" width="50%"' in half
    assert 'width="0%"' in render("{% fuse a b %}", a=now - 2 * hour, b=now - hour)
    assert 'class="fuse-left" width="100%"' in render(
        "{% fuse a b %}", a=now + hour, b=now + 2 * hour
    )
    assert 'width="0%"' in render("{% fuse a b %}", a=now, b=now)


def test_it_groups_an_iban_by_four() -> None:
    shown = render("{{ n|iban }}", n="DE02120300000000202051")
    assert shown == "DE02 1203 0000 0000 2020 51"


def test_it_shows_only_the_end_of_an_account_number() -> None:
    assert "•••• 2051" in render("{% tail n %}", n="DE02 1203 0000 0000 2020 51")
    assert render("{% tail n %}", n=None) == ""


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "data:x", "", None])
def test_it_links_to_no_address_but_web_addresses(address: str | None) -> None:
    assert look.web_address(address) == ""


def test_it_links_to_a_web_address() -> None:
    assert look.web_address(" https://tandem.example ") == "https://tandem.example"


class Sample(forms.Form):
    day = forms.DateField(help_text="The first day.")
    kind = forms.ChoiceField(choices=[("a", "A")])
    reasons = forms.MultipleChoiceField(
        choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple
    )


def test_it_ties_label_hint_and_error_to_a_field() -> None:
    shown = render("{% field f.day %}", f=Sample({"day": "never"}))
    assert 'type="date"' in shown
    assert 'value="never"' in shown
    assert '<label for="id_day">' in shown
    assert 'aria-describedby="id_day_helptext id_day_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_day_helptext"' in shown
    assert 'id="id_day_error"' in shown


@pytest.mark.parametrize("language", ["en", "de", "cs"])
def test_it_gives_browsers_a_date_that_they_take(language: str) -> None:
    with formats.use(formats.Formats(language)):
        shown = render("{% field f.day %}", f=Sample(initial={"day": date(2026, 11, 12)}))
    assert 'value="2026-11-12"' in shown


def test_it_groups_choices_under_a_legend() -> None:
    shown = render("{% field f.reasons %}", f=Sample({"reasons": ["y"]}))
    assert "<legend" in shown
    assert shown.count('type="checkbox"') == 2
    assert len(set(re.findall(r'\bid="([^"]+)"', shown))) == len(re.findall(r'\bid="', shown))


def test_it_has_every_icon_that_a_template_names() -> None:
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        named |= set(re.findall(r'{% icon "([^"]+)"', text))
        named |= set(re.findall(r'{% chip "[^"]+" "([^"]+)"', text))
    assert len(named) > 10
    assert named <= SPRITE


def test_it_keeps_files_by_others_as_they_came() -> None:
    rows = re.findall(
        r"\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|", (ROOT / "static/vendor/README.md").read_text()
    )
    assert rows
    for name, digest in rows:
        assert hashlib.sha256((ROOT / "static/vendor" / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_it_tells_an_error_without_any_context(status: int) -> None:
    shown = render(f'{{% include "errors/{status}.html" %}}')
    assert shown.count("<h1") == 1
    assert re.search(r"<title>\S.* · Selfcare</title>", shown)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
