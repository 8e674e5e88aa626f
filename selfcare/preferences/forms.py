"""The form of the preferences: each choice is shown by an example; what is saved is in actions."""

import secrets
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from selfcare.money import Money
from selfcare.preferences import choices
from selfcare.preferences.models import DEFAULT_ROWS, Preferences
from selfcare.web import formats
from selfcare.web.formats import Formats

type Choices = list[tuple[str, str]]

EXAMPLE_AMOUNT = Money(-123456, "EUR")
LONGEST_NAME = 60
# Written from right to left, joined without a trace, or not there at all: no part of a name.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
START_WORDS = {
    "home": _lazy("Home"),
    "transactions": _lazy("Transactions"),
    "summary": _lazy("Summary"),
    "notifications": _lazy("Notifications"),
    "cases": _lazy("Cases"),
    "documents": _lazy("Documents"),
}


def clean_name(text: str) -> str:
    """The name with single spaces. Raises forms.ValidationError where it can't be read."""
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise forms.ValidationError(
            _("A name may have %(most)d characters.") % {"most": LONGEST_NAME}
        )
    if any(unicodedata.category(letter) in UNSEEN for letter in name):
        raise forms.ValidationError(_("Write the name in characters that can be seen."))
    return name


class PreferencesForm(forms.Form):
    """Bound to what is saved, or to what was posted."""

    language = forms.ChoiceField(label=_lazy("Language"), required=False)
    call_me = forms.CharField(
        label=_lazy("What we call you"),
        help_text=_lazy("Empty: the name that you signed in with."),
        required=False,
        strip=False,
        widget=forms.TextInput({"autocomplete": "nickname", "maxlength": LONGEST_NAME}),
    )
    zone = forms.ChoiceField(label=_lazy("Time zone"), required=False)
    date_format = forms.ChoiceField(label=_lazy("Days"), required=False)
    number_format = forms.ChoiceField(label=_lazy("Numbers"), required=False)
    currency_format = forms.ChoiceField(label=_lazy("Currency"), required=False)
    theme = forms.ChoiceField(
        label=_lazy("Light or dark"),
        widget=forms.RadioSelect,
        choices=[
            ("system", _lazy("As the device")),
            ("light", _lazy("Light")),
            ("dark", _lazy("Dark")),
        ],
    )
    start_page = forms.ChoiceField(
        label=_lazy("After signing in"),
        help_text=_lazy("A link that you followed still leads where it should."),
        required=False,
    )
    rows = forms.TypedChoiceField(
        label=_lazy("Rows on a page of a list"),
        coerce=int,
        empty_value=None,
        choices=[(count, str(count)) for count in choices.ROWS],
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    page = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)

    def __init__(
        self, saved: Preferences, *, told_zone: str, page: str = "", data: Any = None
    ) -> None:
        initial = {name: getattr(saved, name) for name in self.base_fields if name != "page"}
        initial["page"] = page or secrets.token_urlsafe(12)
        initial["rows"] = saved.rows or DEFAULT_ROWS
        initial["start_page"] = saved.start_page or "home"
        super().__init__(data, initial=initial)
        active = formats.active()
        for name, options in {
            "language": _languages(),
            "zone": _zones(saved.zone, told_zone),
            "date_format": _days(active),
            "number_format": _numbers(active),
            "currency_format": _currencies(active),
            "start_page": [(n, str(START_WORDS[n])) for n in choices.open_start_pages()],
        }.items():
            field: Any = self.fields[name]
            field.choices = options

    def clean_call_me(self) -> str:
        return clean_name(self.cleaned_data["call_me"])

    def clean_start_page(self) -> str:
        # The home page is where everybody begins who chose nothing.
        page = str(self.cleaned_data["start_page"])
        return "" if page == "home" else page


def _languages() -> Choices:
    # Each by its own name; only the way back to the browser's wish is said in the active one.
    return [("", _("As the browser asks")), *settings.LANGUAGES]


def _zones(saved: str, told: str) -> Choices:
    names = choices.zones()
    # What was saved before the tz database changed stays a choice.
    more = [saved] if saved and saved not in names else []
    first = _("As you signed in: %(zone)s") % {"zone": told}
    return [("", first), *((name, name) for name in (*more, *names))]


def _days(active: Formats) -> Choices:
    """Each way by the last day of February, where day and month can't be taken for each other."""
    day = date(2027, 2, 28)
    options = [("", _("As usual: %(example)s") % {"example": _as(active, date_format="")(day)})]
    for name in formats.DATE_FORMATS:
        if name == "words" or (name == "month_first" and active.language != "en"):
            continue
        options.append((name, _as(active, date_format=name)(day)))
    return options


def _as(active: Formats, *, date_format: str) -> Any:
    def written(day: date) -> str:
        other = Formats(active.language, active.zone, date_format)
        with formats.use(other):
            return formats.day(day)

    return written


def _numbers(active: Formats) -> Choices:
    def written(name: str) -> str:
        with formats.use(Formats(active.language, number_format=name)):
            return EXAMPLE_AMOUNT.bare_figures()

    usual = formats.NUMBERS_OF.get(active.language, "comma")
    others = [name for name in formats.NUMBER_FORMATS if name != usual]
    first = _("As usual: %(example)s") % {"example": written(usual)}
    return [("", first), *((name, written(name)) for name in others)]


def _currencies(active: Formats) -> Choices:
    def written(name: str) -> str:
        with formats.use(Formats(active.language, None, "", active.number_format, name)):
            return str(EXAMPLE_AMOUNT)

    first = _("As usual: %(example)s") % {"example": written("code_after")}
    return [("", first), *((name, written(name)) for name in formats.CURRENCY_FORMATS[1:])]
