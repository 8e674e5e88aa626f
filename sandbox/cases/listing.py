"""One page of a person's cases: filters and keyset paging."""

import base64
import binascii
import hashlib
import json
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from sandbox import ids
from sandbox.cases.models import Case
from sandbox.cases.rules import KIND_OF, OPEN_STATES
from sandbox.cases.wire import WHOLE
from sandbox.people.models import Person
from sandbox.problems import ProblemError

KNOWN = {"state", "transaction_id", "limit", "cursor"}
STATES = ("open", "closed")


def page(person: Person, params: QueryDict) -> tuple[list[Case], str | None]:
    """The page asked for and the next cursor. ProblemError 400 `bad_filter` or `bad_cursor`."""
    for name, values in params.lists():
        if name not in KNOWN or len(values) > 1:
            raise _bad(name[:40], "is not a filter, or is given too often")
    limit = _limit(params)
    stamp = _stamp(person, params)
    rows = whole().filter(_wanted(params), person=person)
    if cursor := params.get("cursor"):
        at, pk = _read_cursor(cursor, stamp)
        rows = rows.filter(Q(created_at__lt=at) | Q(id__lt=pk), created_at__lte=at)
    found = list(rows.order_by("-created_at", "-id")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    text = f"{last.created_at.isoformat()}|{last.id.hex}|{stamp}"
    return found[:limit], base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def whole() -> QuerySet[Case]:
    rows = Case.objects.select_related(
        "person", "transaction__merchant__world", "escalated_to", "escalated_from"
    )
    return rows.prefetch_related(*WHOLE)


def case_id(text: str) -> UUID:
    """The id inside, or ProblemError 404: one that never was is like somebody else's."""
    prefix = text.partition("_")[0]
    found = ids.unwire(prefix, text) if prefix in KIND_OF else None
    if found is None:
        raise unknown_case()
    return found


def unknown_case() -> ProblemError:
    return ProblemError(404, "unknown_case", "There is no such case.")


def _wanted(params: QueryDict) -> Q:
    wanted = Q()
    state = params.get("state")
    if state is not None:
        if state not in STATES:
            raise _bad("state", "must be open or closed")
        is_open = Q(state__in=OPEN_STATES)
        wanted &= is_open if state == "open" else ~is_open
    text = params.get("transaction_id")
    if text is not None:
        pk = ids.unwire("txn", text)
        if pk is None:
            raise _bad("transaction_id", "must be the id of a transaction")
        wanted &= Q(transaction=pk)
    return wanted


def _limit(params: QueryDict) -> int:
    text = params.get("limit", "25")
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 100):
        raise _bad("limit", "must be a whole number from 1 to 100")
    return int(text)


def _bad(field: str, told: str) -> ProblemError:
    return ProblemError(400, "bad_filter", f"{field} {told}.", field=field)


def _stamp(person: Person, params: QueryDict) -> str:
    bound = [person.sub, params.get("state"), params.get("transaction_id")]
    return hashlib.sha256(json.dumps(bound).encode()).hexdigest()[:16]


def _read_cursor(text: str, stamp: str) -> tuple[datetime, UUID]:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        at, pk, bound = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
        place = datetime.fromisoformat(at), UUID(hex=pk)
        if bound != stamp or place[0].tzinfo is None:
            raise ValueError("a cursor of another list")
    except (ValueError, binascii.Error, OverflowError):
        raise ProblemError(400, "bad_cursor", "The cursor is broken, or of another list.") from None
    return place
