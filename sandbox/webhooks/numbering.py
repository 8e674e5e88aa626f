"""Numbers a merchant's events in the order in which they became visible, and says who gets them.

Writers commit in another order than they began. Were the number given while writing, a merchant
that has seen 7 would never look for 6, which commits a moment later. So an event is written
without one and gets it here, from 1 and without a gap: whoever numbers holds the lock of the
merchant's stream until the numbers are visible, thus whoever sees 7 sees 1 to 6. In the same
transaction each event gets a delivery for each endpoint that wants it.
"""

from django.db import transaction as database

from sandbox import clock, ids
from sandbox.people.models import Merchant
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent, Stream

AT_ONCE = 500


def number(merchant: Merchant | None = None) -> int:
    """Give numbers to what has none, of one merchant or of all; says to how many.

    Without any it costs one look-up in a partial index.
    """
    found = MerchantEvent.objects.filter(sequence=None, sample=False)
    if merchant is not None:
        found = found.filter(merchant=merchant)
    whose = found.order_by("serial").values_list("merchant", flat=True)[:AT_ONCE]
    return sum(_number(merchant_id) for merchant_id in dict.fromkeys(whose))


def _number(merchant_id: int) -> int:
    Stream.objects.get_or_create(merchant_id=merchant_id)
    with database.atomic():
        stream = Stream.objects.select_for_update().get(merchant_id=merchant_id)
        waiting = MerchantEvent.objects.filter(merchant_id=merchant_id, sequence=None, sample=False)
        # An object's events keep their order: its row's lock orders their writing.
        events = list(waiting.order_by("serial")[:AT_ONCE])
        if not events:
            return 0
        for event in events:
            stream.last_sequence += 1
            event.sequence = stream.last_sequence
        MerchantEvent.objects.bulk_update(events, ["sequence"])
        stream.save(update_fields=["last_sequence"])
        # Locked, so that none is switched off meanwhile and leaves a delivery that nobody makes.
        endpoints = Endpoint.objects.select_for_update().filter(
            merchant_id=merchant_id, state=Endpoint.State.ACTIVE
        )
        wanted = [
            delivery(endpoint, event)
            for event in events
            for endpoint in endpoints
            if endpoint.wants(event.type)
        ]
        # Of several that happened at one instant the ids tell the order too.
        for row, row_id in zip(wanted, sorted(row.id for row in wanted), strict=True):
            row.id = row_id
        Delivery.objects.bulk_create(wanted)
    return len(events)


def delivery(endpoint: Endpoint, event: MerchantEvent) -> Delivery:
    """A new one, not saved yet; due when it happened, which is now in the merchant's own time."""
    now = clock.now()
    return Delivery(
        id=ids.uuid7(now), merchant_id=endpoint.merchant_id, endpoint=endpoint, event=event,
        due_at=event.occurred_at, created_at=event.occurred_at,
    )  # fmt: skip
