"""One page of a person's transactions: filters, search and keyset paging, in one query."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from sandbox import clock
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import search
from sandbox.transactions.models import Transaction

CHOICES = {
    "status": Transaction.Status.values,
    "kind": Transaction.Kind.values,
    "direction": Transaction.Direction.values,
    "needs_me": ["true", "false"],
}
REPEATABLE = {"status", "kind", "currency"}
KNOWN = {*CHOICES, "currency", "limit", "cursor", "created_from", "created_until", "q"}
LONGEST_QUERY = 200

type Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Transaction]
    next_cursor: str | None


def page(person: Person, params: QueryDict) -> Page:
    """The page asked for. Raises ProblemError 400 `bad_filter` or `bad_cursor`."""
    _check_names(params)
    limit = _limit(params)
    wanted = _filters(params)
    stamp = _stamp(person, params)
    cursor = params.get("cursor")
    after = _read_cursor(cursor, stamp) if cursor else None
    rows = Transaction.objects.filter(wanted, person=person)
    if after:
        at, pk = after
        # created_at alone bounds the walk in the index; the rest only parts equal instants.
        rows = rows.filter(Q(created_at__lt=at) | Q(id__lt=pk), created_at__lte=at)
    rows = rows.select_related("account", "merchant", "refund_request", "person")
    rows = rows.order_by("-created_at", "-id")
    for term in search.terms(params.get("q", "")):
        rows = rows.filter(search__contains=term)
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], _write_cursor(last, stamp))


def _check_names(params: QueryDict) -> None:
    for name, values in params.lists():
        if name not in KNOWN:
            raise _bad(name[:40], "is not a filter")
        if len(values) > (1 if name not in REPEATABLE else 20):
            raise _bad(name, "is given too often")
        if any("\0" in value for value in values):
            raise _bad(name, "contains a NUL character")


def _limit(params: QueryDict) -> int:
    text = params.get("limit", "25")
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 100):
        raise _bad("limit", "must be a whole number from 1 to 100")
    return int(text)


def _filters(params: QueryDict) -> Q:
    for name, allowed in CHOICES.items():
        if any(value not in allowed for value in params.getlist(name)):
            raise _bad(name, f"must be one of {', '.join(allowed)}")
    if any(not _is_currency(value) for value in params.getlist("currency")):
        raise _bad("currency", "must be three capital letters")
    if len(params.get("q", "")) > LONGEST_QUERY:
        raise _bad("q", f"may have {LONGEST_QUERY} characters")
    wanted = Q()
    for name in REPEATABLE & set(params):
        values = params.getlist(name)
        wanted &= Q(**{name: values[0]}) if len(values) == 1 else Q(**{f"{name}__in": values})
    if "direction" in params:
        wanted &= Q(direction=params["direction"])
    if params.get("needs_me") == "true":
        wanted &= Q(status=Transaction.Status.ACTION_REQUIRED)
    for name, lookup in (("created_from", "created_at__gte"), ("created_until", "created_at__lt")):
        text = params.get(name)
        if text is not None:
            wanted &= Q(**{lookup: _instant(name, text)})
    return wanted


def _is_currency(value: str) -> bool:
    return len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()


def _instant(name: str, text: str) -> datetime:
    at = clock.parse(text)
    if at is None:
        raise _bad(name, "must be an RFC 3339 instant")
    return at


def _bad(field: str, told: str) -> ProblemError:
    return ProblemError(400, "bad_filter", f"{field} {told}.", field=field)


def _stamp(person: Person, params: QueryDict) -> str:
    """What a cursor is bound to: the person and every filter."""
    filters = [
        (name, sorted(values))
        for name, values in sorted(params.lists())
        if name not in {"cursor", "limit"}
    ]
    return hashlib.sha256(json.dumps([person.sub, filters]).encode()).hexdigest()[:16]


def _write_cursor(row: Transaction, stamp: str) -> str:
    text = f"{row.created_at.isoformat()}|{row.id.hex}|{stamp}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str, stamp: str) -> Place:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        at, pk, bound = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
        if bound != stamp:
            raise ProblemError(400, "bad_cursor", "The cursor belongs to another list.")
        place = datetime.fromisoformat(at), UUID(hex=pk)
        if place[0].tzinfo is None:
            raise ValueError("a cursor's instant has its zone")
    except (ValueError, binascii.Error, OverflowError):
        raise ProblemError(400, "bad_cursor", "The cursor is broken.") from None
    return place
