"""What waits in digests follows its person's mind and clock; what is closed stays as it is."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from selfcare.notifications import deciding, people
from selfcare.notifications.deciding import Wishes
from selfcare.notifications.delivery import gathering
from selfcare.notifications.models import Delivery
from selfcare.notifications.models.rules import Channel, Rule

Mode = Rule.Mode


def clock_changed(subject: str) -> None:
    """The person's days begin at other times from now on."""
    with transaction.atomic():
        arrange(subject, people.read([subject])[subject].wishes, timezone.now())


def arrange(subject: str, wishes: Wishes, now: datetime) -> None:
    """What is being gathered goes where these wishes have it, and when; inside a transaction.

    One channel after the other, in the order in which matching takes them: so neither waits for
    what the other holds.
    """
    for channel in Channel.values:
        for digest in gathering.hold_open(subject, channel):
            # What came in a flood goes within a minute anyway, and what is due goes now.
            if digest.digest_kind == "burst" or digest.due_at <= now:
                continue
            _part(digest, wishes, now)
            due = deciding.digest_due(digest.digest_kind, wishes, now)
            due = due or deciding.quiet_until(wishes, now) or now
            Delivery.objects.filter(pk=digest.pk).update(due_at=due, changed_at=now)


def _part(digest: Delivery, wishes: Wishes, now: datetime) -> None:
    """What is told otherwise by now leaves it: for another digest, or at once as one message."""
    parts = digest.parts.filter(state=Delivery.State.IN_DIGEST)
    for category in sorted(set(parts.values_list("category", flat=True).distinct())):
        choice = wishes.choice(category, digest.channel)
        kind = _kind(digest.digest_kind, choice.mode)
        if kind == digest.digest_kind:
            continue
        due = deciding.digest_due(kind, wishes, now)
        other = gathering.open_digest(
            subject=digest.subject, channel=digest.channel, kind=kind, due_at=due or now
        )
        parts.filter(category=category).update(
            digest=other,
            reason=kind if due else "chosen" if choice.chosen else "default",
            changed_at=now,
        )


def _kind(kind: str, mode: str) -> str:
    """Where it is gathered now. What is off stays: it is left out when the digest goes."""
    if mode in {Mode.DAILY, Mode.WEEKLY}:
        return mode
    return kind if mode == Mode.OFF or kind == "quiet" else "burst"
