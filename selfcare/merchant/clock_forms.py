"""How far a merchant's clock is to go forward."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.merchant.forms import WriteForm

UNITS = {"minutes": 60, "hours": 3600, "days": 86_400}
MOST = 366 * 86_400


class ForwardForm(WriteForm):
    count = forms.IntegerField(
        label=_lazy("Forward by"),
        min_value=1,
        initial=1,
        error_messages={
            "required": _lazy("Say how far."),
            "min_value": _lazy("It goes forward only, by a minute at least."),
            "invalid": _lazy("A whole number, please."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(
        label=_lazy("Unit"),
        choices=[
            ("minutes", _lazy("minutes")),
            ("hours", _lazy("hours")),
            ("days", _lazy("days")),
        ],
        initial="days",
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("count") and facts.get("unit") and self.seconds > MOST:
            self.add_error("count", _lazy("366 days at once are the most."))
        return facts

    @property
    def seconds(self) -> int:
        return int(self.cleaned_data["count"]) * UNITS[self.cleaned_data["unit"]]

    def body(self) -> dict[str, Any]:
        return {"by_seconds": self.seconds}
