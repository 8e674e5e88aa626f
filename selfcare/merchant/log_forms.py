"""The filter of the log; the sandbox decides what fits."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from selfcare.merchant import wording

METHODS = ("GET", "POST", "PATCH", "DELETE")


class FilterForm(forms.Form):
    verdict = forms.ChoiceField(label=_lazy("Signature"), required=False)
    http_status = forms.CharField(
        label=_lazy("Status"),
        required=False,
        max_length=3,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    method = forms.ChoiceField(
        label=_lazy("Method"),
        required=False,
        choices=[("", _lazy("Every method")), *((one, one) for one in METHODS)],
    )
    step = forms.ChoiceField(label=_lazy("Refused where"), required=False)
    key = forms.CharField(label=_lazy("Id of the key"), required=False, max_length=80)
    idempotency_key = forms.CharField(
        label=_lazy("Idempotency-Key"), required=False, max_length=128
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdicts = [(code, wording.verdict(code).words) for code in wording.VERDICTS]
        steps = [(code, wording.word(wording.STEPS, code)) for code in wording.STEPS]
        for name, choices in (
            ("verdict", [("", _("Every verdict")), *verdicts]),
            ("step", [("", _("Anywhere or nowhere")), *steps]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (they are, above)
            field.choices = choices
