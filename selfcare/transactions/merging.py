"""Puts the parts of a query string together: what contradicts the rest is told and left out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.annotations import labels
from selfcare.annotations.models import Label
from selfcare.clients.filters import Filters
from selfcare.transactions import amounts, days, known
from selfcare.transactions.parts import Part
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

MOST_LABELS = 5
IS_TEXT = frozenset({"counterparty", "reference", "iban"})
ONE_AT_A_TIME = {
    "counterparty": noop("Search for one name at a time. Put more words in quotes."),
    "reference": noop("Search for one reference at a time."),
    "iban": noop("Search for one IBAN at a time."),
}


class Merge:
    """Takes parts in their order; `parts` are those with what became of them."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.parts: list[Part] = []
        self.filters = Filters()
        self._spans = dict.fromkeys(("days", "booked"), days.Span())
        self._amount = amounts.Range()
        self._words: list[str] = []
        self._labels: list[Label] = []
        self._all_labels: list[Label] | None = None

    def add(self, part: Part) -> None:
        """Narrows by one more part, or tells why it doesn't."""
        if not part.problem:
            part = self._takers[part.name](self, part)
        self.parts.append(part)

    def finish(self) -> None:
        """What only all of them together tell."""
        self._check_needs_me()
        zone = zone_of(self.person)

        def instant(day: date | None, later: int) -> datetime | None:
            if day is None:
                return None
            return datetime.combine(day + timedelta(days=later), time(), zone).astimezone(UTC)

        began, booked = self._spans["days"], self._spans["booked"]
        least, most = self._amount.least, self._amount.most
        self.filters = replace(
            self.filters,
            created_from=instant(began.first, 0),
            created_until=instant(began.last, 1),
            completed_from=instant(booked.first, 0),
            completed_until=instant(booked.last, 1),
            amount_from="" if least is None else amounts.wire(least),
            amount_until="" if most is None else amounts.wire(most),
            q=" ".join(self._words),
            sets=tuple(labels.sets_of(self._labels)) if self._labels else (),
        )

    # ── One taker a name ────────────────────────────────────────────────────────────────────
    def _take_several(self, part: Part) -> Part:
        """Of several statuses, kinds or currencies, one must hold."""
        before: tuple[str, ...] = getattr(self.filters, part.name)
        values = tuple(dict.fromkeys((*before, *part.value)))
        change: dict[str, Any] = {part.name: values}
        self.filters = replace(self.filters, **change)
        return part

    def _take_account(self, part: Part) -> Part:
        mine = dict(known.accounts(self.person.subject))
        if mine and part.typed not in mine:
            told = _("This account is gone. The rest of what you chose is shown.")
            return replace(part, words=_("one that is gone"), problem=told, is_gone=True)
        self.filters = replace(self.filters, account=(*self.filters.account, part.typed))
        return replace(part, words=mine.get(part.typed, part.words))

    def _take_text(self, part: Part) -> Part:
        before = getattr(self.filters, part.name)
        if before and before.casefold() != str(part.value).casefold():
            return replace(part, problem=_(ONE_AT_A_TIME[part.name]))
        change: dict[str, Any] = {part.name: str(part.value)}
        self.filters = replace(self.filters, **change)
        return part

    def _take_direction(self, part: Part) -> Part:
        if self.filters.direction not in {"", part.value}:
            return replace(
                part, problem=_("Nothing goes in and out at once. Choose one of the two.")
            )
        self.filters = replace(self.filters, direction=part.value)
        return part

    def _take_needs_me(self, part: Part) -> Part:
        self.filters = replace(self.filters, needs_me=True)
        return part

    def _take_word(self, part: Part) -> Part:
        self._words.append(str(part.value))
        return part

    def _take_days(self, part: Part) -> Part:
        """The day on which it began, or the one on which it was booked."""
        before = self._spans[part.name]
        first, last = before.first, before.last
        first = max(filter(None, (first, part.value.first)), default=None)
        last = min(filter(None, (last, part.value.last)), default=None)
        if first and last and first > last:
            told = _("No day lies in this and in the other dates. Change one of them.")
            if part.field in {"until", "booked_until"}:
                told = _("This day lies before the first one. Swap them.")
            return replace(part, problem=told)
        self._spans[part.name] = days.Span(first, last)
        return part

    def _take_amount(self, part: Part) -> Part:
        span: amounts.Range = part.value
        if span.direction and self.filters.direction not in {"", span.direction}:
            return replace(part, problem=_("Nothing goes in and out at once. Leave out the sign."))
        leasts = [one for one in (self._amount.least, span.least) if one is not None]
        mosts = [one for one in (self._amount.most, span.most) if one is not None]
        if leasts and mosts and max(leasts) > min(mosts):
            told = _("No amount fits this and the other bounds. Change one of them.")
            if part.field == "at_most":
                told = _("This is less than the least amount. Swap them.")
            return replace(part, problem=told)
        self._amount = amounts.Range(max(leasts, default=None), min(mosts, default=None))
        if span.direction:
            self.filters = replace(self.filters, direction=span.direction)
        if span.currency and span.currency not in self.filters.currency:
            currency = (*self.filters.currency, span.currency)
            self.filters = replace(self.filters, currency=currency)
        words = span.words()
        ways = {"in": _("%(amount)s, in"), "out": _("%(amount)s, out")}
        told = ways.get(span.direction, "%(amount)s")
        return replace(part, words=told % {"amount": words})

    def _take_merchant(self, part: Part) -> Part:
        name = known.merchant(self.person.subject, str(part.value))
        if name is None:
            told = _("No transaction of yours is with this merchant any more.")
            return replace(part, words=_("one that is gone"), problem=told, is_gone=True)
        merchants = (*self.filters.merchant, str(part.value))
        self.filters = replace(self.filters, merchant=merchants)
        return replace(part, words=name)

    def _take_label(self, part: Part) -> Part:
        """By its id, or as it was typed."""
        try:
            label = self._find_label(part)
        except (DatabaseError, InterfaceError):
            return replace(part, problem=_("We can’t look at your labels right now."))
        part = replace(part, name="label")
        if label is None and part.field == "label":
            told = _("This label is gone. The rest of what you chose is shown.")
            return replace(part, words=_("one that is gone"), problem=told, is_gone=True)
        if label is None:
            told = _("You have no label “%(name)s”.") % {"name": str(part.value)[:40]}
            return replace(part, problem=told)
        if label in self._labels:
            return replace(part, words=label.name)
        if len(self._labels) == MOST_LABELS:
            told = ngettext(
                "Choose at most %(n)d label at once.",
                "Choose at most %(n)d labels at once.",
                MOST_LABELS,
            )
            return replace(part, problem=told % {"n": MOST_LABELS})
        self._labels.append(label)
        return replace(part, words=label.name)

    def _find_label(self, part: Part) -> Label | None:
        if self._all_labels is None:
            self._all_labels = labels.of(self.person.subject)
        typed = str(part.value).casefold()
        by_id = part.field == "label"
        return next(
            (
                label
                for label in self._all_labels
                if (label.public_id if by_id else label.name.casefold()) == typed
            ),
            None,
        )

    def _check_needs_me(self) -> None:
        statuses = self.filters.status
        if not self.filters.needs_me or not statuses or "action_required" in statuses:
            return
        told = _("What needs you has the status “Waiting for you”, and another one is chosen.")
        self.filters = replace(self.filters, needs_me=False)
        self.parts = [
            replace(part, problem=told) if part.name == "needs_me" and not part.problem else part
            for part in self.parts
        ]

    _takers: dict[str, Callable[["Merge", Part], Part]] = {
        **dict.fromkeys(("status", "kind", "currency"), _take_several),
        "account": _take_account,
        **dict.fromkeys(IS_TEXT, _take_text),
        "direction": _take_direction,
        "needs_me": _take_needs_me,
        "word": _take_word,
        **dict.fromkeys(("days", "booked"), _take_days),
        "amount": _take_amount,
        "merchant": _take_merchant,
        "label": _take_label,
        "label_id": _take_label,
    }
