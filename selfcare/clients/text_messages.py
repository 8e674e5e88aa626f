"""Calls the gateways for text messages, docs/contracts/sms-gateway.openapi.json; chooses none."""

from functools import cache
from typing import Any

from django.conf import settings

from selfcare import deadline
from selfcare.clients.http import Reply, Service

SECONDS = 5.0


@cache
def gateways() -> tuple[Service, ...]:
    """In order of preference; their names stand in attempts and logs."""
    return tuple(
        Service(
            f"sms_{number}",
            url,
            threads=settings.SENDING_THREADS + settings.THREADS // 2,
            default_seconds=SECONDS,
            token=token,
        )
        for number, (url, token) in enumerate(
            zip(settings.SMS_URLS, settings.SMS_TOKENS, strict=True), 1
        )
    )


def hand_over(gateway: Service, *, to: str, text: str, reference: str, key: str) -> Reply:
    """Gives one text to a gateway; again under the same key it is the same text.

    Raises errors.NotSent or errors.OutcomeUnknown.
    """
    body: dict[str, Any] = {"to": to, "text": text, "reference": reference}
    headers = {"Idempotency-Key": key}
    with deadline.within(SECONDS):
        return gateway.hand_over("send", "/messages", json=body, headers=headers)
