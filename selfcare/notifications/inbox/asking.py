"""What a person's inbox shows: the question, its pages, what waits, what is new; changes nothing.

The one reading of filters and cursors for the page, its looks and the JSON API.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from selfcare import ids
from selfcare.notifications.models import Notification
from selfcare.notifications.models.deliveries import NotificationQuerySet
from selfcare.notifications.models.rules import Category

SALT = "selfcare.notifications.inbox"
PAGE = 25
LONGEST_CURSOR = 400
# More than this is told as "99+", and nobody counts it to the end on each page.
MOST_COUNTED = 99
MOST_WAITING = 50
SHOWS = ("", "unread", "waiting")


class BadCursor(ValueError):
    """The cursor was cut, changed, or belongs to another question."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the inbox: newest first, and by id within one instant."""

    at: datetime
    pk: uuid.UUID

    @classmethod
    def of(cls, row: Notification) -> "Place":
        return cls(row.created_at, row.pk)

    def before(self) -> Q:
        """Older than this."""
        return Q(created_at__lte=self.at) & (Q(created_at__lt=self.at) | Q(pk__lt=self.pk))

    def after(self) -> Q:
        """Newer than this."""
        return Q(created_at__gte=self.at) & (Q(created_at__gt=self.at) | Q(pk__gt=self.pk))

    def text(self) -> str:
        return f"{round(self.at.timestamp() * 1_000_000)}.{self.pk.hex}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """What `text()` wrote; None for anything else."""
        micros, _, pk = text.partition(".")
        if not (micros.isascii() and micros.isdigit() and len(micros) < 18 and len(pk) == 32):
            return None
        try:
            seconds, rest = divmod(int(micros), 1_000_000)
            at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
            return cls(at, uuid.UUID(hex=pk))
        except (ValueError, OverflowError, OSError):
            return None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which notifications; `unknown` are the names of filters that nobody understands."""

    show: str = ""
    categories: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: QueryDict) -> "Asked":
        """From the query of an address: `show=unread`, `category=cases&category=failed`."""
        show = params.get("show", "")
        wanted = [one for one in dict.fromkeys(params.getlist("category")) if one]
        unknown = [] if show in SHOWS else ["show"]
        if any(one not in Category.values for one in wanted):
            unknown.append("category")
        return cls(
            show if show in SHOWS else "",
            tuple(one for one in Category.values if one in wanted),
            tuple(unknown),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.show or self.categories)

    @property
    def query_string(self) -> str:
        """The one spelling of this question."""
        show = [("show", self.show)] if self.show else []
        return urlencode([*show, *(("category", one) for one in self.categories)])

    def of(self, subject: str, now: datetime) -> NotificationQuerySet:
        rows = Notification.objects.in_inbox(subject)
        if self.show == "unread":
            rows = rows.filter(read_at=None)
        if self.show == "waiting":
            rows = rows.waiting(now)
        return rows.filter(category__in=self.categories) if self.categories else rows


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first; `next_cursor` is empty after the last one."""

    rows: tuple[Notification, ...]
    next_cursor: str
    as_of: datetime


def page(
    subject: str, asked: Asked, *, cursor: str = "", limit: int = PAGE, waiting: bool = True
) -> Page:
    """The rows after `cursor`; without `waiting` those are left out. Raises BadCursor."""
    now = timezone.now()
    rows = asked.of(subject, now)
    if not waiting:
        rows = rows.not_waiting(now)
    if cursor:
        rows = rows.filter(_place(cursor, asked).before())
    found = list(rows.order_by("-created_at", "-pk")[: limit + 1])
    shown = tuple(found[:limit])
    more = len(found) > limit
    return Page(shown, _cursor(shown[-1], asked) if more else "", now)


def waiting(subject: str, asked: Asked) -> tuple[Notification, ...]:
    """What waits and fits: the soonest to lapse first, what has no end last."""
    now = timezone.now()
    rows = list(asked.of(subject, now).waiting(now).order_by("-created_at", "-pk")[:MOST_WAITING])
    far = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(rows, key=lambda row: row.waits_until or far))


def newer(subject: str, asked: Asked, than: Place, *, most: int) -> tuple[Notification, ...]:
    """What fits and came after a place, newest first."""
    rows = asked.of(subject, timezone.now()).filter(than.after())
    return tuple(rows.order_by("-created_at", "-pk")[:most])


def changed(subject: str, since: datetime, *, most: int) -> tuple[Notification, ...]:
    """What was read, or was settled, since then."""
    touched = Q(read_at__gte=since) | Q(over_at__gte=since)
    rows = Notification.objects.in_inbox(subject).filter(touched)
    return tuple(rows.order_by("-created_at", "-pk")[:most])


def unread(subject: str) -> int:
    """How many are unread; MOST_COUNTED + 1 stands for more."""
    rows = Notification.objects.in_inbox(subject).filter(read_at=None)
    return rows.values("pk")[: MOST_COUNTED + 1].count()


def waiting_count(subject: str) -> int:
    rows = Notification.objects.in_inbox(subject).waiting(timezone.now())
    return rows.values("pk")[: MOST_COUNTED + 1].count()


def find(subject: str, public_id: str) -> Notification | None:
    """One of theirs, by the id that the outside knows; None for somebody else's too."""
    pk = ids.decode("ntf", public_id)
    if pk is None:
        return None
    return Notification.objects.in_inbox(subject).filter(pk=pk).first()


def primary_keys(public_ids: Iterable[str]) -> Iterator[uuid.UUID]:
    """Those that can be ids of notifications; the others name nothing."""
    for one in dict.fromkeys(public_ids):
        pk = ids.decode("ntf", one)
        if pk is not None:
            yield pk


def _cursor(row: Notification, asked: Asked) -> str:
    return signing.dumps([Place.of(row).text(), asked.query_string], salt=SALT, compress=True)


def _place(cursor: str, asked: Asked) -> Place:
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise BadCursor
        told: Any = signing.loads(cursor, salt=SALT)
        text, question = told
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadCursor from error
    place = Place.read(text) if isinstance(text, str) else None
    if place is None or question != asked.query_string:
        raise BadCursor
    return place
