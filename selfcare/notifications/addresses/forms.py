"""What the forms of the address pages may hold; whether it is one is decided in actions."""

from django import forms
from django.utils.translation import gettext_lazy as _

PLAIN = {"autocomplete": "off"}


class EmailForm(forms.Form):
    value = forms.CharField(
        label=_("E-mail address"),
        max_length=400,
        error_messages={"required": _("Write an e-mail address, such as name@example.com.")},
        widget=forms.EmailInput({"autocomplete": "email", "maxlength": "254"}),
    )


class PhoneForm(forms.Form):
    value = forms.CharField(
        label=_("Mobile phone"),
        help_text=_("With the country code, such as +49 151 23456789."),
        max_length=60,
        error_messages={"required": _("Write the number with its country code.")},
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )


class BrowserForm(forms.Form):
    value = forms.CharField(
        label=_("Subscription"),
        help_text=_("What the browser gives, from { to }."),
        max_length=4000,
        error_messages={"required": _("Paste the browser’s subscription.")},
        widget=forms.Textarea({**PLAIN, "rows": "3", "spellcheck": "false"}),
    )
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits."),
        max_length=40,
        error_messages={"required": _("Write the code that we sent.")},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("For you alone, such as “work” or “old phone”."),
        required=False,
        max_length=200,
        widget=forms.TextInput({**PLAIN, "maxlength": "60"}),
    )
