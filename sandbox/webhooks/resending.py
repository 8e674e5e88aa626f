"""Sends events again: some, or all since an instant or a number; nothing is sent from here."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.db.models import Exists, OuterRef, QuerySet

from sandbox import clock, ids
from sandbox.webhooks import numbering
from sandbox.webhooks.endpoints import NotPossibleError
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent

MOST = 100
MOST_SINCE = 10_000
BATCH = 500
State = Delivery.State


def these(endpoint: Endpoint, event_ids: Iterable[str]) -> int:
    """Send these events, whether or not their types were chosen; says how many.

    NotPossibleError `unknown_event` for another merchant's as for what never was.
    """
    wanted = list(dict.fromkeys(event_ids))
    pks: list[UUID] = [pk for one in wanted if (pk := ids.unwire("evt", one))]
    if not 0 < len(wanted) <= MOST:
        raise NotPossibleError("bad_request", f"Name 1 to {MOST} events.", "events")
    events = list(MerchantEvent.objects.filter(merchant_id=endpoint.merchant_id, id__in=pks))
    others = [one for one in events if one.sample and not _went_to(endpoint, one)]
    if len(events) != len(wanted) or others:
        raise NotPossibleError("unknown_event", "There is no such event.", "events")
    with _held(endpoint) as held:
        return _send(held, events, clock.now())


def since(
    endpoint: Endpoint,
    *,
    at: datetime | None = None,
    sequence: int | None = None,
    only_missed: bool = True,
) -> int:
    """Send what happened since, of the chosen types; says how many.

    `only_missed` leaves out what the endpoint has taken. At most 10,000 at once, oldest first: a
    batch is at hand at a time, and all of them are one database transaction. So who dies in the
    middle has sent nothing, and who asks twice meets under the lock what the first one did.
    """
    numbering.number(endpoint.merchant)
    with _held(endpoint) as held:
        now, count, last = clock.now(), 0, 0
        rows = _since(held, at, sequence, only_missed)
        while batch := list(rows.filter(sequence__gt=last)[: min(BATCH, MOST_SINCE - count)]):
            count += _send(held, batch, now)
            last = batch[-1].sequence or 0
    return count


def _since(
    held: Endpoint, at: datetime | None, sequence: int | None, only_missed: bool
) -> QuerySet[MerchantEvent]:
    rows = MerchantEvent.objects.filter(merchant_id=held.merchant_id, sequence__isnull=False)
    rows = rows.filter(sequence__gte=sequence) if sequence is not None else rows
    rows = rows.filter(occurred_at__gte=at) if at is not None else rows
    if only_missed:
        taken = Delivery.objects.filter(endpoint=held, event=OuterRef("pk"), state=State.DELIVERED)
        rows = rows.exclude(Exists(taken))
    types = rows.values_list("type", flat=True).distinct()
    rows = rows.filter(type__in=[type_ for type_ in types if held.wants(type_)])
    return rows.defer("data").order_by("sequence")


@contextmanager
def _held(endpoint: Endpoint) -> Iterator[Endpoint]:
    """Locked, and on: nobody switches it off meanwhile, or writes down that it took something."""
    with database.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if held.state != Endpoint.State.ACTIVE:
            raise NotPossibleError("endpoint_disabled", "Switch the endpoint on first.")
        yield held


def _send(held: Endpoint, events: list[MerchantEvent], now: datetime) -> int:
    known = Delivery.objects.filter(endpoint=held, event__in=events)
    # Who is at one right now goes on; what it brings home counts for this round.
    known.update(state=State.WAITING, due_at=now, tries=0, delivered_at=None)
    have = set(known.values_list("event", flat=True))
    new = [numbering.delivery(held, event) for event in events if event.pk not in have]
    for row in new:
        row.due_at = row.created_at = now
    Delivery.objects.bulk_create(new)
    return len(events)


def _went_to(endpoint: Endpoint, event: MerchantEvent) -> bool:
    return Delivery.objects.filter(endpoint=endpoint, event=event).exists()
