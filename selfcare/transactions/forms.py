"""What a person may type into the pages of transactions, checked before anybody is called."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from selfcare import money
from selfcare.clients import shapes
from selfcare.clients.transactions import Filters
from selfcare.transactions import wording

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "waiting": ("action_required",),
    "pending": ("created", "scheduled", "processing"),
    "completed": ("completed",),
    "unsuccessful": ("failed", "cancelled", "expired"),
}
CURRENCIES = ("EUR", "GBP", "USD", "CHF", "CZK", "PLN", "SEK", "JPY")
# The years that a date filter takes; outside of them no platform kept accounts.
FIRST_YEAR, LAST_YEAR = 1970, 2200
CHOOSE = {
    "invalid_choice": "“%(value)s” isn’t one of these. Choose one.",
    "required": "Choose one.",
}
LONG = {"max_length": "Shorten this to %(limit_value)d characters: it has %(show_value)d."}
# Nobody sends a reason that they never read.
NOT_CHOSEN = ("", "Choose a reason")
DAY = {"invalid": "Write this date as year-month-day, such as 2026-11-20."}


class FilterForm(forms.Form):
    """The query string of the list: what is shown, and nothing else, is state."""

    q = forms.CharField(
        required=False,
        max_length=200,
        strip=True,
        error_messages={"max_length": "Search with at most 200 characters."},
    )
    status = forms.ChoiceField(required=False, error_messages=CHOOSE)
    kind = forms.ChoiceField(required=False, error_messages=CHOOSE)
    currency = forms.CharField(required=False, max_length=3)
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages=DAY)
    cursor = forms.CharField(required=False, max_length=2000)

    def __init__(self, data: Any, *, zone: ZoneInfo) -> None:
        super().__init__(data)
        self.zone = zone
        # `from` is a word of Python's, so it can't be a name in the class body.
        self.fields["from"] = forms.DateField(
            required=False, input_formats=["%Y-%m-%d"], error_messages=DAY
        )
        raw = [(status, wording.STATUSES[status].words) for status in shapes.STATUSES]
        groups = [(name, wording.STATUS_GROUPS[name]) for name in STATUS_GROUPS]
        self.fields["status"].choices = [("", "Every status"), *groups, *raw]  # type: ignore[attr-defined]
        kinds = [(kind, wording.KINDS[kind].words) for kind in shapes.KINDS]
        self.fields["kind"].choices = [("", "Every kind"), *kinds]  # type: ignore[attr-defined]
        chosen = str(data.get("currency", ""))
        known = [*CURRENCIES, *([chosen] if chosen and chosen not in CURRENCIES else [])]
        options = [("", "Every currency"), *((code, code) for code in known)]
        self.fields["currency"].widget = forms.Select(choices=options)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code:
            try:
                money.exponent(code)
            except money.BadAmount as error:
                raise forms.ValidationError(str(error)) from error
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("from"), data.get("until")
        for name, day in (("from", first), ("until", last)):
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
        if first and last and first > last:
            self.add_error("until", "This day lies before the first one. Swap them.")
        return data

    def filters(self) -> Filters:
        """The filters of a valid form: whole days in the person's zone, as UTC instants."""
        data = self.cleaned_data
        status = data["status"]
        statuses = STATUS_GROUPS.get(status, (status,) if status else ())
        return Filters(
            status=statuses,
            kind=(data["kind"],) if data["kind"] else (),
            currency=(data["currency"],) if data["currency"] else (),
            created_from=self._starts(data["from"], 0),
            created_until=self._starts(data["until"], 1),
            q=data["q"],
        )

    def _starts(self, day: Any, later: int) -> datetime | None:
        if day is None:
            return None
        start = datetime.combine(day + timedelta(days=later), time(), self.zone)
        return start.astimezone(UTC)


class IntentForm(forms.Form):
    """Each form that has an effect carries the intent that its page was made with."""

    intent = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class CancellationForm(IntentForm):
    reason = forms.ChoiceField(
        label="Why?", choices=[NOT_CHOSEN, *wording.CANCEL_REASONS], error_messages=CHOOSE
    )
    note = forms.CharField(
        label="Anything to add?",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages=LONG,
    )


class ConfirmationForm(IntentForm):
    decision = forms.ChoiceField(choices=[("confirm", "Confirm"), ("decline", "Don’t pay")])


class RefundRequestForm(IntentForm):
    amount = forms.CharField(
        label="How much?",
        max_length=40,
        error_messages={"required": "Write how much you want back."},
    )
    reason = forms.ChoiceField(
        label="Why?", choices=[NOT_CHOSEN, *wording.REFUND_REASONS], error_messages=CHOOSE
    )
    message = forms.CharField(
        label="What should they know?",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        error_messages=LONG,
    )

    def __init__(self, data: Any, *, most: money.Money) -> None:
        super().__init__(data)
        self.most = most
        self.fields["amount"].initial = most.decimal

    def clean_amount(self) -> money.Money:
        try:
            amount = money.parse(self.cleaned_data["amount"], self.most.currency)
        except money.BadAmount as error:
            raise forms.ValidationError(str(error)) from error
        if amount.amount_minor <= 0:
            raise forms.ValidationError("Ask for more than nothing.")
        if self.most < amount:
            raise forms.ValidationError(f"At most {self.most} can still come back.")
        return amount
