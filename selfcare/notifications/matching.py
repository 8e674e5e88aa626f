"""Turns an event into what a person is told: one notification, one delivery a channel; once.

Runs in the caller's transaction, one person's events in one at a time. Older and newer ones of a
thing may come in any order: a newer state ends what waits about it, an older one comes too late.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from selfcare.events.models import Event
from selfcare.notifications import deciding, facts, freshest, people
from selfcare.notifications.addresses import book
from selfcare.notifications.deciding import Decision, Told
from selfcare.notifications.delivery import gathering
from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.people import Known

log = structlog.get_logger("selfcare.notifications")

STATES = {"sent": Delivery.State.SENT, "not_wanted": Delivery.State.NOT_WANTED}


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
    """The same for many, all or none, each person's in order; by event, where one is to be told."""
    # Locks are taken in one order everywhere, so that no two workers wait for each other.
    ours = sorted((event for event in events if event.subject), key=lambda one: one.subject)
    told_of = {event.pk: facts.of(event) for event in ours}
    subjects = {event.subject for event in ours}
    with transaction.atomic(savepoint=False):
        freshest.hold(subjects)
        now = timezone.now()
        freshest.end_older(ours, now)
        made = Notification.objects.filter(event_id__in=list(told_of), subject__in=subjects)
        known = {one.event_id: one for one in made}
        overtaken = freshest.overtaken(ours)
        happened = []
        for event in ours:
            over = event.pk in overtaken
            told = Told.of(event.type, told_of[event.pk], event.occurred_at, over=over)
            if told is not None and event.pk not in known:
                happened.append(Happened(event, told_of[event.pk], told))
        return known | (_tell(happened, now) if happened else {})


def pass_over(event: Event) -> None:
    """It is set aside and told to nobody, but a newer state of its object all the same."""
    with transaction.atomic(savepoint=False):
        freshest.hold([event.subject])
        freshest.end_older([event], timezone.now())


def _tell(happened: Sequence[Happened], now: datetime) -> dict[uuid.UUID, Notification]:
    subjects = sorted({one.event.subject for one in happened})
    for subject in sorted(set(subjects) - people.with_email(subjects)):
        book.know_sign_in_address(subject)
    persons = people.read(subjects)
    digests = Digests()
    rows, deliveries = {}, []
    for one, decisions in _decide(happened, persons, now):
        inbox = next(each for each in decisions if each.channel == Channel.IN_APP)
        notification = rows[one.event.pk] = _notification(one, inbox, now)
        addresses = persons[one.event.subject].addresses
        deliveries += [
            _delivery(notification, each, addresses.get(each.channel), digests, now)
            for each in decisions
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
        if _goes_alone(each)
    }
    most = deciding.MOST_A_MINUTE
    lately = gathering.lately(going, now, most=most) if going else Counter()
    for one, decisions in found:
        for place, each in enumerate(decisions):
            if _goes_alone(each):
                crowded = lately[one.event.subject, each.channel] >= most
                lately[one.event.subject, each.channel] += 1
                decisions[place] = decided(one, each.channel, crowded=crowded)
        yield one, decisions


def _goes_alone(decision: Decision) -> bool:
    return decision.state == "waiting" and not decision.digest_kind


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
    return told.occurred_at < now - deciding.STALE


class Digests:
    """The open digests that this transaction holds already: each is asked for once."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], Delivery] = {}

    def take(self, part: Delivery, kind: str, due_at: datetime) -> Delivery:
        key = part.subject, part.channel, kind
        held = self._held.get(key)
        if held is None or due_at < held.due_at:
            held = self._held[key] = gathering.open_digest(
                subject=part.subject, channel=part.channel, kind=kind, due_at=due_at
            )
        return held


def _delivery(
    notification: Notification,
    decision: Decision,
    address: Address | None,
    digests: Digests,
    now: datetime,
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
        row.digest = digests.take(row, decision.digest_kind, decision.due_at)
        row.state, row.due_at = Delivery.State.IN_DIGEST, row.digest.due_at
    return row
