"""Which state of a thing is the newest, whatever comes first: a newer one ends an older wish."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from selfcare.events.models import Event
from selfcare.notifications import categories
from selfcare.notifications.models import Notification


def hold(subjects: Iterable[str]) -> None:
    """Until this transaction ends, nobody else matches events of these people.

    So states come one after the other, and messages of a minute are counted rightly. The locks are
    taken in the order of their keys. SQLite lets in one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    keys = sorted({_key(subject) for subject in subjects})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) k", [keys])


def _key(subject: str) -> int:
    digest = hashlib.blake2b(b"matching/" + subject.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def end_older(events: Iterable[Event], now: datetime) -> None:
    """What waited about an older state waits no longer; while their people are held."""
    ended: dict[tuple[str, str], int] = {}
    for event in events:
        if event.subject and event.object_id and event.version and _ends(event.type, event.data):
            thing = event.subject, event.object_id
            ended[thing] = max(event.version, ended.get(thing, 0))
    if not ended:
        return
    waiting = Notification.objects.filter(
        subject__in={subject for subject, _ in ended},
        object_id__in={object_id for _, object_id in ended},
        waits=True,
    )
    older = [
        pk
        for pk, subject, object_id, version in waiting.values_list(
            "pk", "subject", "object_id", "version"
        )
        if version < ended.get((subject, object_id), 0)
    ]
    if older:
        Notification.objects.filter(pk__in=older, waits=True).update(waits=False, over_at=now)


def overtaken(events: Iterable[Event]) -> set[uuid.UUID]:
    """Of those that ask for something the ones whose wish a newer state has ended.

    Matched, waiting or set aside: once taken in, it is the truth about the thing.
    """
    asking = [event for event in events if event.object_id and event.version and _asks(event)]
    if not asking:
        return set()
    newest = (
        Event.objects.filter(
            subject__in={event.subject for event in asking},
            object_id__in={event.object_id for event in asking},
            version__gt=min(event.version for event in asking),
        )
        .values_list("subject", "object_id")
        .annotate(newest=Max("version"))
    )
    versions = {(subject, object_id): version for subject, object_id, version in newest}
    return {
        event.pk
        for event in asking
        if versions.get((event.subject, event.object_id), 0) > event.version and _has_newer(event)
    }


def _has_newer(event: Event) -> bool:
    newer = Event.objects.of(event.subject).filter(
        object_id=event.object_id, version__gt=event.version
    )
    return any(_ends(kind, data) for kind, data in newer.values_list("type", "data")[:100])


def _asks(event: Event) -> bool:
    row = categories.of(event.type, _facts(event.data))
    return bool(row and row.waits)


def _ends(event_type: str, data: object) -> bool:
    """Whether an earlier wish is met, gone or said anew by this."""
    facts = _facts(data)
    row = categories.of(event_type, facts)
    return bool(row and row.waits) or not categories.leaves_open(facts)


def _facts(data: object) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}
