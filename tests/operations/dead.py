"""Dead letters, as sending and intake leave them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from selfcare.events.models import Event
from selfcare.notifications.models import Address, Attempt, Delivery
from tests.notifications.happenings import HER, reachable, taken, told


def dead_letter(*, channel: str = "email", reason: str = "gave_up", **facts: Any) -> Delivery:
    """A delivery of hers that was given up a minute ago."""
    if not Address.objects.of(HER).filter(channel=channel).exists():
        reachable(channel)
    made = told(**{"subject": HER, **facts})
    assert made is not None
    row = made.deliveries.get(channel=channel)
    Attempt.objects.create(
        delivery=row, channel=channel, provider="smtp", outcome="later", detail="451 busy"
    )
    Delivery.objects.filter(pk=row.pk).update(
        state="dead",
        reason=reason,
        tries=16,
        changed_at=timezone.now() - timedelta(minutes=1),
    )
    row.refresh_from_db()
    return row


def set_aside(reason: str = "amount_minor: no amount in minor units", **facts: Any) -> Event:
    """An event that nobody could be told of."""
    event = taken(**facts)
    event.state, event.reason, event.tries = Event.State.SET_ASIDE, reason, 1
    event.save()
    return event
