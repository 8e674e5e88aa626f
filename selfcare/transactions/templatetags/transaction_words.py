"""Words and chips of transactions for templates: `{% load transaction_words %}`; no rules here."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.safestring import SafeString

from selfcare.transactions import wording
from selfcare.web import formats
from selfcare.web.templatetags import look

register = template.Library()


@register.simple_tag
def status_chip(transaction: Any) -> SafeString:
    """The chip of a transaction, or of one that is linked to it; an unknown status is neutral."""
    return look.chip(*wording.status_of(transaction))


@register.filter
def status_words(transaction: Any) -> str:
    """The words of its chip alone."""
    return wording.status_of(transaction).words


@register.filter
def txn_title(transaction: Any) -> str:
    """`Payment to Tandem Bikes`."""
    return wording.title(transaction)


@register.filter
def txn_what(transaction: Any) -> str:
    """The second line of a row: `Payment · TB-9917`."""
    return wording.what(transaction)


@register.filter
def face(party: Any) -> str:
    """The shape of a counterparty's face: merchant, person or bank."""
    return wording.SHAPES.get(getattr(party, "kind", ""), "merchant")


@register.filter
def refund_asked(request: Any) -> str:
    """What became of a refund request: `You asked for 40.00 EUR back, accepted`."""
    return wording.refund_asked(request)


@register.filter
def rate(text: str) -> str:
    """`1.1860`, with the person's decimal mark; what isn't a number as it came."""
    try:
        return formats.number(Decimal(text))
    except InvalidOperation:
        return text


@register.filter
def may_confirm(transaction: Any) -> bool:
    """Whether the service lets the person confirm it now."""
    return bool(transaction.may("confirm"))


@register.filter
def sum_first(transaction: Any) -> str:
    """The first line of what it comes to: `You paid`."""
    return wording.sum_of(transaction).first


@register.filter
def sum_last(transaction: Any) -> str:
    """The last line of what it comes to: `It cost you`."""
    return wording.sum_of(transaction).last


@register.filter
def month_name(key: str) -> str:
    """`March 2026` of `2026-03`."""
    return formats.month(date.fromisoformat(f"{key}-01"))


@register.filter
def change(total: Any, way: str) -> str:
    """`12 % more than before (1,400.00 EUR)`, of what came `in` or went `out`."""
    now, before = getattr(total, f"money_{way}"), getattr(total, f"before_{way}")
    return wording.change(now, before)


@register.filter
def actor_face(kind: str) -> str:
    """The shape of the face of whoever did a step; the platform is us."""
    return wording.ACTOR_SHAPES.get(kind, "merchant")
