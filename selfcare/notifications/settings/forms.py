"""The forms of the settings: what was ticked and written, as a plan; what may be is in choosing."""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from selfcare import money
from selfcare.notifications import categories, wording
from selfcare.notifications.deciding import Choice
from selfcare.notifications.delivery import digests
from selfcare.notifications.models.rules import Channel, Rule
from selfcare.notifications.settings import choosing
from selfcare.notifications.settings.choosing import MOST_MERCHANTS, Cell, Plan
from selfcare.notifications.settings.refusals import Refused

CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.h]([0-5][0-9]))?")


class ClockField(forms.CharField):
    """A time of day as people write it: `22:00`, `7.30`, `7`; shown as `22:00`."""

    default_error_messages = {"invalid": _("Write a time of day such as 22:00.")}

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "8"})
        super().__init__(max_length=20, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"])
        return time(int(found[1]), int(found[2] or 0))

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class PlanForm(forms.Form):
    """What both forms of the settings share: the version, and where a refusal is shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, plan: Plan, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.before = plan
        self.initial["version"] = plan.version
        self.add_fields()

    def add_fields(self) -> None:
        raise NotImplementedError

    def plan(self) -> Plan:
        """What was chosen, over the version that was seen; of a valid form."""
        raise NotImplementedError

    def refuse(self, refusal: Refused) -> None:
        """Shows it at the field that it names, else above the form."""
        name = refusal.field.replace(".", "-")
        where = next((n for n in (name, f"{name}-mode") if n in self.fields), None)
        self.add_error(where, refusal.words)


class MatrixForm(PlanForm):
    """What and where by ticks, quiet hours, and when digests go out."""

    quiet = forms.BooleanField(label=_("On"), required=False)
    quiet_from = ClockField(label=_("From"), required=False)
    quiet_until = ClockField(label=_("Until"), required=False)
    digest_at = ClockField(label=_("At"), required=False)
    digest_weekday = forms.TypedChoiceField(
        label=_("Weekly ones on"), coerce=int, choices=list(enumerate(wording.WEEKDAYS))
    )

    def add_fields(self) -> None:
        plan = self.before
        self.initial.update(
            {
                "quiet": plan.quiet_from is not None,
                "quiet_from": plan.quiet_from or time(22),
                "quiet_until": plan.quiet_until or time(7),
                "digest_at": plan.digest_at or digests.AT,
                "digest_weekday": plan.digest_weekday,
            }
        )
        for category, channel in choosing.cells():
            about = categories.about(category)
            self.fields[f"{category}-{channel}"] = forms.BooleanField(
                required=False,
                label=wording.CHANNELS[channel].title,
                disabled=channel in about.always,
            )
            mode = plan.choice(category, channel).mode
            self.initial[f"{category}-{channel}"] = mode != Rule.Mode.OFF

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if not told.get("quiet"):
            # What stands in fields that don't count hinders nobody.
            for name in ("quiet_from", "quiet_until"):
                self.errors.pop(name, None)
                told[name] = None
        elif not self.errors.keys() & {"quiet_from", "quiet_until"}:
            for name in ("quiet_from", "quiet_until"):
                if told.get(name) is None:
                    self.add_error(name, _("Write a time of day such as 22:00."))
        return told

    def plan(self) -> Plan:
        """What was ticked over what was there: amounts, merchants and digests of a cell stay."""
        told = self.cleaned_data
        choices = {
            cell: _ticked(self.before.choice(*cell), on=told[f"{cell[0]}-{cell[1]}"])
            for cell in choosing.cells()
        }
        at = told["digest_at"]
        return Plan(
            choices=choices,
            quiet_from=told["quiet_from"],
            quiet_until=told["quiet_until"],
            digest_at=None if at == digests.AT else at,
            digest_weekday=told["digest_weekday"],
            version=told["version"],
        )


def _ticked(choice: Choice, *, on: bool) -> Choice:
    mode = choice.mode
    if not on:
        mode = Rule.Mode.OFF
    elif mode == Rule.Mode.OFF:
        mode = Rule.Mode.AT_ONCE
    return Choice(mode, choice.above, choice.merchants, choice.merchant_ids, chosen=True)


class CategoryForm(PlanForm):
    """One kind of notice: for each way of telling the mode, the least amounts, the merchants."""

    def __init__(
        self,
        plan: Plan,
        category: str,
        *,
        currencies: Iterable[str],
        merchants: Mapping[str, str],
        data: Any = None,
    ) -> None:
        self.category = category
        self.about = categories.about(category)
        self.currencies = tuple(currencies) if self.about.amounts else ()
        self.merchants = merchants if self.about.merchants else {}
        super().__init__(plan, data)

    def add_fields(self) -> None:
        for channel in Channel.values:
            choice = self.before.choice(self.category, channel)
            self._add_mode(channel, choice)
            for currency in self.currencies:
                self._add_amount(channel, currency, choice)
            if self.merchants:
                self._add_merchants(channel, choice)

    def _add_mode(self, channel: str, choice: Choice) -> None:
        modes = self.about.modes(channel)
        name = f"{self.category}-{channel}-mode"
        self.fields[name] = forms.ChoiceField(
            label=wording.CHANNELS[channel].title,
            choices=[(mode, wording.MODES[mode]) for mode in modes],
            disabled=len(modes) == 1,
            initial=choice.mode if choice.mode in modes else modes[-1],
        )

    def _add_amount(self, channel: str, currency: str, choice: Choice) -> None:
        minor = choice.above.get(currency)
        self.fields[f"{self.category}-{channel}-above-{currency}"] = forms.CharField(
            label=currency,
            required=False,
            max_length=40,
            initial="" if minor is None else money.Money(minor, currency).typed,
            widget=forms.TextInput(
                {"class": "input", "inputmode": "decimal", "autocomplete": "off"}
            ),
        )

    def _add_merchants(self, channel: str, choice: Choice) -> None:
        name = f"{self.category}-{channel}-merchants"
        self.fields[name] = forms.ChoiceField(
            label=_("Merchants"), choices=list(wording.MERCHANTS.items()), initial=choice.merchants
        )
        self.fields[f"{name}-ids"] = forms.MultipleChoiceField(
            label=_("Which merchants"),
            required=False,
            choices=list(self.merchants.items()),
            initial=list(choice.merchant_ids),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("You have had to do with no such merchant.")},
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        for name in [n for n in self.fields if "-above-" in n and told.get(n)]:
            try:
                amount = money.parse(told[name], name.rpartition("-")[2])
            except money.BadAmount as refusal:
                self.add_error(name, str(refusal))
                continue
            if amount.amount_minor < 0:
                self.add_error(name, _("Write an amount of zero or more, such as 20.00."))
            told[name] = amount.amount_minor
        for channel in Channel.values:
            self._check_merchants(f"{self.category}-{channel}-merchants", told)
        return told

    def _check_merchants(self, name: str, told: dict[str, Any]) -> None:
        ids = told.get(f"{name}-ids", [])
        if told.get(name, Rule.Merchants.ALL) == Rule.Merchants.ALL or name in self.errors:
            return
        if not ids and f"{name}-ids" not in self.errors:
            self.add_error(f"{name}-ids", _("Tick at least one merchant, or choose all of them."))
        if len(ids) > MOST_MERCHANTS:
            words = _("%(most)d merchants are as many as fit in one rule.")
            self.add_error(f"{name}-ids", words % {"most": MOST_MERCHANTS})

    def plan(self) -> Plan:
        """The plan that was there with this category anew, over the version that was seen."""
        changed: dict[Cell, Choice] = {}
        for channel in Channel.values:
            changed[self.category, channel] = self._choice(channel)
        plan = self.before.with_choices(changed)
        return Plan(
            choices=plan.choices,
            quiet_from=plan.quiet_from,
            quiet_until=plan.quiet_until,
            digest_at=plan.digest_at,
            digest_weekday=plan.digest_weekday,
            version=self.cleaned_data["version"],
        )

    def _choice(self, channel: str) -> Choice:
        told, start = self.cleaned_data, f"{self.category}-{channel}"
        # Amounts in currencies that the page didn't show are nobody's to take away.
        kept = self.before.choice(self.category, channel).above
        above = {code: minor for code, minor in kept.items() if code not in self.currencies}
        for currency in self.currencies:
            minor = told.get(f"{start}-above-{currency}")
            if isinstance(minor, int):
                above[currency] = minor
        which = told.get(f"{start}-merchants", Rule.Merchants.ALL)
        ids = told.get(f"{start}-merchants-ids", []) if which != Rule.Merchants.ALL else []
        return Choice(told[f"{start}-mode"], above, which, tuple(ids), chosen=True)
