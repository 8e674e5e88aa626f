"""Reads what is to be exported: a list's query string, or the rows that were chosen on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare.clients.filters import Filters
from selfcare.transactions import finding
from selfcare.transactions.finding import Finding
from selfcare.web.request import Person, SignedInRequest

KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")
TRANSACTION_ID = re.compile(r"[A-Za-z0-9_-]{3,80}")
MOST_CHOSEN = 1000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form is about; `ids` are rows chosen one by one, `problems` say what can't be."""

    finding: Finding
    ids: tuple[str, ...]
    problems: tuple[str, ...]
    key: str


def chosen(request: SignedInRequest) -> Chosen:
    """From the address and, where rows were chosen, from the form's `id` fields."""
    ids = request.POST.getlist("id") or request.GET.getlist("id")
    found = asked_for(request.GET, request.person, ids)
    told = [sentence for sentences in found.errors.values() for sentence in sentences]
    key = request.POST.get("key", "")
    return Chosen(found, tuple(ids), tuple(told), key if KEY.fullmatch(key) else "")


def asked_for(params: Mapping[str, Any], person: Person, ids: Sequence[str] = ()) -> Finding:
    """The one reader of lists, and beside it explicit ids; what can't be read is in `errors`."""
    if not ids:
        # The format travels in the same address, and is no filter.
        kept = params.copy() if isinstance(params, QueryDict) else dict(params)
        for name in ("format", "id", "cursor"):
            kept.pop(name, None)
        return finding.read(kept, person)
    unique = tuple(dict.fromkeys(ids))
    if len(unique) > MOST_CHOSEN:
        return Finding(
            Filters(), errors={"id": [_("Choose at most %(most)s rows.") % {"most": MOST_CHOSEN}]}
        )
    if not all(TRANSACTION_ID.fullmatch(one) for one in unique):
        return Finding(Filters(), errors={"id": [_("One of the chosen rows isn’t a transaction.")]})
    words = ngettext(
        "%(n)d transaction, chosen one by one", "%(n)d transactions, chosen one by one", len(unique)
    )
    return replace(
        Finding(Filters(ids=unique)),
        query_string=urlencode([("id", one) for one in unique]),
        words=words % {"n": len(unique)},
    )


def words_of(person: Person, query_string: str, question: dict[str, Any]) -> str:
    """What the query that led to `question` asks for, in the active language.

    Empty where it asks for something else by now: a label is gone, or "last week" has moved on.
    """
    params = QueryDict(query_string)
    found = asked_for(params, person, params.getlist("id"))
    same = found.is_valid and found.filters.body() == question
    return found.words if same else ""
