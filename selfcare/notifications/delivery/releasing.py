"""Looks just before sending whether a delivery is still wanted, and where, by `deciding`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from selfcare.notifications import categories, channels, deciding, people
from selfcare.notifications.deciding import Told, Wishes
from selfcare.notifications.delivery import tried
from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.people import Known

PARTS_AT_ONCE = 500
# How many notifications of a digest are handed on to be put into words.
KEPT = 20


@dataclass(frozen=True, slots=True)
class Release:
    """Either `told` goes out to `addresses`, or it is kept: until `due_at`, or for good.

    `told` are the newest notifications, `count` how many there are in all.
    """

    told: Sequence[Notification] | None = None
    count: int = 0
    addresses: Sequence[Address] = ()
    reason: str = "no_address"
    due_at: datetime | None = None
    digest_kind: str = ""
    rule: Mapping[str, Any] = field(default_factory=dict)


def look(delivery: Delivery, person: Known, now: datetime) -> Release:
    """What becomes of a delivery that is due, by the person's settings and addresses as of now."""
    if delivery.channel not in channels.on():
        return Release(reason="channel_off", rule=delivery.rule)
    wishes, usable = person.wishes, person.addresses
    if delivery.notification is None:
        return _digest(delivery, wishes, usable, now)
    told = _told(delivery.notification, now)
    decision = deciding.decide(told, wishes, delivery.channel, now)
    if decision.state == "not_wanted":
        return Release(reason=decision.reason, rule=decision.rule)
    if decision.digest_kind and not tried.anything(delivery):
        return Release(
            reason=decision.reason, due_at=decision.due_at, digest_kind=decision.digest_kind
        )
    # What was tried may have arrived: in a digest it would be told a second time. Only quiet hours
    # hold it.
    if decision.digest_kind and (held := deciding.held_until(told, wishes, now)):
        return Release(reason="quiet_hours", due_at=held)
    return Release(told=[delivery.notification], count=1, addresses=_addresses(delivery, usable))


def _digest(
    delivery: Delivery, wishes: Wishes, usable: Mapping[str, Address], now: datetime
) -> Release:
    quiet_until = deciding.quiet_until(wishes, now)
    if quiet_until is not None:
        return Release(reason="quiet_hours", due_at=quiet_until)
    wanted: list[Notification] = []
    count = 0
    refused: dict[str, list[Any]] = {}
    for part in _parts(delivery):
        if part.notification is None:
            continue
        told = _told(part.notification, now)
        if reason := deciding.refusal(told, wishes, delivery.channel, now):
            refused.setdefault(reason, []).append(part.pk)
            continue
        count += 1
        if len(wanted) < KEPT:
            wanted.append(part.notification)
    _let_go(refused)
    if not count:
        reason = next(iter(refused)) if len(refused) == 1 else "nothing_left"
        return Release(reason=reason, rule=delivery.rule)
    return Release(told=wanted, count=count, addresses=_addresses(delivery, usable))


def _parts(delivery: Delivery) -> Iterable[Delivery]:
    """Those too that one browser has been told of, where another is still to be."""
    return (
        delivery.parts.filter(state__in=[Delivery.State.IN_DIGEST, Delivery.State.SENT])
        .select_related("notification")
        .order_by("-notification__occurred_at", "-pk")
        .iterator(chunk_size=PARTS_AT_ONCE)
    )


def _let_go(refused: Mapping[str, Sequence[Any]]) -> None:
    for reason, pks in refused.items():
        Delivery.objects.filter(pk__in=pks, state=Delivery.State.IN_DIGEST).update(
            state=Delivery.State.NOT_WANTED, reason=reason, changed_at=timezone.now()
        )


def _told(notification: Notification, now: datetime) -> Told:
    told = Told.of(
        notification.event_type,
        notification.facts,
        notification.occurred_at,
        category=notification.category,
        over=notification.is_over(now),
    )
    if told is None:
        raise ValueError(f"{notification.public_id} has no category")
    # Whether it was news was decided when it was matched: waiting here makes nothing too old.
    return replace(told, occurred_at=max(told.occurred_at, now))


def addresses_left(delivery: Delivery) -> Sequence[Address]:
    """Where it is still to go to, as of now."""
    return _addresses(delivery, people.addresses_of(delivery.subject))


def _addresses(delivery: Delivery, usable: Mapping[str, Address]) -> Sequence[Address]:
    """Where to: each of a person's browsers, but one e-mail address and one phone.

    Security notices also go to the address that the person signs in with: whoever got into an
    account may have made an address of their own the primary one. Who has it gets it no more.
    """
    hers = Address.objects.of(delivery.subject).usable().filter(channel=delivery.channel)
    if delivery.channel == Channel.PUSH:
        wanted = list(hers.order_by("-is_primary", "verified_at", "pk"))
    else:
        used = usable.get(delivery.channel)
        wanted = [used] if used else []
        if used and delivery.category and categories.about(delivery.category).never_held:
            wanted += hers.filter(from_provider=True).exclude(pk=used.pk)
    return tried.unanswered(delivery, wanted)
