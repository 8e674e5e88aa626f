"""The one place of rules: who is told what, on which channel and when; it asks no database.

Matching, releasing, the preview and "why" all decide here, so that none of them can drift apart.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from selfcare.notifications import categories
from selfcare.notifications.delivery import digests
from selfcare.notifications.models.rules import Channel, Rule
from selfcare.notifications.quiet import Quiet

type State = Literal["waiting", "sent", "not_wanted"]
type Kind = Literal["", "daily", "weekly", "quiet", "burst"]

# What is older than this when we hear of it is history: the inbox has it, no message goes out.
STALE = timedelta(days=7)
# More single messages than this in a minute, on one channel, are one message.
MOST_A_MINUTE = 20
BURST = timedelta(minutes=1)
# A wish that lapses sooner than this after quiet hours has to be told in them.
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, as far as rules look at it."""

    category: str
    occurred_at: datetime
    amount_minor: int | None = None
    currency: str = ""
    merchant_id: str = ""
    # The person could do something about it; `over` once they can't any more.
    waits: bool = False
    until: datetime | None = None
    over: bool = False
    passes: Literal["", "always", "soon"] = ""

    @classmethod
    def of(
        cls,
        event_type: str,
        facts: Mapping[str, Any],
        occurred_at: datetime,
        *,
        category: str = "",
        over: bool = False,
    ) -> "Told | None":
        """An event as rules see it; None where it is nothing to tell.

        `category` is what it was told as already: a later table doesn't make it something else.
        """
        row = categories.of(event_type, facts)
        if row is None and not category:
            return None
        amount, currency = facts.get("amount_minor"), facts.get("currency")
        return cls(
            category=category or (row.category if row else ""),
            occurred_at=occurred_at,
            amount_minor=amount if type(amount) is int else None,
            currency=currency if isinstance(currency, str) else "",
            merchant_id=str(facts.get("merchant_id") or ""),
            waits=bool(row and row.waits),
            until=row.deadline(facts) if row else None,
            over=over,
            passes=row.passes if row else "",
        )

    def is_over(self, now: datetime) -> bool:
        """Whether it asked for something that can't be done any more."""
        return self.waits and (self.over or (self.until is not None and self.until <= now))


@dataclass(frozen=True, slots=True)
class Choice:
    """What holds for one category on one channel: a person's rule, or the default."""

    mode: str
    above: Mapping[str, int] = field(default_factory=dict)
    merchants: str = Rule.Merchants.ALL
    merchant_ids: Collection[str] = ()
    chosen: bool = False

    @classmethod
    def of(cls, rule: Rule) -> "Choice":
        return cls(rule.mode, rule.above, rule.merchants, tuple(rule.merchant_ids), chosen=True)


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that a person chose, with the channels on which they can be reached.

    `choices` is by category and channel; without an entry the default holds.
    """

    zone: ZoneInfo
    choices: Mapping[tuple[str, str], Choice] = field(default_factory=dict)
    quiet: Quiet | None = None
    digest_at: time = digests.AT
    digest_weekday: int = 0
    reachable: frozenset[str] = frozenset()
    # Channels that have no provider here.
    off: frozenset[str] = frozenset()

    def choice(self, category: str, channel: str) -> Choice:
        """What holds here, whatever was stored: what can't be chosen isn't."""
        about = categories.about(category)
        default = Choice(about.defaults[channel])
        chosen = self.choices.get((category, channel), default)
        if channel in about.always:
            return Choice(Rule.Mode.AT_ONCE)
        if chosen.mode not in about.modes(channel):
            return default
        if about.never_held:
            return Choice(chosen.mode, chosen=chosen.chosen)
        return chosen


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one thing on one channel.

    `sent` is said of the inbox alone, where being there is being told. `waiting` goes out at
    `due_at`: by itself, or with the digest of the kind `digest_kind`. `reason` is a code, and
    `rule` the facts that decided, for "why".
    """

    channel: str
    state: State
    reason: str
    due_at: datetime
    digest_kind: Kind = ""
    rule: Mapping[str, Any] = field(default_factory=dict)


def decide(
    told: Told, wishes: Wishes, channel: str, now: datetime, *, crowded: bool = False
) -> Decision:
    """What becomes of it on this channel, as of `now`.

    `crowded`: so much went out here in this minute that the rest becomes one message.
    """
    choice = wishes.choice(told.category, channel)
    rule = _rule(choice)
    if reason := refusal(told, wishes, channel, now):
        return Decision(channel, "not_wanted", reason, now, rule=rule)
    reason = "instead" if _stands_in(told, wishes, channel) else _reason(choice, told)
    if channel == Channel.IN_APP:
        return Decision(channel, "sent", reason, now, rule=rule)
    if due := digest_due(choice.mode, wishes, now):
        kind: Kind = "daily" if choice.mode == Rule.Mode.DAILY else "weekly"
        return Decision(channel, "waiting", kind, due, kind, rule)
    if held := held_until(told, wishes, now):
        return Decision(channel, "waiting", "quiet_hours", held, "quiet", rule)
    if crowded and not categories.about(told.category).never_held:
        return Decision(channel, "waiting", "burst", now + BURST, "burst", rule)
    return Decision(channel, "waiting", reason, now, rule=rule)


def refusal(told: Told, wishes: Wishes, channel: str, now: datetime) -> str:
    """Why it isn't to be told here, as a code; empty where it is.

    Asked when an event is matched and again just before it is sent, also for each part of a
    digest: what was wanted then may not be now.
    """
    choice = wishes.choice(told.category, channel)
    if channel != Channel.IN_APP and channel not in wishes.reachable:
        if choice.mode == Rule.Mode.OFF:
            return "mode_off"
        return "channel_off" if channel in wishes.off else "no_address"
    if categories.about(told.category).never_held:
        wanted = choice.mode != Rule.Mode.OFF or _stands_in(told, wishes, channel)
        return _too_late(told, channel, now) if wanted else "mode_off"
    return _unwanted(told, choice) or _too_late(told, channel, now)


def digest_due(kind: str, wishes: Wishes, now: datetime) -> datetime | None:
    """When the next daily or weekly digest goes out (UTC); None for any other kind."""
    if kind == Rule.Mode.DAILY:
        return digests.next_daily(now, wishes.zone, wishes.digest_at, wishes.quiet)
    if kind == Rule.Mode.WEEKLY:
        at, weekday = wishes.digest_at, wishes.digest_weekday
        return digests.next_weekly(now, wishes.zone, at, weekday, wishes.quiet)
    return None


def held_until(told: Told, wishes: Wishes, now: datetime) -> datetime | None:
    """When quiet hours that hold it are over (UTC); None where it may go out now."""
    if categories.about(told.category).never_held or wishes.quiet is None:
        return None
    end = wishes.quiet.until(now, wishes.zone)
    if end is None or told.passes == "always":
        return None
    lapses = told.until is not None and told.until < end + SOON
    if told.passes == "soon" and lapses:
        return None
    return end


def quiet_until(wishes: Wishes, now: datetime) -> datetime | None:
    """When quiet hours that hold a digest are over (UTC); None where none hold now."""
    return wishes.quiet.until(now, wishes.zone) if wishes.quiet else None


def _unwanted(told: Told, choice: Choice) -> str:
    """The rule that it falls under, as a code."""
    if choice.mode == Rule.Mode.OFF:
        return "mode_off"
    above = choice.above.get(told.currency)
    if told.amount_minor is not None and above is not None and told.amount_minor < above:
        return "below_threshold"
    listed = told.merchant_id in choice.merchant_ids
    if choice.merchants == Rule.Merchants.ONLY and not listed:
        return "merchant_not_chosen"
    if choice.merchants == Rule.Merchants.EXCEPT and listed:
        return "merchant_left_out"
    return ""


def _too_late(told: Told, channel: str, now: datetime) -> str:
    if channel == Channel.IN_APP:
        return ""
    if told.is_over(now):
        return "over"
    return "too_old" if told.occurred_at < now - STALE else ""


def _stands_in(told: Told, wishes: Wishes, channel: str) -> bool:
    """Whether a security notice goes here because no e-mail address can take it."""
    if Channel.EMAIL in wishes.reachable or channel in {Channel.IN_APP, Channel.EMAIL}:
        return False
    if not categories.about(told.category).never_held:
        return False
    return wishes.choice(told.category, channel).mode == Rule.Mode.OFF


def _reason(choice: Choice, told: Told) -> str:
    if categories.about(told.category).never_held:
        return "security"
    return "chosen" if choice.chosen else "default"


def _rule(choice: Choice) -> dict[str, Any]:
    """What decided, as JSON: kept with each delivery, since a rule may change later."""
    kept: dict[str, Any] = {"mode": choice.mode, "chosen": choice.chosen}
    if choice.above:
        kept["above"] = dict(choice.above)
    if choice.merchants != Rule.Merchants.ALL:
        kept |= {"merchants": choice.merchants, "merchant_ids": sorted(choice.merchant_ids)}
    return kept
