"""Why somebody was told or not, by notification and by transaction; it changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from selfcare import ids
from selfcare.events.models import Event
from selfcare.notifications import wording, words
from selfcare.notifications.inbox import why_words
from selfcare.notifications.models import Attempt, Delivery, Notification
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.wording import Named
from selfcare.notifications.words import Words

# What one thing can have on its page; a longer life than this nobody reads.
MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One channel: what became of it there, why, and every try."""

    delivery: Delivery
    named: Named
    chip: tuple[str, str, str]
    verdict: str
    reason: str
    where: str
    attempts: list[tuple[Attempt, str]]


@dataclass(frozen=True, slots=True)
class Why:
    """One notification with its lines, the inbox first."""

    notification: Notification
    words: Words
    category: Named
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that happened and made no notification, with the reason in words."""

    event: Event
    title: str
    reason: str


def find(subject: str, public_id: str) -> Notification | None:
    """This person's notification; None for anybody else's as for one that never was."""
    pk = ids.decode("ntf", public_id)
    return Notification.objects.of(subject).filter(pk=pk).first() if pk else None


def of_notification(notification: Notification) -> Why:
    return of_notifications([notification])[0]


def of_notifications(notifications: Iterable[Notification]) -> list[Why]:
    wanted = list(notifications)
    rows = (
        Delivery.objects.filter(notification__in=wanted)
        .select_related("address", "digest", "digest__address")
        .order_by("pk")
    )
    lines = list(rows)
    tries = _tries(lines)
    by_notification: dict[object, list[Delivery]] = {}
    for row in lines:
        by_notification.setdefault(row.notification_id, []).append(row)
    return [
        Why(
            notification=one,
            words=words.of_notification(one),
            category=wording.CATEGORIES[one.category],
            lines=_lines(one, by_notification.get(one.pk, []), tries),
        )
        for one in wanted
    ]


def of_object(subject: str, object_id: str) -> tuple[list[Why], list[Untold]]:
    """All that a person was told about one thing, cases about it too, and all that they weren't.

    The newest first.
    """
    about = Q(object_id=object_id) | Q(facts__transaction_id=object_id)
    told = list(Notification.objects.of(subject).filter(about).order_by("-occurred_at")[:MOST])
    about = Q(object_id=object_id) | Q(data__transaction_id=object_id)
    known = {one.event_id for one in told}
    events = Event.objects.of(subject).filter(about).order_by("-occurred_at", "-version")[:MOST]
    untold = [_untold(event) for event in events if event.pk not in known]
    return of_notifications(told), untold


def _untold(event: Event) -> Untold:
    facts = event.data if isinstance(event.data, dict) else {}
    reasons = {
        Event.State.WAITING: _("It came a moment ago and is being looked at."),
        Event.State.SET_ASIDE: _("Something in it can’t be read. Our people are looking at it."),
    }
    reason = reasons.get(Event.State(event.state), _("We tell nobody of this step by itself."))
    said = words.of(event.type, facts, object_id=event.object_id)
    title = why_words.step(event.type) or said.title
    return Untold(event=event, title=title, reason=reason)


def _lines(
    notification: Notification,
    rows: list[Delivery],
    tries: dict[object, list[tuple[Attempt, str]]],
) -> list[Line]:
    zone = words.zone(timezone.now())

    def when(moment: datetime) -> str:
        # With its day, also today: the sentences say "on".
        return f"{zone.day(moment)}, {zone.clock(moment)}"

    order = {channel: place for place, channel in enumerate(Channel.values)}
    return [
        Line(
            delivery=row,
            named=wording.CHANNELS[row.channel],
            chip=why_words.chip(row),
            verdict=why_words.verdict(row, when, where(row)),
            reason=why_words.reason(row, notification.facts),
            where=where(row),
            attempts=tries.get(row.pk, []) or tries.get(row.digest_id, []),
        )
        for row in sorted(rows, key=lambda row: order[row.channel])
    ]


def _tries(rows: Iterable[Delivery]) -> dict[object, list[tuple[Attempt, str]]]:
    """Every try of these and of the digests that they are in."""
    wanted = {pk for row in rows for pk in (row.pk, row.digest_id) if pk}
    found: dict[object, list[tuple[Attempt, str]]] = {}
    for one in Attempt.objects.filter(delivery__in=wanted).order_by("at", "pk"):
        found.setdefault(one.delivery_id, []).append((one, why_words.attempt(one)))
    return found


def where(delivery: Delivery) -> str:
    """The address in words, where it is known."""
    address = delivery.address or (delivery.digest.address if delivery.digest else None)
    if address is None:
        return ""
    return address.called if address.channel == Channel.PUSH else address.shown
