"""What a person may type into the pages of transactions, checked before anybody is called."""

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from selfcare.transactions import wording

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "waiting": ("action_required",),
    "pending": ("created", "scheduled", "processing"),
    "completed": ("completed",),
    "unsuccessful": ("failed", "cancelled", "expired"),
}
CURRENCIES = ("EUR", "GBP", "USD", "CHF", "CZK", "PLN", "SEK", "JPY")
CHOOSE = {
    "invalid_choice": _lazy("“%(value)s” isn’t one of these. Choose one."),
    "required": _lazy("Choose one."),
}
LONG = {"max_length": _lazy("Shorten this to %(limit_value)d characters: it has %(show_value)d.")}
# Nobody sends a reason that they never read.
NOT_CHOSEN = ("", _lazy("Choose a reason"))


class IntentForm(forms.Form):
    """Each form that has an effect carries the intent that its page was made with."""

    intent = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class CancellationForm(IntentForm):
    reason = forms.ChoiceField(
        label=_lazy("Why?"),
        choices=[NOT_CHOSEN, *wording.choices(wording.CANCEL_REASONS)],
        error_messages=CHOOSE,
    )
    note = forms.CharField(
        label=_lazy("Anything to add?"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages=LONG,
    )


class ConfirmationForm(IntentForm):
    decision = forms.ChoiceField(
        choices=[("confirm", _lazy("Confirm")), ("decline", _lazy("Don’t pay"))]
    )
