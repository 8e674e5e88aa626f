"""Events as the intake keeps them, told to matching at once."""

import itertools
from datetime import datetime
from typing import Any

from django.utils import timezone

from selfcare.events.models import Event
from selfcare.notifications import matching
from selfcare.notifications.models import Address, Notification, Rule
from selfcare.notifications.models.rules import Channel

COUNTER = itertools.count(1)
HER = "usr_alice"


def taken(
    event_type: str = "transaction.completed",
    /,
    *,
    subject: str = HER,
    object_id: str = "txn_1",
    version: int = 1,
    occurred_at: datetime | None = None,
    **facts: Any,
) -> Event:
    """An event that the intake took, not yet matched: 64.90 euros to Nordlicht Books."""
    data = {
        "kind": "payment",
        "direction": "out",
        "status": event_type.partition(".")[2],
        "amount_minor": 6490,
        "currency": "EUR",
        "fee_minor": 0,
        "counterparty_name": "Nordlicht Books",
        "merchant_id": "mer_nordlicht",
        "merchant_name": "Nordlicht Books",
        "expires_at": None,
        "reason_code": None,
        **facts,
    }
    return Event.objects.create(
        source="platform",
        source_id=f"evt_{next(COUNTER)}_{timezone.now().timestamp()}",
        digest="0" * 64,
        type=event_type,
        subject=subject,
        object_id=object_id,
        version=version,
        occurred_at=occurred_at or timezone.now(),
        data=data,
    )


def told(event_type: str = "transaction.completed", /, **facts: Any) -> Notification | None:
    """What matching makes of it, as the worker has it matched."""
    event = taken(event_type, **facts)
    made = matching.match(event)
    Event.objects.filter(pk=event.pk).update(state=Event.State.MATCHED)
    return made


def reachable(*channels: str, subject: str = HER) -> dict[str, Address]:
    """Verified addresses of hers, one a channel, in place of what a sign-in made known."""
    values = {
        Channel.EMAIL: f"{subject}@example.com",
        Channel.SMS: "+4915112345678",
        Channel.PUSH: f"https://push.example/{subject}",
    }
    Address.objects.filter(subject=subject, from_provider=True).delete()
    return {
        channel: Address.objects.create(
            subject=subject,
            channel=channel,
            value=values[Channel(channel)],
            state=Address.State.ACTIVE,
            is_primary=True,
            verified_at=timezone.now(),
        )
        for channel in channels or values
    }


def rule(category: str, channel: str, mode: str, *, subject: str = HER, **more: Any) -> Rule:
    made, _ = Rule.objects.update_or_create(
        subject=subject, category=category, channel=channel, defaults={"mode": mode, **more}
    )
    return made


def outcomes(notification: Notification | None) -> dict[str, tuple[str, str]]:
    """By channel where each delivery is, and why."""
    assert notification is not None
    return {one.channel: (one.state, one.reason) for one in notification.deliveries.all()}
