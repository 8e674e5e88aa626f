"""Words and chips of the console for templates: `{% load console_words %}`; no rules here."""

from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from selfcare.merchant import wording
from selfcare.web.templatetags import look

register = template.Library()


@register.simple_tag
def payment_chip(status: str) -> SafeString:
    """How a payment or a payout stands."""
    return look.chip(*wording.status(status))


@register.simple_tag
def verdict_chip(verdict: str) -> SafeString:
    """What came of examining a request's sender."""
    return look.chip(*wording.verdict(verdict))


@register.simple_tag
def code_chip(status: int) -> SafeString:
    """A status of HTTP: by colour, icon and number."""
    state, icon = ("ok", "check") if status < 400 else ("failed", "x")
    return format_html(
        '<span class="code-chip" data-state="{}">{}{}</span>', state, look.icon(icon), status
    )


@register.filter
def local_path(address: str) -> str:
    """Of an address of ours what stands behind its origin."""
    return urlsplit(address).path


@register.filter
def happened(name: str) -> str:
    return wording.word(wording.HAPPENED, name)


@register.filter
def actor(by: str) -> str:
    return wording.word(wording.ACTORS, by)


@register.filter
def case_kind(kind: str) -> str:
    return wording.word(wording.CASES, kind)


@register.filter
def step_words(step: str) -> str:
    """What one step of examining a request looks at."""
    return wording.word(wording.STEPS, step)
