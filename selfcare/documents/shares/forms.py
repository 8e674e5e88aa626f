"""What a person chooses when they share a transaction."""

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.documents.shares import showing

KEY = r"^[A-Za-z0-9_-]{16,128}$"


class ShareForm(forms.Form):
    """What is shown, and for how long; `key` makes a double click one link."""

    shown = forms.MultipleChoiceField(
        label=_lazy("What the link shows"),
        choices=[(option.name, _lazy(option.words)) for option in showing.OPTIONS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(showing.DEFAULT),
        error_messages={
            "required": _lazy("Choose at least one thing to show."),
            "invalid_choice": _lazy("“%(value)s” can’t be shown. Choose from the list."),
        },
    )
    days = forms.TypedChoiceField(
        label=_lazy("For how long"),
        choices=[(str(days), _lazy(words)) for days, words in showing.LIFETIMES],
        coerce=int,
        initial="7",
        widget=forms.RadioSelect,
        error_messages={
            "required": _lazy("Choose for how long."),
            "invalid_choice": _lazy("Choose one."),
        },
    )
    key = forms.RegexField(KEY, widget=forms.HiddenInput)
