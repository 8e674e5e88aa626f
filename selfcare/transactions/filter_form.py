"""The panel of filters as a form: it only shows what finding has read, and decides nothing."""

from typing import Any

from django import forms
from django.db import DatabaseError, InterfaceError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _lazy

from selfcare.annotations import labels
from selfcare.clients import shapes
from selfcare.transactions import known, wording
from selfcare.transactions.finding import Finding
from selfcare.transactions.forms import CURRENCIES, STATUS_GROUPS
from selfcare.web.request import Person

type Choices = list[tuple[str, str]]

AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}


def _several(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple
    )


class FilterForm(forms.Form):
    """Bound to what finding gave; its errors are finding's too."""

    status = _several(_lazy("Status"))
    kind = _several(_lazy("Kind"))
    direction = forms.ChoiceField(
        label=_lazy("Money"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _lazy("In and out")), ("in", _lazy("In")), ("out", _lazy("Out"))],
    )
    currency = _several(_lazy("Currency"))
    at_least = forms.CharField(
        label=_lazy("At least"), required=False, widget=forms.TextInput(AMOUNT)
    )
    at_most = forms.CharField(
        label=_lazy("At most"), required=False, widget=forms.TextInput(AMOUNT)
    )
    until = forms.DateField(label=_lazy("Until"), required=False)
    booked_from = forms.DateField(label=_lazy("Booked from"), required=False)
    booked_until = forms.DateField(label=_lazy("Booked until"), required=False)
    merchant = forms.CharField(label=_lazy("Name"), required=False)
    label = _several(_lazy("Label"))
    account = _several(_lazy("Account"))
    needs_me = forms.BooleanField(label=_lazy("Only what waits for me"), required=False)

    def __init__(self, person: Person, finding: Finding) -> None:
        self.finding = finding
        # `from` is a word of Python's, so it can't be a name in the class body.
        fields = {"from": forms.DateField(label=_lazy("From"), required=False)}
        super().__init__(self._given(finding))
        self.fields |= fields
        self.names = [name for _, name in known.merchants(person.subject)]
        for name, options in self._choices(person).items():
            chosen = self.data.get(name) or []
            options += [(one, one) for one in chosen if one not in {code for code, _ in options}]
            field: Any = self.fields[name]
            field.choices = options
            field.widget.choices = options
        self.fields["merchant"].widget.attrs["list"] = "merchant-names"

    def full_clean(self) -> None:
        """Nothing is judged twice."""
        self.cleaned_data: dict[str, Any] = {}
        self._errors = ErrorDict()
        for name, told in self.finding.errors.items():
            self._errors[name] = self.error_class(told)

    @property
    def chosen_merchants(self) -> Choices:
        """Those that were chosen by their id, with their names."""
        parts = self.finding.parts
        return [(part.typed, part.words) for part in parts if part.name == "merchant"]

    @property
    def has_errors(self) -> bool:
        """Whether one of the panel's own fields has something to mend."""
        return bool(self.finding.errors.keys() & self.fields.keys())

    @staticmethod
    def _given(finding: Finding) -> dict[str, Any]:
        several = ("status", "kind", "currency", "label", "account")
        single = ("direction", "at_least", "at_most", "from", "until", "needs_me",
                  "booked_from", "booked_until")  # fmt: skip
        given: dict[str, Any] = {name: finding.given(name) for name in several}
        given |= {name: next(iter(finding.given(name)), "") for name in single}
        merchants = [part for part in finding.parts if part.field == "merchant"]
        texts = [part.typed for part in merchants if part.name != "merchant"]
        return given | {"merchant": next(iter(texts), "")}

    def _choices(self, person: Person) -> dict[str, Choices]:
        groups = [(name, wording.status_words(name)) for name in STATUS_GROUPS]
        raw = [
            (code, wording.status_words(code))
            for code in self.data["status"]
            if code in wording.STATUSES and code not in STATUS_GROUPS
        ]
        return {
            "status": [*groups, *raw],
            "kind": [(kind, wording.kind_of(kind).words) for kind in shapes.KINDS],
            "currency": [(code, code) for code in CURRENCIES],
            "account": known.accounts(person.subject),
            "label": _labels(person.subject),
        }


def _labels(subject: str) -> Choices:
    try:
        return [(label.public_id, label.name) for label in labels.of(subject)]
    except (DatabaseError, InterfaceError):
        return []
