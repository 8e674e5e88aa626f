"""What the forms of the label pages may hold; whether it may be so is decided in actions."""

from typing import ClassVar

from django import forms

from selfcare.annotations.models import TINTS

# The look's hues by number (data-tint), in words for who doesn't see them.
TINT_WORDS = ("Brick", "Amber", "Olive", "Green", "Teal", "Blue", "Violet", "Rose")


class LabelForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=200,
        strip=False,
        error_messages={"required": "Give the label a name that can be read."},
        widget=forms.TextInput({"autocomplete": "off", "maxlength": "40"}),
    )
    tint = forms.TypedChoiceField(
        label="Colour",
        coerce=int,
        choices=list(enumerate(TINT_WORDS)),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a colour.", "invalid_choice": "Choose a colour."},
    )

    tints: ClassVar[range] = range(TINTS)


class RuleForm(forms.Form):
    counterparty = forms.CharField(
        label="Name of the other side",
        help_text="Exactly as your transactions show it.",
        max_length=200,
        strip=False,
        error_messages={
            "required": "Write the name.",
            "max_length": "A name may have 200 characters.",
        },
        widget=forms.TextInput({"autocomplete": "off"}),
    )
