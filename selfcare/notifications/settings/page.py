"""What the pages of the settings show: the matrix in words, the day, what was changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare.money import Money
from selfcare.notifications import wording
from selfcare.notifications.deciding import Choice
from selfcare.notifications.models import Address
from selfcare.notifications.models.rules import Channel, Rule
from selfcare.notifications.settings.choosing import Plan
from selfcare.notifications.settings.forms import CategoryForm, MatrixForm, PlanForm
from selfcare.notifications.wording import Named
from selfcare.preferences.actions import zone_of
from selfcare.web import formats


@dataclass(frozen=True, slots=True)
class CellView:
    field: BoundField
    named: Named
    note: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class RowView:
    category: str
    named: Named
    summary: str
    url: str
    cells: list[CellView]


def context(subject: str, form: PlanForm, saved: Plan) -> dict[str, Any]:
    """What the form's template needs besides the form."""
    zone = zone_of(subject)
    shared: dict[str, Any] = {
        "form": form,
        "saved": saved,
        "zone": zone.key,
        "locked": wording.LOCKED,
        "channels": [
            (named, _where(subject, channel)) for channel, named in wording.CHANNELS.items()
        ],
    }
    if isinstance(form, MatrixForm):
        shared["groups"] = [
            (title, [_row(form, saved, name) for name in names]) for title, names in wording.GROUPS
        ]
        shared["day"] = day24(saved, timezone.now().astimezone(zone))
    elif isinstance(form, CategoryForm):
        shared |= {
            "category": wording.CATEGORIES[form.category],
            "about": form.about,
            "parts": list(_parts(form)),
        }
    return shared


def _where(subject: str, channel: str) -> str:
    """Where a channel leads, in a word or two beneath its name."""
    if channel == Channel.IN_APP:
        return _("here")
    found = Address.objects.of(subject).usable().filter(channel=channel)
    count = found.count()
    if not count:
        return _("none yet")
    if channel == Channel.SMS:
        address = found.order_by("-is_primary", "verified_at").first()
        return _("ending %(digits)s") % {"digits": address.value[-2:] if address else ""}
    if channel == Channel.EMAIL:
        return ngettext("%(count)d address", "%(count)d addresses", count) % {"count": count}
    return ngettext("%(count)d browser", "%(count)d browsers", count) % {"count": count}


# ── The matrix ──────────────────────────────────────────────────────────────────────────────
def _row(form: MatrixForm, saved: Plan, category: str) -> RowView:
    return RowView(
        category=category,
        named=wording.CATEGORIES[category],
        summary=summary(saved, category),
        url=reverse("notifications:category_settings", args=[category.replace("_", "-")]),
        cells=[_cell(form, saved, category, channel) for channel in Channel.values],
    )


def _cell(form: MatrixForm, saved: Plan, category: str, channel: str) -> CellView:
    mode = saved.choice(category, channel).mode
    field = form[f"{category}-{channel}"]
    return CellView(
        field=field,
        named=wording.CHANNELS[channel],
        note=str(wording.SHORT_MODES.get(mode, "")),
        is_changed=form.is_bound and bool(field.value()) != (mode != Rule.Mode.OFF),
    )


def summary(plan: Plan, category: str) -> str:
    """`from 20.00 EUR · Text only 3 merchants`: what limits the ticks, with whose it is."""
    on = {
        channel: plan.choice(category, channel)
        for channel in Channel.values
        if plan.choice(category, channel).mode != Rule.Mode.OFF
    }
    told: dict[str, list[str]] = {}
    for channel, choice in on.items():
        if limits := _limits(choice):
            told.setdefault(limits, []).append(channel)
    parts = []
    for limits, channels in told.items():
        if len(channels) == len(on):
            parts.append(limits)
        else:
            names = formats.listed(str(wording.CHANNELS[channel].title) for channel in channels)
            parts.append(_("%(channels)s: %(limits)s") % {"channels": names, "limits": limits})
    return " · ".join(parts)


def _limits(choice: Choice) -> str:
    parts = [
        _("from %(amount)s") % {"amount": Money(minor, currency)}
        for currency, minor in choice.above.items()
    ]
    count = len(choice.merchant_ids)
    if choice.merchants == Rule.Merchants.ONLY:
        words = ngettext("only %(count)d merchant", "only %(count)d merchants", count)
        parts.append(words % {"count": count})
    elif choice.merchants == Rule.Merchants.EXCEPT:
        words = ngettext("not %(count)d merchant", "not %(count)d merchants", count)
        parts.append(words % {"count": count})
    return ", ".join(parts)


# ── One kind of notice ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PartView:
    """The fields of one channel."""

    channel: str
    named: Named
    mode: BoundField
    amounts: list[BoundField]
    merchants: BoundField | None
    merchant_ids: BoundField | None


def _parts(form: CategoryForm) -> Iterator[PartView]:
    for channel, named in wording.CHANNELS.items():
        start = f"{form.category}-{channel}"
        has = f"{start}-merchants" in form.fields
        yield PartView(
            channel=channel,
            named=named,
            mode=form[f"{start}-mode"],
            amounts=[form[f"{start}-above-{code}"] for code in form.currencies],
            merchants=form[f"{start}-merchants"] if has else None,
            merchant_ids=form[f"{start}-merchants-ids"] if has else None,
        )


def changed(form: PlanForm) -> list[tuple[str, str]]:
    """What is saved where this tab chose something else: (what, as it is saved)."""
    found = []
    for name in form.fields:
        field = form[name]
        if name == "version" or str(field.value() or "") == str(field.initial or ""):
            continue
        found.append((_label(form, name), _saved_words(field)))
    return found


def _label(form: PlanForm, name: str) -> str:
    category, _dash, rest = name.partition("-")
    label = str(form[name].label)
    if category not in wording.CATEGORIES or not rest:
        return label
    told = {"category": wording.CATEGORIES[category].title, "field": label}
    return _("%(category)s, %(field)s") % told


def _saved_words(field: BoundField) -> str:
    if isinstance(field.initial, bool):
        return _("on") if field.initial else _("off")
    if isinstance(field.initial, list):
        count = len(field.initial)
        return ngettext("%(count)d ticked", "%(count)d ticked", count) % {"count": count}
    options = dict(getattr(field.field, "choices", ()))
    shown = field.field.prepare_value(field.initial)
    return str(options.get(field.initial, shown or _("nothing")))


# ── The day as a picture ────────────────────────────────────────────────────────────────────
def day24(plan: Plan, now: datetime) -> dict[str, Any] | None:
    """Quiet hours on a line of 24 hours, in percent; None where there are none."""
    if plan.quiet_from is None or plan.quiet_until is None:
        return None
    begin = _percent(plan.quiet_from.hour, plan.quiet_from.minute)
    end = _percent(plan.quiet_until.hour, plan.quiet_until.minute)
    spans = [(begin, end)] if begin < end else [(0.0, end), (begin, 100.0)]
    return {
        "spans": [(f"{a:.2f}", f"{b - a:.2f}") for a, b in spans if b > a],
        "now": f"{_percent(now.hour, now.minute):.2f}",
        "clock": f"{now:%H:%M}",
        "is_quiet": any(a <= _percent(now.hour, now.minute) < b for a, b in spans),
        "from": f"{plan.quiet_from:%H:%M}",
        "until": f"{plan.quiet_until:%H:%M}",
    }


def _percent(hour: int, minute: int) -> float:
    return (hour * 60 + minute) / 14.4
