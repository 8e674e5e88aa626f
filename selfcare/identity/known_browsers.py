"""Tells a person of a sign-in from a browser that is new to them; ends no session."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from selfcare import ids
from selfcare.events import archive
from selfcare.identity.models import KnownBrowser, Session

# After so long without a sign-in a browser is new again.
REMEMBERED = timedelta(days=90)


def note(subject: str, browser: str, key_hash: str) -> bool:
    """Remembers the browser of the session; whether it was new, and an event says so."""
    now = timezone.now()
    with transaction.atomic():
        if not _is_new(subject, browser, now):
            return False
        session = Session.objects.filter(key_hash=key_hash).values_list("pk", flat=True).first()
        archive.record(
            type="security.new_device",
            subject=subject,
            object="session",
            id=ids.encode("ses", session) if session else "ses_ended",
            facts={"browser": browser},
            at=now,
        )
    return True


def clear_old() -> int:
    """Forgets browsers that are new again anyway; the worker calls this."""
    removed, _ = KnownBrowser.objects.filter(last_at__lte=timezone.now() - REMEMBERED).delete()
    return removed


def _is_new(subject: str, browser: str, now: datetime) -> bool:
    """Compare and set: of two sign-ins at once only one is the first."""
    known = KnownBrowser.objects.filter(subject=subject, browser=browser)
    if known.filter(last_at__gt=now - REMEMBERED).update(last_at=now):
        return False
    if known.filter(last_at__lte=now - REMEMBERED).update(last_at=now):
        return True
    _, created = KnownBrowser.objects.get_or_create(
        subject=subject, browser=browser, defaults={"last_at": now}
    )
    return created
