"""Tells the feed of the last weeks of the cast, whose past was made up in silence; posts nothing.

So whoever reads the feed for the first time knows what a platform would have told them all along.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from sandbox.events import telling
from sandbox.events.models import Event
from sandbox.seeds.cast import CAST
from sandbox.transactions.models import Transaction

WEEKS = timedelta(days=35)


def tell(now: datetime) -> int:
    """Events of what changed in the last weeks and was never told; how many. Again adds none."""
    since = now - WEEKS
    rows = (
        Transaction.objects.filter(person__email__in=[role.email for role in CAST])
        .filter(updated_at__gte=since)
        .select_related("person", "merchant")
        .prefetch_related("events")
    )
    with transaction.atomic():
        known = set(Event.objects.exclude(object_id="").values_list("object_id", flat=True))
        made = [
            event
            for row in rows
            if row.wire_id not in known
            for event in _of(row)
            if since <= event.occurred_at <= now
        ]
        made.sort(key=lambda event: event.occurred_at)
        Event.objects.bulk_create(made, batch_size=1000)
    return len(made)


def _of(row: Transaction) -> Iterator[Event]:
    """Its timeline as events; the last one is of the version that it has now."""
    lines = sorted(row.events.all(), key=lambda line: (line.at, line.pk))
    lines = [line for line in lines if line.name.startswith("transaction.")]
    status = ""
    for place, line in enumerate(lines):
        status = line.status or status or row.status
        facts = telling.transaction_facts(row, by=line.actor_kind)
        facts |= {"status": status, "reason_code": line.reason_code or None}
        event = telling.drafted(
            line.name, subject=row.person.sub, kind="transaction", id_=row.wire_id,
            version=max(1, row.version - len(lines) + 1 + place), at=line.at, facts=facts,
        )  # fmt: skip
        event.state = Event.State.POSTED
        yield event
