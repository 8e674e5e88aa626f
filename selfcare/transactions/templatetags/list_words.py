"""Small things for the templates of the list: `{% load list_words %}`; no rules in here."""

from collections.abc import Mapping
from typing import Any

from django import template

from selfcare.transactions import wording

register = template.Library()


@register.filter
def on(labels: Any, transaction_id: str) -> Any:
    """The labels on one transaction."""
    return labels.get(transaction_id, ()) if isinstance(labels, Mapping) else ()


@register.filter
def kind_words(transaction: Any) -> str:
    """`Payment`."""
    return wording.kind_of(transaction.kind).words


@register.filter
def reference(transaction: Any) -> str:
    """The reference that says most; empty where there is none."""
    references = transaction.references
    return str(
        references.merchant_reference
        or references.remittance_information
        or references.end_to_end_id
        or ""
    )
