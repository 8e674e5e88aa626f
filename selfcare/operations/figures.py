"""Figures of deliveries, waiting events and providers; counts and times, nothing of anybody."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Min
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from selfcare.events.models import Event, Refusal
from selfcare.notifications import channels
from selfcare.notifications.channels import SENT_ON
from selfcare.notifications.models import Attempt, Delivery
from selfcare.notifications.models.rules import Channel

HOURS = 24
# Counting a day of tries takes a moment where there are millions of them.
CACHED_SECONDS = 20
LATELY = timedelta(hours=1)
MOST_LATELY = 20_000
# So many tries in a row without an answer, and a provider is said to be down.
IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Hour:
    """The tries of one hour on one channel."""

    at: datetime
    sent: int
    later: int
    refused: int

    @property
    def total(self) -> int:
        return self.sent + self.later + self.refused


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """A channel's day, and what is there of it now."""

    channel: str
    name: str
    is_on: bool
    hours: tuple[Hour, ...]
    due: int
    ahead: int
    dead: int

    @property
    def total(self) -> int:
        return sum(hour.total for hour in self.hours)

    @property
    def sent(self) -> int:
        return sum(hour.sent for hour in self.hours)

    @property
    def most(self) -> int:
        """The tries of the busiest hour."""
        return max((hour.total for hour in self.hours), default=0)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long events wait to be matched, in seconds; None where none was."""

    count: int
    median: float | None
    p95: float | None
    waiting: int
    oldest: datetime | None
    set_aside: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider did within the hour."""

    channel: str
    name: str
    tries: int
    sent: int
    later: int
    refused: int
    typical: int
    last_at: datetime
    last_trouble: str
    is_down: bool


def by_channel(now: datetime | None = None) -> list[ChannelFigures]:
    """The last 24 hours by hour, for each channel that sends."""
    now = now or timezone.now()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    tries: dict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)
    for channel, at, outcome, count in _tries(first):
        tries[channel, datetime.fromisoformat(at)][outcome] += count
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    due, all_waiting = _count(waiting.filter(due_at__lte=now)), _count(waiting)
    dead = _count(Delivery.objects.filter(state=Delivery.State.DEAD))
    set_up = channels.on()
    hours = [first + timedelta(hours=n) for n in range(HOURS)]
    return [
        ChannelFigures(
            channel=channel,
            name=channel_name(channel),
            is_on=channel in set_up,
            hours=tuple(_hour(at, tries[channel, at]) for at in hours),
            due=due[channel],
            ahead=all_waiting[channel] - due[channel],
            dead=dead[channel],
        )
        for channel in map(str, SENT_ON)
    ]


def channel_name(channel: str) -> str:
    names = {
        Channel.IN_APP: _("In Selfcare"),
        Channel.EMAIL: _("E-mail"),
        Channel.SMS: _("Text message"),
        Channel.PUSH: _("Browser"),
    }
    return names.get(Channel(channel), channel)


def _hour(at: datetime, counts: Counter[str]) -> Hour:
    outcome = Attempt.Outcome
    return Hour(at, counts[outcome.SENT], counts[outcome.LATER], counts[outcome.REFUSED])


def _tries(since: datetime) -> list[list[Any]]:
    key = f"operations.tries.{since.isoformat()}"
    kept = cache.get(key)
    if kept is not None:
        return list(kept)
    rows = (
        Attempt.objects.filter(at__gte=since)
        .annotate(hour=TruncHour("at", tzinfo=UTC))
        .values_list("channel", "hour", "outcome")
        .annotate(count=Count("*"))
        .order_by()
    )
    found = [[channel, hour.isoformat(), outcome, n] for channel, hour, outcome, n in rows]
    cache.set(key, found, CACHED_SECONDS)
    return found


def _count(rows: Any) -> Counter[str]:
    return Counter(dict(rows.values_list("channel").annotate(n=Count("*")).order_by()))


def waits(now: datetime | None = None) -> Waits:
    """How long the events of the last hour waited, and how many wait now."""
    now = now or timezone.now()
    # The ids are made of the time (RFC 9562), so the primary key finds the last hour.
    bound = UUID(int=(int((now - LATELY).timestamp() * 1000) & (2**48 - 1)) << 80)
    matched = Event.objects.filter(pk__gte=bound, state=Event.State.MATCHED)
    rows = matched.order_by("-pk").values_list("received_at", "matched_at")[:MOST_LATELY]
    seconds = [(done - came).total_seconds() for came, done in rows if done is not None]
    waiting = Event.objects.filter(state=Event.State.WAITING)
    now_there = waiting.aggregate(count=Count("*"), oldest=Min("received_at"))
    return Waits(
        count=len(seconds),
        median=median(seconds) if seconds else None,
        p95=_p95(seconds),
        waiting=now_there["count"],
        oldest=now_there["oldest"],
        set_aside=Event.objects.filter(state=Event.State.SET_ASIDE).count(),
        refusals=Refusal.objects.filter(received_at__gte=now - timedelta(days=1)).count(),
    )


def _p95(seconds: Sequence[float]) -> float | None:
    if len(seconds) < 2:
        return seconds[0] if seconds else None
    return quantiles(seconds, n=20, method="inclusive")[-1]


def providers(now: datetime | None = None) -> list[Provider]:
    """Whom we handed messages to within the hour, and how that went."""
    since = (now or timezone.now()) - LATELY
    rows = (
        Attempt.objects.filter(at__gte=since)
        .exclude(provider="")
        .order_by("-at")
        .values_list("channel", "provider", "outcome", "detail", "milliseconds", "at")
    )
    told: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for channel, provider, *rest in rows[:MOST_LATELY]:
        told[channel, provider].append(rest)
    found = [_provider(channel, name, tries) for (channel, name), tries in told.items()]
    order = {str(channel): place for place, channel in enumerate(SENT_ON)}
    return sorted(found, key=lambda one: (order.get(one.channel, 9), one.name))


def _provider(channel: str, name: str, tries: list[Any]) -> Provider:
    counts = Counter(outcome for outcome, *_rest in tries)
    later = Attempt.Outcome.LATER
    lately = [outcome for outcome, *_rest in tries[:IN_A_ROW]]
    troubles = (detail for outcome, detail, *_rest in tries if outcome == later)
    return Provider(
        channel=channel,
        name=name,
        tries=len(tries),
        sent=counts[Attempt.Outcome.SENT],
        later=counts[later],
        refused=counts[Attempt.Outcome.REFUSED],
        typical=round(median(milliseconds for _o, _d, milliseconds, _at in tries)),
        last_at=tries[0][3],
        last_trouble=next(troubles, ""),
        is_down=len(lately) == IN_A_ROW and set(lately) == {later},
    )


def is_set_up() -> bool:
    """Whether the platform can tell us anything at all."""
    return bool(settings.HOOK_SECRETS)
