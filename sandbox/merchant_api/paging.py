"""Pages by keyset: limit, cursor and filters out of a query; knows no table."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from sandbox.problems import ProblemError

MOST = 100
USUAL = 25
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of the page before: newest first, and the higher id of two equals."""

    at: datetime
    id: UUID

    def older(self, at: str) -> Q:
        return Q(**{f"{at}__lt": self.at}) | Q(**{at: self.at, "id__lt": self.id})

    def cursor(self) -> str:
        text = f"{self.at.isoformat()}|{self.id.hex}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Asked:
    limit: int
    after: Place | None
    filters: dict[str, str]


def asked(query: QueryDict, allowed: Iterable[str]) -> Asked:
    """ProblemError 400 `bad_filter` or `bad_cursor`."""
    facts = query.dict()
    for name, value in facts.items():
        if name not in {"limit", "cursor", *allowed}:
            raise bad_filter(str(name), "is not known here")
        if not value or len(str(value)) > LONGEST or not str(value).isprintable():
            raise bad_filter(str(name), "is not a value")
    limit = str(facts.pop("limit", USUAL))
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:6]) <= MOST):
        raise bad_filter("limit", f"is a whole number from 1 to {MOST}")
    cursor = facts.pop("cursor", None)
    after = _place(str(cursor)) if cursor is not None else None
    return Asked(int(limit), after, {name: str(value) for name, value in facts.items()})


def bad_filter(name: str, told: str) -> ProblemError:
    return ProblemError(400, "bad_filter", f"{name[:40]} {told}.", field=name[:40])


def _place(cursor: str) -> Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, row_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("an instant has its zone")
        # A database compares in UTC, where the calendar's ends are nearer than in some zones.
        place = Place(instant.astimezone(UTC), UUID(hex=row_id))
    except (ValueError, binascii.Error, OverflowError):
        raise ProblemError(400, "bad_cursor", "The cursor is broken.") from None
    return place
