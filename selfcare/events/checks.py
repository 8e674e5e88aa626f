"""A system check: what the platform signs with can be read, and is there; it asks nobody."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from selfcare.events import signatures


@register(Tags.security)
def the_hooks_secrets_can_be_used(**_: Any) -> Sequence[CheckMessage]:
    """Without one nothing that the platform posts is believed; a short one can be guessed."""
    if not settings.HOOK_SECRETS and not settings.LOCAL:
        return [Error("HOOK_SECRETS is missing: no event would be taken.", id="selfcare.E011")]
    for number, secret in enumerate(settings.HOOK_SECRETS, 1):
        try:
            signatures.key_of(secret)
        except signatures.BadSecretError as error:
            return [Error(f"HOOK_SECRETS, number {number}: {error}", id="selfcare.E012")]
    return []


@register
def events_are_kept_as_long_as_notifications(**_: Any) -> Sequence[CheckMessage]:
    """What is told once isn't told twice only as long as both know of it."""
    if settings.EVENT_MONTHS >= settings.NOTIFICATION_MONTHS:
        return []
    return [Error("EVENT_MONTHS is less than NOTIFICATION_MONTHS.", id="selfcare.E013")]
