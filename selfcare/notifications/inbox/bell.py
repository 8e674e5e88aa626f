"""The bell of every page: how many notifications are unread, and when it looks again; no more.

It must never break a page or hold one up: without an answer it is a bell without a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from django.db import DatabaseError, InterfaceError
from django.urls import reverse

from selfcare.notifications.inbox import asking
from selfcare.web.breaker import database
from selfcare.web.request import Person

log = structlog.get_logger("selfcare.notifications")

# Seconds between the looks; another number begins anew, and no page asks for ever.
PAUSES = (10, 15, 20, 30, 60, 60, 120, 120, 300, 300)
MOST_LOOKS = 60


@dataclass(frozen=True, slots=True)
class Bell:
    """`count` is None where nobody knows; `url` is empty where it looks no more."""

    count: int | None
    url: str = ""
    seconds: int = 0

    @property
    def figures(self) -> str:
        """`7`, and `99+` for more than anybody counts."""
        if not self.count:
            return ""
        most = asking.MOST_COUNTED
        return f"{most}+" if self.count > most else str(self.count)


def of(person: Person | None) -> Bell:
    """The bell of a page that is just shown."""
    return _bell(person, step=0, looks=0)


def again(person: Person | None, params: Mapping[str, Any]) -> Bell:
    """The next look; what its address carries says how often was looked, and what was seen."""
    step, looks, seen = (_number(params.get(name)) for name in ("step", "looks", "seen"))
    bell = _bell(person, step=step, looks=looks)
    if bell.count is not None and bell.count != seen:
        return _with_next(bell.count, step=0, looks=looks)
    return bell


def _bell(person: Person | None, *, step: int, looks: int) -> Bell:
    if person is None:
        return Bell(None)
    return _with_next(_count(person.subject), step=step, looks=looks)


def _with_next(count: int | None, *, step: int, looks: int) -> Bell:
    if step >= len(PAUSES) or looks >= MOST_LOOKS:
        return Bell(count)
    told = {"step": step + 1, "looks": looks + 1, "seen": count or 0}
    return Bell(count, f"{reverse('notifications:bell')}?{urlencode(told)}", PAUSES[step])


def _count(subject: str) -> int | None:
    if not database.allows():
        return None
    try:
        count = asking.unread(subject)
    except (DatabaseError, InterfaceError) as error:
        database.failed()
        log.warning("bell.not_counted", error=type(error).__name__)
        return None
    database.worked()
    return count


def _number(text: object) -> int:
    given = str(text or "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
