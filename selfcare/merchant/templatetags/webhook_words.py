"""Words and small pictures of webhooks for templates: `{% load webhook_words %}`."""

import json
import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from selfcare.merchant import webhook_pictures, webhook_wording
from selfcare.merchant.webhook_shapes import Attempt, Delivery, Endpoint, Lately, Plan
from selfcare.web import formats
from selfcare.web.templatetags import look

register = template.Library()


@register.simple_tag
def delivery_chip(row: Delivery) -> SafeString:
    """The latest answer by number, or where the delivery stands without one."""
    if row.is_delivered:
        return _code("ok", "check", str(row.last_status or ""))
    if not row.attempt_count and row.is_waiting:
        return _code("pending", "clock", _("Soon"))
    if row.state == "stopped" and not row.attempt_count:
        return _code("neutral", "ban", _("Held"))
    icon = "timer" if row.last_error == "timed_out" else "x"
    return _code("failed", icon, str(row.last_status) if row.last_status else _("None"))


@register.simple_tag
def attempt_chip(row: Attempt) -> SafeString:
    if row.is_taken:
        return _code("ok", "check", str(row.status))
    icon = "timer" if row.error == "timed_out" else "x"
    return _code("failed", icon, str(row.status) if row.status else _("None"))


@register.simple_tag
def chip_of_endpoint(row: Endpoint) -> SafeString:
    if not row.is_active:
        return look.chip("neutral", "ban", _("Switched off"))
    if row.failing_since:
        return look.chip("failed", "triangle-alert", _("Failing"))
    return look.chip("ok", "check", _("On"))


def _code(state: str, icon: str, words: str) -> SafeString:
    return format_html(
        '<span class="code-chip" data-state="{}">{}{}</span>', state, look.icon(icon), words
    )


@register.filter
def endpoint_name(row: Endpoint) -> str:
    return webhook_wording.name_of(row)


@register.filter
def why_off(code: str | None) -> str:
    return webhook_wording.said(webhook_wording.WHY_OFF, code)


@register.filter
def why_not(row: Attempt) -> str:
    return "" if row.is_taken else webhook_wording.why(row.status, row.error)


@register.filter
def explained(row: Attempt) -> str:
    return webhook_wording.said(webhook_wording.EXPLAINED, row.error)


@register.filter
def problem_words(code: str | None) -> str:
    return webhook_wording.said(webhook_wording.PROBLEMS, code)


@register.filter
def breakable(type_: str) -> SafeString:
    """A type that may break behind its points and underscores, and nowhere else."""
    parts = re.split(r"(?<=[._])", type_)
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))


@register.filter
def readable(text: str) -> str:
    """A request or an answer with its JSON laid out; what can't be read stays as it came."""
    head, gap, body = text.partition("\n\n")
    try:
        return head + gap + json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


@register.filter
def laid_out(body: str) -> str:
    return readable(f"\n\n{body}").lstrip("\n")


@register.simple_tag(takes_context=True)
def stop_label(context: template.Context, stop: webhook_pictures.Stop) -> str:
    """Plain words, since a picture holds no `<time>`: the clock, for the last one the day."""
    zone = look.zone_of(context)
    return zone.short_day(stop.at) if stop.label == "end" else zone.clock(stop.at)


@register.filter
def milliseconds(count: int) -> str:
    """`184 ms`, or `1.24 s` from a second on."""
    return f"{formats.number(count)} ms" if count < 1000 else f"{count / 1000:.2f} s"


@register.filter
def chosen_types(row: Endpoint) -> str:
    """Which events, in a few words."""
    return _("All events") if row.wants_all else ", ".join(row.types)


@register.simple_tag
def spark_bars(lately: Lately) -> list[webhook_pictures.Bar]:
    return webhook_pictures.spark(lately)


@register.simple_tag
def plan_line(plan: Plan) -> Any:
    return webhook_pictures.line(plan)
