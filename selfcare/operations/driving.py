"""Drives dead letters again: each once, with a name and a reason in the audit.

What is meant is fixed when the operator sees it, and signed: what died since isn't driven by a form
that was shown before, so that the same form can't drive the same thing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from selfcare import ids
from selfcare.events import archive
from selfcare.events.models import Event
from selfcare.notifications.delivery import sending
from selfcare.notifications.models import AuditEntry, Delivery
from selfcare.operations.asking import Asked
from selfcare.web.request import Person

SALT = "selfcare.operations.drive"
type Kind = Literal["deliveries", "events"]
PREFIXES: dict[Kind, str] = {"deliveries": "dlv", "events": "evt"}
# More by one press would hold up what is due; press again for the rest.
MOST = 10_000
LONGEST_TOKEN = 20_000
SECONDS = 3600


class Expired(ValueError):
    """The form is too old, or isn't this operator's, or was changed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator means: by ids, or all that a filter fits. `shown_at` is when they saw it."""

    kind: Kind
    ids: tuple[str, ...]
    query: dict[str, str]
    shown_at: datetime

    def token(self, by: Person) -> str:
        told = [self.kind, list(self.ids), self.query, self.shown_at.isoformat(), by.subject]
        return signing.dumps(told, salt=SALT, compress=True)

    def deliveries(self, zone: ZoneInfo) -> "QuerySet[Delivery]":
        rows = Asked.read(self.query).deliveries(zone)
        rows = rows.filter(changed_at__lte=self.shown_at)
        if self.ids:
            rows = rows.filter(pk__in=self._keys())
        return rows.order_by("changed_at", "pk")

    def events(self, zone: ZoneInfo) -> "QuerySet[Event]":
        # A claim moves `due_at` by the lease, and what is driven again is claimed anew: later.
        lease = timedelta(seconds=settings.EVENT_LEASE_SECONDS)
        rows = Asked.read(self.query).events(zone)
        rows = rows.filter(due_at__lte=self.shown_at + lease)
        if self.ids:
            rows = rows.filter(pk__in=self._keys())
        return rows.order_by("received_at", "pk")

    def count(self, zone: ZoneInfo) -> int:
        if self.kind == "deliveries":
            return self.deliveries(zone).count()
        return self.events(zone).count()

    def _keys(self) -> list[Any]:
        found = (ids.decode(PREFIXES[self.kind], one) for one in self.ids)
        return [pk for pk in found if pk is not None]


def wanted(kind: Kind, *, ids: Sequence[str], query: dict[str, str]) -> Wanted:
    """By ids where there are some, else all that fits the filter."""
    named = tuple(dict.fromkeys(ids))
    return Wanted(kind, named, {} if named else query, timezone.now())


def read(token: str, by: Person) -> Wanted:
    """What the form was about. Raises Expired."""
    if len(token) > LONGEST_TOKEN:
        raise Expired
    try:
        kind, named, query, shown_at, subject = signing.loads(token, salt=SALT, max_age=SECONDS)
        at = datetime.fromisoformat(shown_at).astimezone(UTC)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise Expired from error
    if subject != by.subject or kind not in PREFIXES:
        raise Expired
    return Wanted(kind, tuple(named), query, at)


def again(wanted: Wanted, *, by: Person, reason: str, zone: ZoneInfo, request_id: str) -> int:
    """How many go out, or are matched, once more; those that somebody drove before us don't."""
    if wanted.kind == "deliveries":
        chosen = wanted.deliveries(zone).values_list("pk", flat=True)[:MOST]
        rows = Delivery.objects.filter(pk__in=list(chosen), state=Delivery.State.DEAD)
        return sending.drive_again(rows, by, reason)
    with transaction.atomic():
        keys = list(wanted.events(zone).values_list("pk", flat=True)[:MOST])
        driven = archive.drive_again(Event.objects.filter(pk__in=keys))
        if driven:
            one = Event(pk=keys[0]).public_id if len(keys) == 1 else f"{len(keys)} events"
            note(
                by=by,
                action="events.driven_again",
                reason=reason,
                target=one,
                count=driven,
                request_id=request_id,
            )
    return driven


def note(
    *, by: Person, action: str, reason: str, target: str, request_id: str, count: int = 1
) -> None:
    """Adds to the audit."""
    AuditEntry.objects.create(
        subject=by.subject,
        name=by.name[:300],
        action=action,
        reason=reason[:500],
        target=target[:200],
        count=count,
        request_id=request_id[:64],
    )
