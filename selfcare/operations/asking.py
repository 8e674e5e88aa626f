"""Which dead letters, refusals or audit entries are meant: one reading of filters and cursors."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Model, Q, QuerySet

from selfcare import ids
from selfcare.events.models import Event
from selfcare.notifications.models import Delivery
from selfcare.notifications.models.rules import Category, Channel

SALT = "selfcare.operations.page"
PAGE = 50
LONGEST = 120


class BadCursor(ValueError):
    """The cursor was cut, changed, or belongs to another question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of dead letters; empty fields ask for nothing. `unknown` weren't understood."""

    channel: str = ""
    category: str = ""
    type: str = ""
    reason: str = ""
    who: str = ""
    begun: str = ""
    until: str = ""
    unknown: tuple[str, ...] = ()

    NAMES: ClassVar[tuple[str, ...]] = (
        *("channel", "category", "type", "reason", "who", "begun", "until"),
    )

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> "Asked":
        told = {name: str(params.get(name, "")).strip()[:LONGEST] for name in cls.NAMES}
        told = {name: value.replace("\x00", "") for name, value in told.items()}
        fits = {
            "channel": told["channel"] in Channel.values,
            "category": told["category"] in Category.values,
            "begun": _day(told["begun"]) is not None,
            "until": _day(told["until"]) is not None,
        }
        unknown = [name for name, is_known in fits.items() if told[name] and not is_known]
        told = {name: "" if name in unknown else value for name, value in told.items()}
        return cls(**told, unknown=tuple(unknown))

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in self.NAMES)

    @property
    def query_string(self) -> str:
        told = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return urlencode([(name, value) for name, value in told if name in self.NAMES and value])

    def deliveries(self, zone: ZoneInfo) -> "QuerySet[Delivery]":
        """The dead ones that fit."""
        rows = Delivery.objects.filter(state=Delivery.State.DEAD)
        equal = {"channel": self.channel, "category": self.category, "reason": self.reason}
        rows = rows.filter(**{name: value for name, value in equal.items() if value})
        if self.type:
            rows = rows.filter(notification__event_type=self.type)
        if self.who:
            rows = rows.filter(_is(self.who, "dlv"))
        return rows.filter(self._days("changed_at", zone))

    def events(self, zone: ZoneInfo) -> "QuerySet[Event]":
        """Those set aside that fit."""
        rows = Event.objects.filter(state=Event.State.SET_ASIDE)
        if self.type:
            rows = rows.filter(type=self.type)
        if self.reason:
            rows = rows.filter(reason__icontains=self.reason)
        if self.who:
            rows = rows.filter(_is(self.who, "evt") | Q(source_id=self.who))
        return rows.filter(self._days("received_at", zone))

    def _days(self, column: str, zone: ZoneInfo) -> Q:
        begun, until = _day(self.begun), _day(self.until)
        fits = Q()
        if begun:
            fits &= Q(**{f"{column}__gte": datetime.combine(begun, time.min, zone)})
        if until:
            end = datetime.combine(until + timedelta(days=1), time.min, zone)
            fits &= Q(**{f"{column}__lt": end})
        return fits


def _is(who: str, prefix: str) -> Q:
    """A person's id, or the thing's own."""
    pk = ids.decode(prefix, who)
    return Q(subject=who) | (Q(pk=pk) if pk else Q())


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    rows: list[Row]
    next_cursor: str


def page[Row: Model](
    rows: "QuerySet[Row]", *, by: str, cursor: str = "", question: str = "", limit: int = PAGE
) -> Page[Row]:
    """Newest first by the instant `by` and the id. Raises BadCursor."""
    if cursor:
        at, pk = _place(cursor, question)
        older = Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": pk})
        rows = rows.filter(Q(**{f"{by}__lte": at}) & older)
    found = list(rows.order_by(f"-{by}", "-pk")[: limit + 1])
    shown = found[:limit]
    if len(found) <= limit:
        return Page(shown, "")
    last = shown[-1]
    micros = round(getattr(last, by).timestamp() * 1_000_000)
    return Page(shown, signing.dumps([micros, last.pk.hex, question], salt=SALT, compress=True))


def _place(cursor: str, question: str) -> tuple[datetime, uuid.UUID]:
    try:
        if len(cursor) > 2000:
            raise BadCursor
        micros, pk, asked = signing.loads(cursor, salt=SALT)
        seconds, rest = divmod(int(micros), 1_000_000)
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
        key = uuid.UUID(hex=pk)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadCursor from error
    if asked != question:
        raise BadCursor
    return at, key
