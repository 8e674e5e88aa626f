"""What a person may type to have something put right, checked before anybody is called."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop as noop

from selfcare import money
from selfcare.cases.evidence import Taken
from selfcare.transactions import wording
from selfcare.transactions.forms import CHOOSE, LONG, NOT_CHOSEN

DISPUTE_REASONS = [
    ("not_received", noop("It never came")),
    ("not_as_described", noop("It isn’t what was promised")),
    ("duplicate", noop("I was charged twice")),
    ("wrong_amount", noop("I was charged a wrong amount")),
]
FRAUD_REASONS = [
    ("not_me", noop("I didn’t make it")),
    ("tricked", noop("Somebody deceived me")),
    ("coerced", noop("Somebody forced me")),
]
RECALL_REASONS = [
    ("wrong_payee", noop("It went to the wrong place")),
    ("wrong_amount", noop("The amount is wrong")),
    ("duplicate", noop("I sent it twice")),
    ("tricked", noop("Somebody deceived me")),
]
LONGEST_MESSAGE = 2000


class Files(forms.ClearableFileInput):
    """Any number of files; which ones are taken is for evidence.py."""

    allow_multiple_selected = True


def _message(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea({"rows": 4}),
        error_messages=LONG | {"required": _lazy("Write what it is about.")},
        help_text=help_text,
    )


def _reason(choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    told = [NOT_CHOSEN, *((value, _lazy(words)) for value, words in choices)]
    return forms.ChoiceField(label=_lazy("Why?"), choices=told, error_messages=CHOOSE)


class CaseForm(forms.Form):
    """A form with files; `taken` are those that were handed over, and what was wrong with others.

    The files come last in each form: one that is too large takes nothing else with it.
    """

    takes_files = True
    # What the form begins with, such as the reason that the questions came to.
    begins_with: tuple[str, ...] = ("reason",)

    def __init__(
        self,
        data: Any = None,
        *,
        taken: Taken | None = None,
        most: money.Money | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.taken = taken or Taken()
        self.most = most
        if self.takes_files:
            self.fields["files"] = forms.Field(
                label=_lazy("Add photos or papers"),
                required=False,
                widget=Files({"accept": ".pdf,.png,.jpg,.jpeg"}),
                help_text=_lazy("PDF, PNG or JPEG, up to 10 MB each."),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for fault in self.taken.faults:
            self.add_error("files", fault)
        return data

    def act_on(self) -> dict[str, Any]:
        """The cleaned words as the action takes them."""
        data = {k: v for k, v in self.cleaned_data.items() if k != "files"}
        return data | ({"evidence": self.taken.pieces} if self.takes_files else {})


class ClaimForm(CaseForm):
    """A form that asks for money: all that can come back, or a part."""

    amount = forms.CharField(
        label=_lazy("How much?"),
        max_length=40,
        error_messages={"required": _lazy("Write how much you want back.")},
    )

    def __init__(self, data: Any = None, *, most: money.Money, **rest: Any) -> None:
        super().__init__(data, most=most, **rest)
        self.fields["amount"].initial = most.typed

    def clean_amount(self) -> money.Money:
        most = self.most or money.Money(0, "EUR")
        try:
            amount = money.parse(self.cleaned_data["amount"], most.currency)
        except money.BadAmount as error:
            raise forms.ValidationError(str(error)) from error
        if amount.amount_minor <= 0:
            raise forms.ValidationError(_("Ask for more than nothing."))
        if most < amount:
            raise forms.ValidationError(_("At most %(most)s can still come back.") % {"most": most})
        return amount


class RefundRequestForm(ClaimForm):
    reason = _reason(wording.REFUND_REASONS)
    message = _message(_lazy("What should they know?"))

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(data, **rest)
        # What went to the wrong place is a reason of recalls; a merchant is told "something else".
        if self.initial.get("reason") == "wrong_payee":
            self.initial["reason"] = "other"


class DisputeForm(ClaimForm):
    reason = _reason(DISPUTE_REASONS)
    message = _message(
        _lazy("What happened?"),
        help_text=_lazy("What you bought, what you got, and what they told you."),
    )


class FraudReportForm(CaseForm):
    reason = _reason(FRAUD_REASONS)
    message = _message(
        _lazy("What happened?"),
        help_text=_lazy("How you noticed, and who contacted you. Never a code."),
    )


class RecallForm(CaseForm):
    takes_files = False
    reason = _reason(RECALL_REASONS)
    message = _message(_lazy("What should their bank know?"))


class InquiryForm(CaseForm):
    begins_with = ()
    message = _message(_lazy("What do you want to know?"), required=True)


class MessageForm(CaseForm):
    begins_with = ()
    text = _message(_lazy("Write a message"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("text") and not self.taken.pieces and not self.errors:
            self.add_error("text", _("Write something, or add a file."))
        return data


class WithdrawalForm(CaseForm):
    takes_files = False
    begins_with = ()


class EscalationForm(CaseForm):
    takes_files = False
    reason = _reason(DISPUTE_REASONS)
    message = _message(
        _lazy("Why don’t you agree?"),
        help_text=_lazy("Papers and photos are added to the dispute afterwards."),
    )
