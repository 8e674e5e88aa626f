"""Turns an event into what a person is told: one notification, one delivery a channel; once.

Runs in the caller's transaction. Older and newer events of one thing may come in any order and to
several workers at once: a newer state ends what waits about it, and an older one comes too late.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from selfcare.events.kinds import Poison
from selfcare.events.models import Event
from selfcare.money import LARGEST_MINOR
from selfcare.notifications import (
    address_book,
    categories,
    deciding,
    freshest,
    gathering,
    people,
)
from selfcare.notifications.deciding import Decision, Told
from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.people import Known

log = structlog.get_logger("selfcare.notifications")

# What the event says of its object is in columns of its own.
NOT_FACTS = frozenset({"subject", "object", "id", "version"})
STATES = {"sent": Delivery.State.SENT, "not_wanted": Delivery.State.NOT_WANTED}
LONGEST_FACT = 2000


class BadFacts(Poison):
    """The event says something that can't be told to anybody; it is to be set aside."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that is somebody's category."""

    event: Event
    facts: dict[str, Any]
    told: Told


def match(event: Event) -> Notification | None:
    """Who is told of it, and where; None where it is nothing to tell. Again changes nothing.

    Raises BadFacts for what can't be told.
    """
    return match_all([event]).get(event.pk)


def match_all(events: Sequence[Event]) -> dict[uuid.UUID, Notification]:
    """The same for events of as many people, all or none; by event, where there is one to tell.

    One event a person: what it does to others of theirs, the next call sees.
    """
    # Locks are taken in one order everywhere, so that no two workers wait for each other.
    ours = sorted((event for event in events if event.subject), key=lambda one: one.subject)
    subjects = [event.subject for event in ours]
    if len(set(subjects)) != len(subjects):
        raise ValueError("two events of one person at once")
    facts = {event.pk: facts_of(event) for event in ours}
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        of_objects = [event for event in ours if event.object_id and event.version]
        if of_objects:
            freshest.hold(of_objects)
            freshest.end_older(of_objects, facts, now)
        made = Notification.objects.filter(event_id__in=list(facts), subject__in=subjects)
        known = {one.event_id: one for one in made}
        overtaken = freshest.overtaken(of_objects) if of_objects else set()
        happened = []
        for event in ours:
            over = event.pk in overtaken
            told = Told.of(event.type, facts[event.pk], event.occurred_at, over=over)
            if told is not None and event.pk not in known:
                happened.append(Happened(event, facts[event.pk], told))
        return known | (_tell(happened, now) if happened else {})


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


def _tell(happened: Sequence[Happened], now: datetime) -> dict[uuid.UUID, Notification]:
    known = people.with_email([one.event.subject for one in happened])
    for one in happened:
        if one.event.type == "session.started" or one.event.subject not in known:
            address_book.know_sign_in_address(one.event.subject)
    persons = people.read([one.event.subject for one in happened])
    rows, deliveries = {}, []
    for one, decisions in _decide(happened, persons, now):
        inbox = next(each for each in decisions if each.channel == Channel.IN_APP)
        notification = rows[one.event.pk] = _notification(one, inbox, now)
        addresses = persons[one.event.subject].addresses
        deliveries += [
            _delivery(notification, each, addresses.get(each.channel), now) for each in decisions
        ]
    Notification.objects.bulk_create(rows.values())
    Delivery.objects.bulk_create(deliveries)
    for one in happened:
        log.info(
            "notification.matched",
            event_id=one.event.source_id,
            notification=rows[one.event.pk].public_id,
            category=one.told.category,
        )
    return rows


def _decide(
    happened: Sequence[Happened], persons: Mapping[str, Known], now: datetime
) -> Iterator[tuple[Happened, list[Decision]]]:
    """What becomes of each on each channel, floods included."""

    def decided(one: Happened, channel: str, *, crowded: bool = False) -> Decision:
        wishes = persons[one.event.subject].wishes
        return deciding.decide(one.told, wishes, channel, now, crowded=crowded)

    found = [(one, [decided(one, channel) for channel in Channel.values]) for one in happened]
    going = {
        (one.event.subject, each.channel)
        for one, decisions in found
        for each in decisions
        if each.state == "waiting" and not each.digest_kind
    }
    crowds = gathering.crowded(going, now, most=deciding.MOST_A_MINUTE) if going else set()
    for one, decisions in found:
        yield (
            one,
            [
                decided(one, each.channel, crowded=True)
                if (one.event.subject, each.channel) in crowds
                else each
                for each in decisions
            ],
        )


def _notification(one: Happened, inbox: Decision, now: datetime) -> Notification:
    event, told = one.event, one.told
    is_over, is_history = told.is_over(now), _is_history(told, now)
    return Notification(
        subject=event.subject,
        event_id=event.pk,
        event_type=event.type,
        category=told.category,
        object_id=event.object_id,
        version=event.version,
        facts=one.facts,
        occurred_at=event.occurred_at,
        # History that we are told late lies where it belongs, and is no news.
        created_at=event.occurred_at if is_history else now,
        in_inbox=inbox.state == "sent",
        waits=told.waits and not is_over,
        waits_until=told.until if told.waits else None,
        over_at=now if is_over else None,
        read_at=now if is_history else None,
    )


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
