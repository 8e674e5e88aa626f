"""What is in the outbox, as JSON and for the page; changes nothing."""

import json
import re
from typing import Any

from django.db.models import Count, QuerySet

from sandbox import clock
from sandbox.outbox.models import Browser, Message, Reception

type Json = dict[str, Any]
LINK = re.compile(r"https?://[^\s<>\"')\]]+")


def found(*, to: str = "", channel: str = "") -> QuerySet[Message]:
    """Oldest first; `to` is an address, a number, a browser's token or endpoint."""
    rows = Message.objects.order_by("received_at", "id")
    if channel:
        rows = rows.filter(channel=channel)
    return rows.filter(recipient=recipient(to)) if to else rows


def recipient(to: str) -> str:
    """As it is kept: addresses in small letters, a browser by its endpoint's last part."""
    if "@" in to:
        return to.strip().lower()
    # A plus in a query string is a space unless somebody takes care.
    return f"+{to[1:]}" if to.startswith(" ") else to.rsplit("/", 1)[-1]


def as_dict(row: Message, *, lean: bool = False) -> Json:
    receptions = [
        {"at": clock.rfc3339(one.at), "digest": one.digest}
        for one in sorted(row.receptions.all(), key=lambda one: one.pk)
    ]
    known = {
        "id": row.wire_id,
        "channel": row.channel,
        "provider": row.provider,
        "to": row.recipient,
        "key": row.key,
        "at": clock.rfc3339(row.received_at),
        "receptions": receptions,
    }
    if lean:
        return known
    return known | {
        "sender": row.sender,
        "subject": row.subject,
        "text": row.text,
        "html": row.html,
        "headers": row.headers,
        "links": links(row),
        "data": payload(row),
    }


def links(row: Message) -> list[str]:
    """The addresses in the text, in their order, each once."""
    return list(dict.fromkeys(link.rstrip(".,;:") for link in LINK.findall(row.text)))


def payload(row: Message) -> Any:
    """A push's payload, where it is JSON."""
    if row.channel != Message.Channel.PUSH:
        return None
    try:
        return json.loads(row.text)
    except ValueError:
        return None


def counts() -> Json:
    """How many there are of each channel, under how many keys, and how many came more than once.

    More messages than keys: somebody was sent the same by two gateways, or to two addresses.
    """
    told: Json = {}
    for channel in Message.Channel.values:
        rows = Message.objects.filter(channel=channel)
        came = rows.annotate(times=Count("receptions"))
        told[channel] = {
            "messages": rows.count(),
            "keys": rows.exclude(key=None).values("key").distinct().count(),
            "receptions": Reception.objects.filter(message__channel=channel).count(),
            "more_than_once": came.filter(times__gt=1).count(),
        }
    return told


def browsers() -> QuerySet[Browser]:
    return Browser.objects.order_by("created_at", "pk")
