"""Says which events are a worker's next: of everybody who waits some, so that nobody holds up all.

Workers go round the people in the order of their ids, and take of each at most so many: whoever has
ten thousand waiting gets a share of each claim, and all the others theirs. It matches nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from selfcare.events.models import Event, EventQuerySet

# So many people a claim, and so many events of each.
PEOPLE = 20
EACH = 20

WAITS = f"SELECT * FROM {Event._meta.db_table} WHERE state = 'waiting' AND due_at <= %(now)s"  # noqa: S608 - names of ours
# Goes from person to person in the index, however many events lie between them.
WHO = f"""
WITH RECURSIVE person(subject, nth) AS (
    SELECT CAST(%(subject)s AS text), 0
    UNION ALL
    SELECT (
        SELECT CAST(subject AS text) FROM ({WAITS}) AS further
        WHERE further.subject > person.subject ORDER BY further.subject LIMIT 1
    ), nth + 1
    FROM person WHERE subject IS NOT NULL AND nth < %(people)s
)
"""  # noqa: S608
OF_EACH = f"""
SELECT event.id, event.subject FROM person CROSS JOIN LATERAL (
    SELECT id, subject FROM ({WAITS}) AS theirs
    WHERE theirs.subject = person.subject ORDER BY theirs.due_at LIMIT %(each)s
) AS event ORDER BY event.subject
"""  # noqa: S608
# SQLite knows no LATERAL; there are as many events as one machine has.
OF_EACH_BY_COUNTING = f"""
SELECT id, subject FROM (
    SELECT id, subject, row_number() OVER (PARTITION BY subject ORDER BY due_at) AS place
    FROM ({WAITS}) AS theirs WHERE subject IN (SELECT subject FROM person)
) AS event WHERE place <= %(each)s ORDER BY subject
"""  # noqa: S608


@dataclass
class Turn:
    """Whose turn it is: the round begins with the first of all, and again after the last."""

    subject: str = ""


def claim(turn: Turn, *, each: int = EACH) -> list[Event]:
    """The next people's events, for as long as the lease ours alone, longest waiting first.

    Empty where nothing waits, or nothing that nobody else is just claiming.
    """
    now = timezone.now()
    pks = _next(turn, now, each)
    if not pks and turn.subject:
        turn.subject = ""
        pks = _next(turn, now, each)
    if not pks:
        return []
    until = now + timedelta(seconds=settings.EVENT_LEASE_SECONDS)
    with transaction.atomic():
        theirs = Event.objects.claimable(now).filter(pk__in=pks)
        batch = list(theirs.select_for_update(skip_locked=True))
        Event.objects.filter(pk__in=[event.pk for event in batch]).update(due_at=until)
    for event in batch:
        event.due_at = until
    return batch


def let_go(batch: list[Event]) -> None:
    """Leaves to others at once what was claimed and not begun."""
    now = timezone.now()
    for event in batch:
        ours(event).update(due_at=now)


def ours(event: Event) -> EventQuerySet:
    """The event, if our claim on it still holds."""
    return Event.objects.filter(pk=event.pk, state=Event.State.WAITING, due_at=event.due_at)


def _next(turn: Turn, now: datetime, each: int) -> list[uuid.UUID]:
    """Ids of what these people have waiting; moves the turn on."""
    of_each = OF_EACH if connection.vendor == "postgresql" else OF_EACH_BY_COUNTING
    due_at = Event._meta.get_field("due_at").get_db_prep_value(now, connection)
    told = {"now": due_at, "subject": turn.subject, "people": PEOPLE, "each": each}
    with connection.cursor() as cursor:
        cursor.execute(WHO + of_each, told)
        rows = cursor.fetchall()
    people = len({subject for _, subject in rows} - {turn.subject})
    turn.subject = rows[-1][1] if people == PEOPLE else ""
    return [Event._meta.pk.to_python(pk) for pk, _ in rows]
