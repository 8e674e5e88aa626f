"""Words and chips of cases for templates: `{% load case_words %}`; no rules here."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from selfcare.cases import story, wording
from selfcare.clients.case_shapes import Case
from selfcare.clients.shapes import Transaction
from selfcare.web.templatetags import look

register = template.Library()


@register.simple_tag
def case_chip(case: Case) -> SafeString:
    """Whose turn it is, or how it ended; an unknown state is neutral."""
    return look.chip(*story.chip(case))


@register.filter
def case_title(case: Case) -> str:
    """`Dispute with Tandem Bikes`."""
    return story.title(case)


@register.filter
def case_kind(case: Case) -> str:
    """`Dispute`."""
    return _(wording.KINDS.get(case.kind, wording.OTHER_KIND).words)


@register.filter
def case_state(case: Case) -> str:
    """The words of its chip: `Waiting for you`."""
    return story.chip(case).words


@register.filter
def case_deadline(case: Case) -> datetime | None:
    """The clock that runs for it now, if any."""
    return story.deadline_of(case)


@register.filter
def nothing_possible(txn: Transaction) -> str:
    """Where nothing more is to be said of a transaction."""
    return _(wording.NOTHING_POSSIBLE.get(txn.kind, wording.OTHER_NOTHING_POSSIBLE))
