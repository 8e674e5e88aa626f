"""Turns an event into what a person is told: one notification, one delivery a channel; once.

Runs in the caller's transaction. Older and newer events of one thing may come in any order and to
several workers at once: a newer state ends what waits about it, and an older one comes too late.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from selfcare.events.kinds import Poison
from selfcare.events.models import Event
from selfcare.money import LARGEST_MINOR
from selfcare.notifications import address_book, categories, deciding, gathering, people
from selfcare.notifications.deciding import Decision, Told, Wishes
from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.models.rules import Channel

log = structlog.get_logger("selfcare.notifications")

# What the event says of its object is in columns of its own.
NOT_FACTS = frozenset({"subject", "object", "id", "version"})
STATES = {"sent": Delivery.State.SENT, "not_wanted": Delivery.State.NOT_WANTED}
LONGEST_FACT = 2000


class BadFacts(Poison):
    """The event says something that can't be told to anybody; it is to be set aside."""


def match(event: Event) -> Notification | None:
    """Who is told of it, and where; None where it is nothing to tell. Again changes nothing.

    Raises BadFacts for what can't be told.
    """
    if not event.subject:
        return None
    facts = facts_of(event)
    now = timezone.now()
    with transaction.atomic():
        if event.object_id and event.version:
            _hold_object(event.subject, event.object_id)
            _end_older(event, facts, now)
        known = Notification.objects.of(event.subject).filter(event_id=event.pk).first()
        if known is not None:
            return known
        over = _has_newer(event)
        told = Told.of(event.type, facts, event.occurred_at, over=over)
        if told is None:
            return None
        return _tell(event, facts, told, now)


def facts_of(event: Event) -> dict[str, Any]:
    """What the event says besides whose and which it is; raises BadFacts."""
    if not isinstance(event.data, dict):
        raise BadFacts("data is no object")
    facts = {name: value for name, value in event.data.items() if name not in NOT_FACTS}
    for name, value in facts.items():
        if name.endswith("_minor") and value is not None:
            if type(value) is not int or not 0 <= value <= LARGEST_MINOR:
                raise BadFacts(f"{name} is no amount in minor units")
        elif isinstance(value, str) and len(value) > LONGEST_FACT:
            raise BadFacts(f"{name} is too long")
        elif name.endswith(("_at", "_by")) and value and categories.instant(value) is None:
            raise BadFacts(f"{name} is no instant")
    currency = facts.get("currency")
    if facts.get("amount_minor") is not None and not _is_currency(currency):
        raise BadFacts("an amount without its currency")
    return facts


def _is_currency(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()


def _hold_object(subject: str, object_id: str) -> None:
    """Until this transaction ends, nobody else matches an event of the same thing.

    SQLite lets in one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    name = f"{subject}/{object_id}".encode()
    key = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _end_older(event: Event, facts: Mapping[str, Any], now: datetime) -> None:
    """What waited about an older state waits no longer."""
    if not _ends(event.type, facts):
        return
    Notification.objects.of(event.subject).filter(
        object_id=event.object_id, waits=True, version__lt=event.version
    ).update(waits=False, over_at=now)


def _ends(event_type: str, facts: Mapping[str, Any]) -> bool:
    """Whether an earlier wish is met, gone or said anew by this."""
    row = categories.of(event_type, facts)
    return bool(row and row.waits) or not categories.leaves_open(facts)


def _has_newer(event: Event) -> bool:
    """Whether a newer state is in the archive that ended what this one asks for.

    Matched or not: once taken in, it is the truth about the thing.
    """
    if not event.object_id or not event.version:
        return False
    newer = Event.objects.of(event.subject).filter(
        object_id=event.object_id, version__gt=event.version
    )
    return any(
        _ends(kind, data if isinstance(data, dict) else {})
        for kind, data in newer.values_list("type", "data")[:100]
    )


def _tell(event: Event, facts: dict[str, Any], told: Told, now: datetime) -> Notification:
    if event.type == "session.started" or not people.has_email(event.subject):
        address_book.know_sign_in_address(event.subject)
    addresses = people.addresses_of(event.subject)
    wishes = people.wishes_of(event.subject, addresses=addresses)
    decisions = [_decide(event.subject, told, wishes, channel, now) for channel in Channel.values]
    inbox = next(one for one in decisions if one.channel == Channel.IN_APP)
    is_over, is_history = told.is_over(now), _is_history(told, now)
    notification = Notification.objects.create(
        subject=event.subject,
        event_id=event.pk,
        event_type=event.type,
        category=told.category,
        object_id=event.object_id,
        version=event.version,
        facts=facts,
        occurred_at=event.occurred_at,
        # History that we are told late lies where it belongs, and is no news.
        created_at=event.occurred_at if is_history else now,
        in_inbox=inbox.state == "sent",
        waits=told.waits and not is_over,
        waits_until=told.until if told.waits else None,
        over_at=now if is_over else None,
        read_at=now if is_history else None,
    )
    deliveries = [
        _delivery(notification, one, addresses.get(one.channel), now) for one in decisions
    ]
    Delivery.objects.bulk_create(deliveries)
    log.info("notification.matched", notification=notification.public_id, category=told.category)
    return notification


def _decide(subject: str, told: Told, wishes: Wishes, channel: str, now: datetime) -> Decision:
    decision = deciding.decide(told, wishes, channel, now)
    if decision.state != "waiting" or decision.digest_kind:
        return decision
    most = deciding.MOST_A_MINUTE
    if not gathering.is_crowded(subject, channel, now, most=most):
        return decision
    return deciding.decide(told, wishes, channel, now, crowded=True)


def _is_history(told: Told, now: datetime) -> bool:
    return (
        told.occurred_at < now - deciding.STALE and not categories.about(told.category).never_held
    )


def _delivery(
    notification: Notification, decision: Decision, address: Address | None, now: datetime
) -> Delivery:
    row = Delivery(
        subject=notification.subject,
        notification=notification,
        category=notification.category,
        channel=decision.channel,
        address=address if decision.state == "waiting" else None,
        state=STATES.get(decision.state, Delivery.State.WAITING),
        reason=decision.reason,
        rule=dict(decision.rule),
        due_at=decision.due_at,
        created_at=now,
        changed_at=now,
        sent_at=now if decision.state == "sent" else None,
    )
    if decision.digest_kind:
        row.digest = gathering.open_digest(
            subject=row.subject,
            channel=row.channel,
            kind=decision.digest_kind,
            due_at=decision.due_at,
        )
        row.state, row.due_at = Delivery.State.IN_DIGEST, row.digest.due_at
    return row
