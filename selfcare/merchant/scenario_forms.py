"""A scenario of one's own, typed or pasted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare import errors
from selfcare.merchant.forms import WriteForm


class ScriptForm(WriteForm):
    text = forms.CharField(
        label=_lazy("The script"),
        max_length=20_000,
        strip=False,
        help_text=_lazy("TOML, or JSON. Begin with one of the ready ones: each shows its script."),
        error_messages={"required": _lazy("There is nothing in it.")},
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocomplete": "off"}),
    )

    def body(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"].replace("\r\n", "\n")}

    def refuse(self, error: errors.Rejected) -> None:
        """What is wrong with a script is said by the field, each thing with its place."""
        super().refuse(error)
        told = error.problem.get("errors")
        if error.code == "bad_script" and isinstance(told, list):
            self.errors.pop("__all__", None)
            for one in told:
                self.add_error("text", str(one))
