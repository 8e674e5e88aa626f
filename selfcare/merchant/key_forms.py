"""What is asked for a key: its name, what it may, and who keeps what signs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.merchant.forms import WriteForm

PUBLIC_KEY = _lazy(
    "Yours alone to sign with: paste the public key of an Ed25519 pair (PEM, or its 32 bytes in "
    "base64). Leave it empty, and we make a shared secret."
)


class KeyForm(WriteForm):
    name = forms.CharField(
        label=_lazy("Name"),
        max_length=80,
        help_text=_lazy("Where it is used, such as “Till” or “My laptop”."),
        error_messages={"required": _lazy("Give it a name, so that you know it later.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_lazy("What it may"),
        choices=[("write", _lazy("read and write")), ("read", _lazy("only read"))],
        initial="write",
        widget=forms.RadioSelect,
    )
    public_key = forms.CharField(
        label=_lazy("Public key, if you have one"),
        required=False,
        max_length=1000,
        help_text=PUBLIC_KEY,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def body(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "scope", "public_key")}


class RotationForm(WriteForm):
    overlap_seconds = forms.TypedChoiceField(
        label=_lazy("How long the old one goes on"),
        coerce=int,
        initial=86_400,
        choices=[
            (0, _lazy("not at all: it ends at once")),
            (3600, _lazy("1 hour")),
            (86_400, _lazy("24 hours")),
            (604_800, _lazy("7 days")),
        ],
        help_text=_lazy("Both are good until then, so that you can change over without a gap."),
    )
    public_key = forms.CharField(
        label=_lazy("The new public key"),
        max_length=1000,
        error_messages={"required": _lazy("Paste the public key of the new pair.")},
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, has_secret: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_secret:
            del self.fields["public_key"]

    def body(self) -> dict[str, Any]:
        seconds = self.cleaned_data["overlap_seconds"]
        return {"overlap_seconds": seconds, "public_key": self.cleaned_data.get("public_key", "")}
