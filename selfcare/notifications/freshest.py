"""Which state of a thing is the newest, whatever comes first: a newer one ends an older wish."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from selfcare.events.models import Event
from selfcare.notifications import categories
from selfcare.notifications.models import Notification


def hold(events: Sequence[Event]) -> None:
    """Until this transaction ends, nobody else matches an event of the same things.

    The locks are taken in the order of their keys. SQLite lets in one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    keys = sorted({_key(event) for event in events})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) k", [keys])


def _key(event: Event) -> int:
    name = f"{event.subject}/{event.object_id}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)


def end_older(
    events: Sequence[Event], facts: Mapping[uuid.UUID, Mapping[str, Any]], now: datetime
) -> None:
    """What waited about an older state waits no longer; while they are held."""
    ended = {
        (event.subject, event.object_id): event.version
        for event in events
        if _ends(event.type, facts[event.pk])
    }
    if not ended:
        return
    waiting = Notification.objects.filter(
        subject__in=[subject for subject, _ in ended],
        object_id__in=[object_id for _, object_id in ended],
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


def overtaken(events: Sequence[Event]) -> set[uuid.UUID]:
    """Those of which a newer state is in the archive that ended what they ask for.

    Matched or not: once taken in, it is the truth about the thing.
    """
    newest = (
        Event.objects.filter(
            subject__in=[event.subject for event in events],
            object_id__in=[event.object_id for event in events],
            version__gt=min(event.version for event in events),
        )
        .values_list("subject", "object_id")
        .annotate(newest=Max("version"))
    )
    versions = {(subject, object_id): version for subject, object_id, version in newest}
    return {
        event.pk
        for event in events
        if versions.get((event.subject, event.object_id), 0) > event.version and _has_newer(event)
    }


def _has_newer(event: Event) -> bool:
    newer = Event.objects.of(event.subject).filter(
        object_id=event.object_id, version__gt=event.version
    )
    return any(
        _ends(kind, data if isinstance(data, dict) else {})
        for kind, data in newer.values_list("type", "data")[:100]
    )


def _ends(event_type: str, facts: Mapping[str, Any]) -> bool:
    """Whether an earlier wish is met, gone or said anew by this."""
    row = categories.of(event_type, facts)
    return bool(row and row.waits) or not categories.leaves_open(facts)
