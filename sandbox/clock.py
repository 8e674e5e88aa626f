"""What time it is, here and in a merchant's world, and instants on the wire (RFC 3339, UTC, `Z`).

`now()` is for what happens to money and promises; `real_now()` for signatures, keys, sign-ins,
deadlines of requests and logs, which no merchant can move.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))
_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    return _standing.get() or real_now() + _ahead.get()


def real_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def ahead(by: timedelta) -> Iterator[None]:
    """Inside, `now()` is that much later (`worlds.entered` says how much for whom)."""
    token = _ahead.set(by)
    try:
        yield
    finally:
        _ahead.reset(token)


@contextmanager
def standing(at: datetime) -> Iterator[None]:
    """Inside, `now()` is this very instant, however long it takes."""
    token = _standing.set(at)
    try:
        yield
    finally:
        _standing.reset(token)


def is_moved() -> bool:
    """Whether `now()` is somebody's own time here."""
    return _standing.get() is not None or bool(_ahead.get())


def rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def maybe(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


def parse(text: str) -> datetime | None:
    """The instant, or None for what isn't one (a zone is required)."""
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
