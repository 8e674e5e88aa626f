"""Keeps what arrived: one message however often it comes, and a note of each time."""

import hashlib
from typing import Any

from django.db import transaction

from sandbox import clock, ids
from sandbox.outbox.models import Browser, Message, Reception


def receive(
    channel: Message.Channel,
    *,
    provider: str,
    recipient: str,
    key: str | None,
    content: bytes,
    browser: Browser | None = None,
    **facts: Any,
) -> Message:
    """The message as it was first received; `content` is digested, and not kept."""
    now = clock.now()
    defaults = {"id": ids.uuid7(now), "received_at": now, "browser": browser, **facts}
    with transaction.atomic():
        if key:
            message, _ = Message.objects.get_or_create(
                channel=channel, provider=provider, recipient=recipient, key=key[:400],
                defaults=defaults,
            )  # fmt: skip
        else:
            message = Message.objects.create(
                channel=channel, provider=provider, recipient=recipient, key=None, **defaults
            )
        Reception.objects.create(message=message, at=now, digest=digest(content))
    return message


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
