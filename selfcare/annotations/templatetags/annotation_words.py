"""Small words for the pages of annotations; no rules here."""

from django import template

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """`1,204`."""
    return f"{number:,}"
