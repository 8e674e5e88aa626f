"""How the inbox stays fresh: when to look again, what arrived, what was read or settled elsewhere.

The server leads: each look's address carries what the page has, and how often was looked.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from selfcare.clients.shapes import rfc3339
from selfcare.notifications.inbox import asking
from selfcare.notifications.inbox.asking import Asked, Place
from selfcare.notifications.models import Notification
from selfcare.web.looks import Look

# Seconds between one look and the next; something new begins anew, and no page asks for ever.
PAUSES = (4, 4, 6, 8, 10, 15, 20, 30, 45, 60, 60, 120, 120)
MOST_LOOKS = 90
# More than these aren't put into the page one by one: a link shows them all.
MOST_ARRIVED = 20
MOST_CHANGED = 50
# Two clocks are at work, the web's and the worker's, and a commit takes a moment: what is older by
# less than this may come later all the same. What the page has of it is named, so none comes twice.
OVERLAP = timedelta(seconds=3)
MOST_NAMED = 40


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a look found. Where `many` arrived, none of them is handed on."""

    arrived: tuple[Notification, ...]
    changed: tuple[Notification, ...]
    many: bool
    next: Look


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page has: the newest row, those beside it, and since when changes are looked for."""

    newest: str
    since: str
    step: int = 0
    looks: int = 0
    have: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> "Seen | None":
        """What a look's address carries; None where somebody else wrote it."""
        told = {name: str(params.get(name, "")) for name in ("newest", "since", "step", "looks")}
        numbers = all(re.fullmatch(r"[0-9]{1,3}", told[name]) for name in ("step", "looks"))
        if not numbers or Place.read(told["newest"]) is None or _instant(told["since"]) is None:
            return None
        have = str(params.get("have", ""))
        if not re.fullmatch(r"([0-9a-f]{32}(-[0-9a-f]{32})*)?", have[:2000]):
            return None
        step, looks = int(told["step"]), int(told["looks"])
        return cls(told["newest"], told["since"], step, looks, tuple(filter(None, have.split("-"))))


def begin(asked: Asked, rows: tuple[Notification, ...], as_of: datetime) -> Look:
    """The first look for a page that was just shown."""
    nothing = Place(as_of, uuid.UUID(int=0))
    newest = max(map(Place.of, rows), key=lambda one: (one.at, one.pk), default=nothing)
    return _look(asked, Seen(newest.text(), rfc3339(as_of), have=_beside(newest, rows, ())))


def look(subject: str, asked: Asked, seen: Seen) -> Fresh:
    """Looks once at what came and what changed since."""
    now = timezone.now()
    newest, since = Place.read(seen.newest), _instant(seen.since)
    if newest is None or since is None:
        raise ValueError("Seen.read makes no such thing")
    than = Place(newest.at - OVERLAP, newest.pk) if seen.have else newest
    found = asking.newer(subject, asked, than, most=MOST_ARRIVED + MOST_NAMED + 1)
    arrived = tuple(row for row in found if row.pk.hex not in seen.have)
    fresh_ids = {row.pk for row in arrived}
    changed = asking.changed(subject, since - OVERLAP, most=MOST_CHANGED)
    many = len(arrived) > MOST_ARRIVED
    told = Seen(seen.newest, rfc3339(now), seen.step + 1, seen.looks + 1, seen.have)
    if arrived and not many:
        newest = max(Place.of(arrived[0]), newest, key=lambda one: (one.at, one.pk))
        have = _beside(newest, arrived, seen.have)
        told = Seen(newest.text(), told.since, 0, told.looks, have)
    return Fresh(
        () if many else arrived,
        tuple(row for row in changed if row.pk not in fresh_ids),
        many,
        _look(asked, told),
    )


def _beside(
    newest: Place, rows: tuple[Notification, ...], have: tuple[str, ...]
) -> tuple[str, ...]:
    """The ids of what is so new that others may still come before it; none in a flood."""
    near = [row.pk.hex for row in rows if row.created_at >= newest.at - OVERLAP]
    named = tuple(dict.fromkeys([*near, *have]))
    return named if len(named) <= MOST_NAMED else ()


def later(asked: Asked, seen: Seen) -> Look:
    """The look after one that got no answer: the same question, not so soon."""
    return _look(asked, replace(seen, step=seen.step + 2, looks=seen.looks + 1))


def _look(asked: Asked, seen: Seen) -> Look:
    if seen.step >= len(PAUSES) or seen.looks >= MOST_LOOKS:
        return Look("", 0)
    told = {**asdict(seen), "have": "-".join(seen.have)}
    query = "&".join(filter(None, [asked.query_string, urlencode(told)]))
    return Look(f"{reverse('notifications:fresh')}?{query}", PAUSES[seen.step])


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if len(text) < 40 else None
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not 1970 < at.year < 2200:
        return None
    return at.astimezone(UTC)
