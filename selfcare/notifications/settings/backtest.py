"""How the last days would have been, as the settings show it: sums, a picture, the list behind."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from selfcare.notifications import words
from selfcare.notifications.settings import choosing, preview, preview_words
from selfcare.notifications.settings.choosing import Plan
from selfcare.notifications.settings.preview import Message, Outcome
from selfcare.preferences.actions import zone_of

# How many of the messages behind the sums are listed.
LISTED = 100
# How many marks find room above each other, and where the lowest stands.
MARKS, LINE = 4, 46


def of(subject: str, saved: Plan, plan: Plan | None, now: datetime) -> dict[str, Any]:
    """The last days with `plan` (None: as saved), beside what they were as saved."""
    notifications, is_cut = preview.last_days(subject, now)
    zone = zone_of(subject)
    before = preview.of(notifications, saved.wishes(subject), is_cut=is_cut)
    after = preview.of(notifications, plan.wishes(subject), is_cut=is_cut) if plan else before
    listed = list(reversed(after.messages))
    return {
        "sums": [
            (after.counts[channel], preview_words.noun(channel, after.counts[channel]), channel)
            for channel in preview.SENDING
        ],
        "sentence": preview_words.sentence(after),
        "before": preview_words.sentence(before),
        "inbox": after.inbox,
        "unreachable": [
            preview_words.unreachable(channel, count)
            for channel, count in after.unreachable.items()
        ],
        "is_cut": is_cut,
        "is_empty": not notifications,
        "differences": [
            preview_words.difference(one) for one in preview.differences(before, after)[:6]
        ]
        if plan
        else [],
        "strip": _strip(after, now.astimezone(zone)),
        "listed": [(message, _heading(message)) for message in listed[:LISTED]],
        "count": len(listed),
        "more": max(0, len(listed) - LISTED),
        "changes": sum(_differs(saved, plan, cell) for cell in choosing.cells()) if plan else 0,
    }


def _differs(saved: Plan, plan: Plan, cell: choosing.Cell) -> bool:
    one, other = saved.choice(*cell), plan.choice(*cell)
    return (one.mode, dict(one.above), one.merchants, sorted(one.merchant_ids)) != (
        other.mode,
        dict(other.above),
        other.merchants,
        sorted(other.merchant_ids),
    )


def _heading(message: Message) -> str:
    first = words.of_notification(message.notifications[-1]).title
    count = len(message.notifications) - 1
    if not count:
        return first
    told = {"title": first, "count": count}
    return ngettext("%(title)s, and %(count)d more", "%(title)s, and %(count)d more", count) % told


def _strip(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The messages of each day, the newest on the right: a mark each, or bars where there are many.

    Bars are in pixels from the line upwards, each channel on top of the one before.
    """
    first = now.date() - timedelta(days=preview.DAYS - 1)
    days: list[list[str]] = [[] for _ in range(preview.DAYS)]
    for message in outcome.messages:
        at = (message.at.astimezone(now.tzinfo).date() - first).days
        if 0 <= at < preview.DAYS:
            days[at].append(message.channel)
    most = max(map(len, days))
    wide = 100 / preview.DAYS
    shown = [
        {
            "middle": f"{(place + 0.5) * wide:.2f}",
            "left": f"{(place + 0.15) * wide:.2f}",
            "marks": [(channel, LINE - 12 * up) for up, channel in enumerate(channels)],
            "bars": _bars(channels, most),
        }
        for place, channels in enumerate(days)
    ]
    return {
        "days": shown,
        "as_bars": most > MARKS,
        "wide": f"{0.7 * wide:.2f}",
        "first": first,
        "last": now.date(),
    }


def _bars(channels: list[str], most: int) -> list[tuple[str, str, str]]:
    """Channel, upper edge and height of each bar of a day."""
    unit, foot, bars = 48 / max(most, 1), 50.0, []
    for channel in preview.SENDING:
        height = channels.count(channel) * unit
        if height:
            foot -= height
            bars.append((str(channel), f"{foot:.1f}", f"{height:.1f}"))
    return bars
