"""What is asked for a payment or a payout, and where one can be forced to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from selfcare.merchant import wording
from selfcare.merchant.forms import WriteForm
from selfcare.merchant.payment_shapes import Whole
from selfcare.money import BadAmount, parse

CURRENCIES = ("EUR", "GBP", "USD", "CZK", "DKK")
KINDS = [("payment", _lazy("Payment")), ("payout", _lazy("Payout"))]


class PaymentForm(WriteForm):
    kind = forms.ChoiceField(
        label=_lazy("What you ask for"),
        choices=[
            ("payment", _lazy("a payment: the customer pays you")),
            ("payout", _lazy("a payout: you pay the customer")),
        ],
        initial="payment",
        widget=forms.RadioSelect,
    )
    amount = forms.CharField(
        label=_lazy("Amount"),
        max_length=24,
        error_messages={"required": _lazy("Say how much.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(
        label=_lazy("Currency"), choices=[(code, code) for code in CURRENCIES]
    )
    return_url = forms.ChoiceField(
        label=_lazy("Where the customer comes back to"),
        error_messages={"required": _lazy("Register a return address first.")},
    )
    merchant_reference = forms.CharField(
        label=_lazy("Your reference"),
        required=False,
        max_length=80,
        help_text=_lazy("Such as the number of an order."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    remittance_information = forms.CharField(
        label=_lazy("What the customer reads"),
        required=False,
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_in_seconds = forms.TypedChoiceField(
        label=_lazy("How long it waits"),
        coerce=int,
        initial=3600,
        choices=[
            (300, _lazy("5 minutes")),
            (3600, _lazy("1 hour")),
            (86_400, _lazy("1 day")),
            (604_800, _lazy("7 days")),
        ],
    )

    def __init__(self, *args: Any, addresses: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["return_url"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (it is, above)
        field.choices = [(url, url) for url in addresses]

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        if "amount" in facts and "currency" in facts:
            try:
                money = parse(facts["amount"], facts["currency"])
            except BadAmount as error:
                self.add_error("amount", str(error))
                return facts
            if not 0 < money.amount_minor <= 10**15:
                self.add_error("amount", _("Say an amount above zero that somebody could have."))
            facts["amount_minor"] = money.amount_minor
        return facts

    def body(self) -> dict[str, Any]:
        facts = self.cleaned_data
        texts = ("merchant_reference", "remittance_information")
        kept = ("kind", "amount_minor", "currency", "return_url", "expires_in_seconds")
        return {
            **{name: facts[name] for name in kept},
            **{name: facts[name] for name in texts if facts[name]},
        }


class MoveForm(WriteForm):
    """Where the sandbox says that it may go next."""

    to = forms.ChoiceField(label=_lazy("What happens next"))

    def __init__(self, *args: Any, payment: Whole, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (it is, above)
        field.choices = [(to, wording.word(wording.MOVES, to)) for to in payment.next]


class FilterForm(forms.Form):
    """The filter of the list; the sandbox decides what fits."""

    q = forms.CharField(label=_lazy("Reference, text or id"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_lazy("Kind"), required=False, choices=[("", _lazy("Both")), *KINDS]
    )
    status = forms.ChoiceField(label=_lazy("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (it is, above)
        known = [(code, wording.status(code).words) for code in wording.STATUSES]
        field.choices = [("", _("Every state")), *known]
