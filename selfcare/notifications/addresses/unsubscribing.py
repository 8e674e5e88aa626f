"""The links that mute mails without signing in (RFC 8058): made, read and acted on here alone."""

from collections.abc import Sequence

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from selfcare.notifications.categories import TABLE, about
from selfcare.notifications.models import Rule, Settings
from selfcare.notifications.models.rules import Channel

SALT = "notifications.unsubscribing"


def link(subject: str, categories: Sequence[str]) -> str:
    """The address that stands in a mail about these categories; good as long as its key is kept."""
    token = signing.dumps([subject, *categories], key=_keys()[0], salt=SALT)
    return settings.SELFCARE_URL + reverse("notifications:unsubscribe", args=[token])


def read(token: str) -> tuple[str, list[str]] | None:
    """Whose mails, about what; None if no such link was ever made by us."""
    try:
        first, *others = _keys()
        told = signing.loads(token, key=first, salt=SALT, fallback_keys=others)
    except (signing.BadSignature, ValueError):
        return None
    match told:
        case [str(subject), *categories]:
            known = [one for one in categories if one in TABLE.about and about(one).can_be_muted]
            return subject, known
    return None


def _keys() -> list[str | bytes]:
    """Keys of its own, because a mail lies in a mailbox for longer than any session lasts."""
    own = settings.UNSUBSCRIBE_KEYS
    return [*own] if own else [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def mute(*, subject: str, categories: Sequence[str]) -> None:
    """No more mails about these; what else was chosen for them stays. Twice is once."""
    with transaction.atomic():
        # First, as whoever saves the settings does: one waits for the other. And who has them open
        # in a tab is told that they changed.
        Settings.objects.get_or_create(subject=subject)
        Settings.objects.filter(subject=subject).update(version=F("version") + 1)
        for category in categories:
            Rule.objects.update_or_create(
                subject=subject,
                category=category,
                channel=Channel.EMAIL,
                defaults={"mode": Rule.Mode.OFF, "saved_at": timezone.now()},
            )
