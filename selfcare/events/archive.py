"""The archive of events: takes each in once, records our own, gives back what was set aside.

It knows neither requests nor whom an event is told to.
"""

import json
from datetime import datetime
from enum import Enum
from typing import Any

import structlog
from django.db import DataError, connection, transaction
from django.utils import timezone

from selfcare.events import reading
from selfcare.events.models import Event, EventQuerySet, Refusal

log = structlog.get_logger("selfcare.events")

FIELDS = tuple(Event._meta.concrete_fields)
INSERT = (
    f"INSERT INTO {Event._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)}) "  # noqa: S608 - names of ours
    f"VALUES ({', '.join(['%s'] * len(FIELDS))}) ON CONFLICT (source, source_id) DO NOTHING"
)


class Taken(Enum):
    """What became of an event: it is new, was here already, or another one has its id."""

    NEW = "new"
    KNOWN = "known"
    CONFLICTING = "conflicting"


def take(event: Event) -> Taken:
    """Keeps an event that isn't saved yet, unless its id is known: one statement where it is new.

    Raises OperationalError or InterfaceError where the database isn't there.
    """
    if _insert(event):
        if event.state == Event.State.SET_ASIDE:
            log.warning("event.set_aside", event_id=event.source_id, reason=event.reason)
        return Taken.NEW
    known = Event.objects.filter(source=event.source, source_id=event.source_id)
    kept = known.values_list("digest", flat=True).first()
    if kept == event.digest:
        return Taken.KNOWN
    log.error("event.conflicting", event_id=event.source_id, digest=event.digest, kept=kept)
    body = json.dumps(event.data, ensure_ascii=False)
    refuse(source_id=event.source_id, reason="conflicting", digest=event.digest, body=body)
    return Taken.CONFLICTING


def refuse(*, source_id: str, reason: str, digest: str, body: str) -> None:
    """Keeps what was signed rightly and yet not taken, each with its reason once."""
    refusal = Refusal(source_id=source_id, reason=reason, digest=digest, body=body)
    Refusal.objects.bulk_create([refusal], ignore_conflicts=True)


def record(
    *,
    type: str,
    subject: str,
    object: str,
    id: str,
    version: int = 1,
    facts: dict[str, Any] | None = None,
    source_id: str = "",
    at: datetime | None = None,
) -> Event:
    """Something that selfcare itself saw, such as `security.address_added`; waits to be matched.

    Written in the caller's transaction: it is told if, and only if, that one is committed. With a
    `source_id` it is recorded once. `object` and `id` name what it is about, `facts` what words
    need.
    """
    now = timezone.now()
    event = Event(
        source=Event.Source.SELFCARE,
        type=type,
        subject=subject,
        object_id=id,
        version=version,
        occurred_at=at or now,
        received_at=now,
        due_at=now,
        data={**(facts or {}), "subject": subject, "object": object, "id": id, "version": version},
    )
    event.source_id = source_id or event.public_id
    event.digest = reading.digest(json.dumps(event.data, sort_keys=True, default=str).encode())
    if not _insert(event):
        return Event.objects.get(source=event.source, source_id=event.source_id)
    log.info("event.recorded", event_id=event.source_id, type=type)
    return event


def drive_again(events: EventQuerySet) -> int:
    """Lets what was set aside be matched anew; how many. Asked twice at once, each goes once."""
    driven = events.filter(state=Event.State.SET_ASIDE).update(
        state=Event.State.WAITING, due_at=timezone.now(), tries=0, reason=""
    )
    if driven:
        log.info("events.driven_again", count=driven)
    return driven


def _insert(event: Event) -> bool:
    """Whether it is new; what the database can't hold is kept as unreadable."""
    try:
        return _insert_row(event)
    except DataError:
        if event.source != Event.Source.PLATFORM:
            raise
        text = json.dumps(event.data, ensure_ascii=True).replace("\\u0000", "\\ufffd")
        event.type, event.subject, event.object_id, event.version = reading.UNREADABLE, "", "", 0
        event.data, event.state = {"body": text}, Event.State.SET_ASIDE
        event.reason = "body: can't be kept as it is"
        return _insert_row(event)


def _insert_row(event: Event) -> bool:
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in FIELDS]
    # Outside a transaction this is one round trip; inside one, a refusal must not spoil it.
    if connection.in_atomic_block:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, values)
            return bool(cursor.rowcount)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return bool(cursor.rowcount)
