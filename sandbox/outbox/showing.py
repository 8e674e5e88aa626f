"""What the outbox page shows: whose phones, browsers and mailboxes, and the latest in each."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from sandbox.events.models import Event
from sandbox.outbox import browsers, listing
from sandbox.outbox.models import Browser, Message
from sandbox.people.models import Person

type Json = dict[str, Any]

MOST_DEVICES = 6
MOST_MAILBOXES = 8
NEW_BROWSERS = 3
ON_A_SCREEN = 6
IN_A_MAILBOX = 6
ALONE = 100  # where only one recipient is looked at
EVENTS = 12


@dataclass(slots=True)
class Shown:
    """A text or push as the phone shows it."""

    title: str
    text: str
    at: datetime
    times: int
    url: str = ""


@dataclass(slots=True)
class Place:
    """A phone, a browser or a mailbox."""

    kind: str
    to: str
    name: str
    count: int
    gone: bool = False
    subscription: str = ""
    shown: list[Any] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.shown)

    @property
    def tint(self) -> int:
        return zlib.crc32(self.to.encode()) % 8


def devices(to: str) -> list[Place]:
    """Phones with their texts and browsers with their pushes, the latest first.

    A browser is there before anything was pushed to it: whoever made it wants its subscription.
    """
    found = _places(("sms", "push"), to, MOST_DEVICES)
    for place in found:
        place.shown = [_shown(row) for row in _latest(place, ON_A_SCREEN, to)]
    quiet = Browser.objects.filter(messages=None, gone_at=None)
    if to:
        quiet = quiet.filter(token=listing.recipient(to))
    fresh = [Place("push", row.token, row.name, 0) for row in quiet.order_by("-pk")[:NEW_BROWSERS]]
    found = [*fresh, *found]
    tokens = [place.to for place in found if place.kind == "push"]
    rows = {row.token: row for row in Browser.objects.filter(token__in=tokens)}
    for place in found:
        if browser := rows.get(place.to):
            place.name, place.gone = browser.name, browser.gone_at is not None
            place.subscription = json.dumps(browsers.subscription(browser))
    return found


def mailboxes(to: str) -> list[Place]:
    found = _places(("mail",), to, MOST_MAILBOXES)
    people = dict(
        Person.objects.filter(email__in=[place.to for place in found]).values_list("email", "name")
    )
    for place in found:
        place.name = people.get(place.to, "")
        place.shown = list(_latest(place, IN_A_MAILBOX, to))
    return found


def latest_events() -> list[Json]:
    """What selfcare was told last, and how that went."""
    rows = list(Event.objects.order_by("-serial").prefetch_related("attempts")[:EVENTS])
    names = dict(
        Person.objects.filter(sub__in=[row.subject for row in rows]).values_list("sub", "name")
    )
    told = []
    for row in rows:
        last = max(row.attempts.all(), key=lambda one: one.pk, default=None)
        outcome = f"{last.status or last.error}" if last else ""
        told.append({"row": row, "name": names.get(row.subject, ""), "outcome": outcome})
    return told


def _places(channels: Iterable[str], to: str, most: int) -> list[Place]:
    rows = Message.objects.filter(channel__in=list(channels))
    if to:
        rows = rows.filter(recipient=listing.recipient(to))
    groups = rows.values("channel", "recipient").annotate(
        count=Count("id"), latest=Max("received_at")
    )
    return [
        Place(kind=group["channel"], to=group["recipient"], name="", count=group["count"])
        for group in groups.order_by("-latest")[:most]
    ]


def _latest(place: Place, most: int, to: str) -> Iterable[Message]:
    rows = Message.objects.filter(channel=place.kind, recipient=place.to)
    rows = rows.annotate(times=Count("receptions")).order_by("-received_at", "-id")
    return rows[: ALONE if to else most]


def _shown(row: Message) -> Shown:
    times = int(getattr(row, "times", 1))
    if row.channel == Message.Channel.SMS:
        return Shown(f"By gateway {row.provider}", row.text, row.received_at, times)
    facts: Any = listing.payload(row)
    if not isinstance(facts, dict):
        return Shown(row.subject, row.text, row.received_at, times)
    inner = facts.get("data")
    url = facts.get("url") or (inner.get("url") if isinstance(inner, dict) else "") or ""
    path = facts.get("path")
    if not url and isinstance(path, str) and path.startswith("/"):
        # As its own service worker would open it: beside the page that subscribed.
        url = f"{settings.SELFCARE_URL}{path}"
    body = facts.get("body")
    text = body if isinstance(body, str) else json.dumps(facts, ensure_ascii=False)
    return Shown(row.subject, text, row.received_at, times, _safe(url))


def _safe(url: Any) -> str:
    """A link that a page may carry: what is pushed is a stranger's."""
    text = str(url)
    return text if text.startswith(("https://", "http://")) else ""
