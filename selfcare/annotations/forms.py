"""What the forms of the label pages may hold; whether it may be so is decided in actions."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.annotations.models import TINTS

# The look's hues by number (data-tint), in words for who doesn't see them.
TINT_WORDS = (
    *(_lazy("Brick"), _lazy("Amber"), _lazy("Olive"), _lazy("Green")),
    *(_lazy("Teal"), _lazy("Blue"), _lazy("Violet"), _lazy("Rose")),
)


class LabelForm(forms.Form):
    name = forms.CharField(
        label=_lazy("Name"),
        max_length=200,
        strip=False,
        error_messages={"required": _lazy("Give the label a name that can be read.")},
        widget=forms.TextInput({"autocomplete": "off", "maxlength": "40"}),
    )
    tint = forms.TypedChoiceField(
        label=_lazy("Colour"),
        coerce=int,
        choices=list(enumerate(TINT_WORDS)),
        widget=forms.RadioSelect,
        error_messages={
            "required": _lazy("Choose a colour."),
            "invalid_choice": _lazy("Choose a colour."),
        },
    )

    tints: ClassVar[range] = range(TINTS)


class RuleForm(forms.Form):
    counterparty = forms.CharField(
        label=_lazy("Name of the other side"),
        help_text=_lazy("Exactly as your transactions show it."),
        max_length=200,
        strip=False,
        error_messages={
            "required": _lazy("Write the name."),
            "max_length": _lazy("A name may have 200 characters."),
        },
        widget=forms.TextInput({"autocomplete": "off"}),
    )
