"""What a person's last days would have been with other settings: computed, nothing is sent or kept.

What was stored of each notification is decided anew by `deciding`, as if it came just then.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from selfcare.notifications import deciding
from selfcare.notifications.deciding import Decision, Told, Wishes
from selfcare.notifications.models import Notification
from selfcare.notifications.models.rules import Channel

DAYS = 30
# Beyond these the picture tells no more, and a page has no time for it.
MOST = 5000
SENDING = (Channel.EMAIL, Channel.SMS, Channel.PUSH)


@dataclass(slots=True)
class Message:
    """One message that would have gone out: by itself, or a digest of several."""

    channel: str
    at: datetime
    kind: str
    notifications: list[Notification] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fate:
    """What one notification's fate on one channel would have been."""

    notification: Notification
    channel: str
    decision: Decision

    @property
    def goes_out(self) -> bool:
        return self.decision.state == "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Messages by time; `fates` by notification and channel; `is_cut` where there were too many."""

    messages: Sequence[Message]
    fates: Mapping[tuple[str, str], Fate]
    inbox: int
    is_cut: bool

    @property
    def counts(self) -> Counter[str]:
        return Counter(message.channel for message in self.messages)

    @property
    def unreachable(self) -> Counter[str]:
        """By channel what was wanted there and had no address to go to."""
        refused = (f for f in self.fates.values() if f.decision.reason == "no_address")
        return Counter(fate.channel for fate in refused)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why `count` fewer or more notifications would have gone out on a channel, or otherwise."""

    channel: str
    category: str
    before: str
    after: str
    count: int


def last_days(subject: str, now: datetime) -> tuple[list[Notification], bool]:
    """The notifications of the last days, oldest first, and whether they were too many."""
    since = now - timedelta(days=DAYS)
    found = list(
        Notification.objects.of(subject)
        .filter(occurred_at__gt=since, occurred_at__lte=now)
        .order_by("-occurred_at", "-pk")[: MOST + 1]
    )
    return found[:MOST][::-1], len(found) > MOST


def of(notifications: Iterable[Notification], wishes: Wishes, *, is_cut: bool = False) -> Outcome:
    """All messages that these notifications, oldest first, would have become."""
    run = _Run(wishes)
    fates: dict[tuple[str, str], Fate] = {}
    for notification in notifications:
        told = Told.of(
            notification.event_type,
            notification.facts,
            notification.occurred_at,
            category=notification.category,
        )
        if told is None:
            continue
        for channel in Channel.values:
            decision = run.take(notification, told, channel)
            fates[str(notification.pk), channel] = Fate(notification, channel, decision)
    inbox = sum(fate.decision.state == "sent" for fate in fates.values())
    return Outcome(run.messages(), fates, inbox, is_cut)


class _Run:
    """Walks through the days as matching and sending do, with the clock of what happened."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.done: list[Message] = []
        self.open: dict[tuple[str, str], Message] = {}
        self.lately: dict[str, deque[datetime]] = defaultdict(deque)

    def take(self, notification: Notification, told: Told, channel: str) -> Decision:
        now = notification.occurred_at
        decision = deciding.decide(told, self.wishes, channel, now, crowded=False)
        if decision.state != "waiting":
            return decision
        if not decision.digest_kind and self._is_crowded(channel, now):
            decision = deciding.decide(told, self.wishes, channel, now, crowded=True)
        self.lately[channel].append(now)
        if decision.digest_kind:
            self._gather(notification, decision, now)
        else:
            self.done.append(Message(channel, now, "", [notification]))
        return decision

    def _is_crowded(self, channel: str, now: datetime) -> bool:
        lately = self.lately[channel]
        while lately and lately[0] <= now - deciding.BURST:
            lately.popleft()
        return len(lately) >= deciding.MOST_A_MINUTE

    def _gather(self, notification: Notification, decision: Decision, now: datetime) -> None:
        key = (decision.channel, decision.digest_kind)
        digest = self.open.get(key)
        if digest is None or digest.at <= now:
            digest = Message(decision.channel, decision.due_at, decision.digest_kind)
            self.open[key] = digest
            self.done.append(digest)
        digest.notifications.append(notification)

    def messages(self) -> list[Message]:
        """What was over when its digest went out isn't in it, and no digest is empty."""
        for message in self.done:
            if message.kind:
                message.notifications = [
                    one for one in message.notifications if not _was_over(one, message.at)
                ]
        return sorted((m for m in self.done if m.notifications), key=lambda m: m.at)


def _was_over(notification: Notification, at: datetime) -> bool:
    told = Told.of(
        notification.event_type,
        notification.facts,
        notification.occurred_at,
        category=notification.category,
        over=notification.over_at is not None and notification.over_at <= at,
    )
    return told is not None and told.is_over(at)


def differences(before: Outcome, after: Outcome) -> list[Difference]:
    """What changes from one outcome to the other and why, the most first."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for key, fate in after.fates.items():
        was = before.fates.get(key)
        if was is None or fate.channel not in SENDING:
            continue
        old, new = _code(was), _code(fate)
        if old != new:
            counted[fate.channel, fate.notification.category, old, new] += 1
    return [Difference(*key, count) for key, count in counted.most_common()]


def _code(fate: Fate) -> str:
    """Where it goes, or why it doesn't: `now`, a kind of digest, or a refusal's code."""
    if fate.goes_out:
        return fate.decision.digest_kind or "now"
    return fate.decision.reason
