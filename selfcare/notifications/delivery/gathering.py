"""Puts deliveries into digests and closes those that go out; when they do is in `digests`.

A digest is a delivery without a notification. It takes parts until it is closed, and only a closed
one is sent: what comes later goes into the next one, so that nothing is left out of a message.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from selfcare.notifications import deciding
from selfcare.notifications.models import Delivery
from selfcare.notifications.models.deliveries import DeliveryQuerySet

CLOSED_AT_ONCE = 200
# By these reasons it is in a digest whether there is a flood or not.
GATHERED_ANYWAY = ("daily", "weekly", "quiet_hours")


def open_digest(*, subject: str, channel: str, kind: str, due_at: datetime) -> Delivery:
    """The digest that still takes parts, or a new one; call it inside a transaction.

    It is locked until that transaction ends, so that nobody closes it before the part is in. The
    time of one that is there already stays, unless the new one is earlier.
    """
    while True:
        with transaction.atomic():
            found = (
                Delivery.objects.select_for_update(no_key=True)
                .filter(_open(), subject=subject, channel=channel, digest_kind=kind)
                .first()
            )
        if found is not None:
            if due_at < found.due_at:
                Delivery.objects.filter(pk=found.pk).update(due_at=due_at)
                found.due_at = due_at
            return found
        try:
            with transaction.atomic():
                return Delivery.objects.create(
                    subject=subject,
                    channel=channel,
                    digest_kind=kind,
                    due_at=due_at,
                    reason=kind,
                )
        except IntegrityError:
            continue  # somebody opened it in this moment: take theirs


def hold_open(subject: str, channel: str) -> list[Delivery]:
    """Those that still take parts; until this transaction ends nobody closes them or adds any."""
    held = Delivery.objects.select_for_update(no_key=True).filter(_open(), subject=subject)
    return list(held.filter(channel=channel).order_by("digest_kind"))


def put(delivery: Delivery, *, kind: str, due_at: datetime, reason: str) -> None:
    """Makes a delivery that is there a part of the open digest; inside a transaction."""
    digest = open_digest(
        subject=delivery.subject, channel=delivery.channel, kind=kind, due_at=due_at
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.IN_DIGEST,
        digest=digest,
        reason=reason,
        lease_holder="",
        changed_at=timezone.now(),
    )


type Place = tuple[str, str]


def lately(places: Collection[Place], now: datetime, *, most: int) -> Counter[Place]:
    """How many went out to these people on these channels within a minute."""
    if len(places) == 1:
        # One person may be in a flood of thousands: counted no further than need be.
        ((subject, channel),) = places
        rows = _lately(now).filter(subject=subject, channel=channel)
        return Counter({(subject, channel): len(rows.values_list("pk")[:most])})
    rows = _lately(now).filter(
        subject__in={subject for subject, _ in places}, channel__in={one for _, one in places}
    )
    counts = rows.values_list("subject", "channel").annotate(count=Count("pk"))
    return Counter({(one, channel): count for one, channel, count in counts})


def _lately(now: datetime) -> DeliveryQuerySet:
    return (
        Delivery.objects.filter(created_at__gt=now - deciding.BURST, notification__isnull=False)
        .exclude(state=Delivery.State.NOT_WANTED)
        .exclude(reason__in=GATHERED_ANYWAY)
    )


def close_due(channel: str, now: datetime) -> int:
    """Closes the digests whose time has come; each then is a message like any other."""
    due = Delivery.objects.filter(_open(), channel=channel, due_at__lte=now)
    closed = 0
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:CLOSED_AT_ONCE]:
        # Waits for who is putting something in: they hold the row for some milliseconds.
        closed += Delivery.objects.filter(_open(), pk=pk).update(closed_at=now)
    return closed


def _open() -> Q:
    return Q(state=Delivery.State.WAITING, notification=None, closed_at=None)


def sweep() -> int:
    """The worker's duty: no part stays behind in a digest that will never go out; how many."""
    gone = Q(digest=None) | Q(digest__state__in=[Delivery.State.SENT, Delivery.State.NOT_WANTED])
    left = Delivery.objects.filter(gone, state=Delivery.State.IN_DIGEST)
    now = timezone.now()
    return Delivery.objects.filter(
        pk__in=list(left.values_list("pk", flat=True)[:1000]), state=Delivery.State.IN_DIGEST
    ).update(state=Delivery.State.WAITING, digest=None, due_at=now, changed_at=now)
