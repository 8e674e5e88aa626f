"""How a list stays fresh: when to look again, what has changed, what is new; the server leads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from selfcare.clients import transactions as service
from selfcare.clients.shapes import Transaction, TransactionPage, rfc3339
from selfcare.clients.transactions import Filters
from selfcare.transactions.finding import Finding
from selfcare.web.looks import Look

# Seconds between one look and the next, while rows are on their way, and while all are final.
WHILE_OPEN = (4, 4, 6, 8, 10, 15, 20, 30, 45, 60, 60, 60)
WHILE_FINAL = (15, 30, 60, 120)
# A look that gave something new begins anew, but no page asks for ever.
MOST_LOOKS = 60
MOST_CHANGED = 100


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a look found: rows that changed, how many fitting ones are new, the look after it."""

    changed: tuple[Transaction, ...]
    new: int
    more: bool
    next: Look


def begin(found: Finding, page: TransactionPage) -> Look:
    """The first look for a page that was just shown."""
    is_open = any(not txn.is_final for txn in page.data)
    asked = {"since": page.as_of, "seen": page.as_of, "new": 0, "more": False, "open": is_open}
    return _look(found, {**asked, "step": 0, "looks": 0})


def look(subject: str, found: Finding, asked: dict[str, Any]) -> Fresh:
    """Looks once. `asked` is what the last look's address carried, checked."""
    since, seen = asked["since"], asked["seen"]
    changed = service.transactions(
        subject, Filters(changed_since=since), limit=MOST_CHANGED, remember=False
    )
    rows = changed.data
    new, more = asked["new"], asked["more"]
    if any(txn.created_at > seen for txn in rows):
        new, more = _new(subject, found, seen)
    is_open = asked["open"] or any(not txn.is_final for txn in rows)
    told = {"since": changed.as_of, "seen": seen, "new": new, "more": more, "open": is_open}
    step = 0 if rows else asked["step"] + 1
    following = _look(found, {**told, "step": step, "looks": asked["looks"] + 1})
    return Fresh(rows, new, more, following)


def later(found: Finding, asked: dict[str, Any]) -> Look:
    """The look after one that got no answer: the same question, not so soon."""
    return _look(found, {**asked, "step": asked["step"] + 2, "looks": asked["looks"] + 1})


def read(params: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a look's address carries; None where somebody else wrote it."""
    numbers = [str(params.get(name, "")) for name in ("step", "looks", "new", "more", "open")]
    if not all(re.fullmatch(r"[0-9]{1,3}", number, re.ASCII) for number in numbers):
        return None
    since, seen = (_moment(str(params.get(name, ""))) for name in ("since", "seen"))
    if since is None or seen is None:
        return None
    step, looks, new, more, is_open = map(int, numbers)
    return {
        "since": since,
        "seen": seen,
        "step": step,
        "looks": looks,
        "new": new,
        "more": bool(more),
        "open": bool(is_open),
    }


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if len(text) < 40 else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return moment if 1970 <= moment.year <= 2200 else None


def _new(subject: str, found: Finding, seen: datetime) -> tuple[int, bool]:
    """How many that fit were made since the page was; whether there are more than counted."""
    begun, until = found.filters.created_from, found.filters.created_until
    if until and until <= seen:
        return 0, False
    filters = replace(found.filters, created_from=max(begun, seen) if begun else seen)
    page = service.transactions(subject, filters, limit=MOST_CHANGED, remember=False)
    # `created_from` includes the moment itself, and what was made then is on the page.
    return sum(txn.created_at > seen for txn in page.data), bool(page.next_cursor)


def _look(found: Finding, asked: dict[str, Any]) -> Look:
    delays = WHILE_OPEN if asked["open"] else WHILE_FINAL
    step = asked["step"]
    if step >= len(delays) or asked["looks"] >= MOST_LOOKS:
        return Look("", 0)
    told = {
        name: rfc3339(value) if isinstance(value, datetime) else int(value)
        for name, value in asked.items()
    }
    query = "&".join(filter(None, [found.query_string, urlencode(told)]))
    return Look(f"{reverse('transactions:fresh')}?{query}", delays[step])
