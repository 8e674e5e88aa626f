"""Tags that draw the look's small parts: money, icons, chips, faces, times; no rules here."""

import re
from datetime import date, datetime
from functools import cache
from typing import Any
from zlib import crc32

from django import template
from django.forms import BoundField
from django.forms import widgets as w
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from selfcare.money import STYLE, Money
from selfcare.web import addresses, formats, zones
from selfcare.web.moments import Zone, machine

register = template.Library()
Context = template.Context
# More figures than this are set smaller where there is little room.
LONG = 10
LINES = ("final", "open", "unknown", "void")


def zone_of(context: Context) -> Zone:
    """The signed-in person's zone; UTC for a visitor."""
    person = getattr(context.get("request"), "person", None) or context.get("person")
    return Zone.of(zones.zone_of(person))


# ── Money ───────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def money(amount: Money, *, size: str = "", sign: bool = True, **line: str) -> SafeString:
    """`{% money m is="open" size="xl" %}`: the line says how final it is; green for in alone."""
    state = line.get("is", "")
    incoming = sign and amount.amount_minor > 0 and state != "void"
    figures = amount.figures(sign=sign)
    return format_html(
        '<data class="money" value="{}"{}{}{}{}>{}</data>',
        amount.decimal,
        mark_safe(' data-dir="in"') if incoming else "",
        format_html(' data-is="{}"', state) if state in LINES else "",
        format_html(' data-size="{}"', size) if size else "",
        mark_safe(" data-long") if len(figures) > LONG else "",
        _written(amount, figures),
    )


def _written(amount: Money, figures: str) -> SafeString:
    """Figures and currency in the person's order."""
    number = format_html('<span class="money-n">{}</span>', figures)
    unit = format_html('<span class="money-code">{}</span>', amount.unit)
    style = STYLE.get()
    if not style.code_first:
        return format_html("{}{}{}", number, amount.gap, unit)
    if style.place == "symbol":
        sign = figures.removesuffix(amount.bare_figures())
        number = format_html('<span class="money-n">{}</span>', amount.bare_figures())
        return format_html("{}{}{}{}", sign, unit, amount.gap, number)
    return format_html("{}{}{}", unit, amount.gap, number)


@register.filter
def group(count: int) -> str:
    """A number of things, grouped by thousands."""
    return formats.number(count)


@register.filter
def minus(amount: Money) -> Money:
    """What is taken off, such as a fee."""
    return -amount


# ── Icons, faces, chips ─────────────────────────────────────────────────────────────────────
@register.simple_tag
@cache  # a page has sixty of a dozen kinds
def icon(name: str) -> SafeString:
    """One icon of the sprite; it never stands without a word or an aria-label beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def mark() -> SafeString:
    """Selfcare's own mark."""
    return format_html(
        '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><use href="{}#mark"/></svg>',
        static("icons.svg"),
    )


def initials(name: str) -> str:
    """Two letters for a face: of the first and last word, or the first two of a single one."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()


@register.simple_tag
def avatar(
    name: str, *, shape: str = "merchant", direction: str = "", size: str = "", **more: str
) -> SafeString:
    """A face: squares are merchants, circles people, `bank` a bank, `own` us; `dir` in or out."""
    way = more.get("dir", direction)
    inside: str = initials(name)
    if shape == "own":
        inside = mark()
    elif shape == "bank":
        inside = icon("landmark")
    arrow = icon("arrow-down-left" if way == "in" else "arrow-up-right")
    return format_html(
        '<span class="avatar"{} data-shape="{}"{} aria-hidden="true">{}{}</span>',
        "" if shape == "own" else format_html(' data-tint="{}"', crc32(name.encode()) % 8),
        "merchant" if shape == "bank" else shape,
        format_html(' data-size="{}"', size) if size else "",
        inside,
        format_html('<span class="avatar-dir" data-dir="{}">{}</span>', way, arrow) if way else "",
    )


@register.simple_tag
def chip(state: str, icon_name: str, words: str) -> SafeString:
    """What state a thing is in: colour, icon and words together."""
    return format_html(
        '<span class="chip" data-state="{}">{}{}</span>', state, icon(icon_name), words
    )


# ── Times ───────────────────────────────────────────────────────────────────────────────────
def _time(at: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine(at), words)


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime) -> SafeString:
    """`Thursday 12 November 2026, 10:32`."""
    return _time(at, zone_of(context).full(at))


@register.simple_tag(takes_context=True)
def clock(context: Context, at: datetime, *, seconds: bool = False) -> SafeString:
    """`10:32`."""
    return _time(at, zone_of(context).clock(at, seconds=seconds))


@register.simple_tag(takes_context=True)
def moment(
    context: Context, at: datetime, *, seconds: bool = False, short: bool = False
) -> SafeString:
    """`10:32` today, `21 November, 10:32` on another day (`short`: `21 Nov, 10:32`)."""
    return _time(at, zone_of(context).moment(at, seconds=seconds, short=short))


@register.simple_tag(takes_context=True)
def day(context: Context, at: datetime | date) -> SafeString | str:
    """`12 November`, with the year when it isn't this one."""
    words = zone_of(context).day(at)
    return _time(at, words) if isinstance(at, datetime) else words


@register.simple_tag(takes_context=True)
def deadline(context: Context, until: datetime) -> SafeString:
    """When a clock runs out: `14:17`, `21 November, 14:17`, or the day alone when it is far."""
    return _time(until, zone_of(context).deadline(until))


@register.simple_tag(takes_context=True)
def day_heading(context: Context, at: date) -> SafeString:
    """`Today <span>20 November</span>`; the heading element is the template's."""
    return format_html("{} <span>{}</span>", *zone_of(context).heading(at))


@register.simple_tag(takes_context=True)
def zone_name(context: Context) -> str:
    """`Europe/Berlin`, so that a clock is never a guess."""
    return zone_of(context).name


@register.simple_tag(takes_context=True)
def time_left(context: Context, until: datetime) -> str:
    """`11 minutes left`."""
    return zone_of(context).left(until)


@register.simple_tag(takes_context=True)
def seconds_left(context: Context, until: datetime, as_of: datetime | None = None) -> SafeString:
    """`12 seconds left`, for what is over within a minute; the script counts it down.

    `as_of` is the time of whose clock it is, if that isn't ours.
    """
    seconds = max(0, int((until - (as_of or zone_of(context).now)).total_seconds()))
    one, few, other = (_seconds_left(count, "#") for count in (1, 2, 5))
    # The script picks a form by CLDR's rule for the language; `few` is Czech's for two to four.
    return format_html(
        '<span data-seconds="{}" data-one="{}" data-few="{}" data-other="{}">{}</span>',
        seconds,
        one,
        few,
        other,
        _seconds_left(seconds, formats.number(seconds)),
    )


def _seconds_left(count: int, shown: str) -> str:
    words = ngettext("%(count)s second left", "%(count)s seconds left", count)
    return words % {"count": shown}


@register.simple_tag(takes_context=True)
def fuse(context: Context, start: datetime, until: datetime) -> SafeString:
    """The share of time that is left, drawn by the server; the words stand beside it."""
    whole = (until - start).total_seconds()
    left = (until - zone_of(context).now).total_seconds()
    share = min(100, max(0, round(100 * left / whole))) if whole > 0 else 0
    return format_html(
        '<svg class="fuse" height="4" aria-hidden="true">'
        '<rect class="fuse-track" width="100%" height="4"/>'
        '<rect class="fuse-left" width="{}%" height="4" rx="2"/></svg>',
        share,
    )


# ── Other rooms ─────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def address(name: str, *args: str) -> str:
    """`{% address "cases:card" txn.id as url %}`: nothing where that room isn't open."""
    return addresses.address(name, *args)


# ── Accounts ────────────────────────────────────────────────────────────────────────────────
@register.filter
def iban(number: str | None) -> str:
    """Grouped by four, as it stands on paper."""
    plain = (number or "").replace(" ", "")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


@register.simple_tag
def tail(number: str | None) -> SafeString | str:
    """`•••• 3000`: enough to know an account by; nothing without a number."""
    plain = (number or "").replace(" ", "")
    return format_html('<span class="num tail">•••• {}</span>', plain[-4:]) if plain else ""


@register.filter
def web_address(text: str | None) -> str:
    """The address of somebody's site if it is one that may be linked to; empty otherwise."""
    address = (text or "").strip()
    return address if re.match(r"https?://[^\s/]+", address, re.IGNORECASE) else ""


# ── Forms ───────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, affix: str = "") -> dict[str, Any]:
    """One field with label, hint and error; `affix` stands behind the input (`EUR`)."""
    widget = bound.field.widget
    if isinstance(widget, w.DateInput):
        # Browsers take a native date as ISO 8601 alone, whatever the language.
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    choices = isinstance(widget, w.CheckboxSelectMultiple | w.RadioSelect)
    select = isinstance(widget, w.Select) and not choices
    return {
        "bound": bound,
        "affix": affix,
        "kind": "choices" if choices else "select" if select else "input",
        "control": bound.as_widget(attrs={} if choices or select else {"class": "input"}),
    }
