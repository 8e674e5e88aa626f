"""What operators type: why they do something, and which dead letters they mean."""

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.notifications.models.rules import Channel

CHANNELS = [
    ("", _lazy("Every channel")),
    (Channel.EMAIL.value, _lazy("E-mail")),
    (Channel.SMS.value, _lazy("Text message")),
    (Channel.PUSH.value, _lazy("Browser")),
]


class ReasonForm(forms.Form):
    """Why: it is kept with the operator's name."""

    reason = forms.CharField(
        label=_lazy("Why?"),
        max_length=500,
        min_length=5,
        help_text=_lazy("It is kept in the audit with your name."),
        error_messages={
            "required": _lazy("Say why. It is kept in the audit."),
            "min_length": _lazy("Say why in a few words."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AskedForm(forms.Form):
    """The filter of a list; what is in it was read by `asking` already."""

    channel = forms.ChoiceField(label=_lazy("Channel"), choices=CHANNELS, required=False)
    type = forms.CharField(label=_lazy("Event type"), required=False)
    reason = forms.CharField(label=_lazy("Cause"), required=False)
    who = forms.CharField(label=_lazy("Id of the person or of the thing"), required=False)
    begun = forms.DateField(label=_lazy("From"), required=False)
    until = forms.DateField(label=_lazy("Until"), required=False)
