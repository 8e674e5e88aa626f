"""Reads the platform's feed for what was never posted to us; where we are is in the database.

Two at once are harmless: what is known already is taken only once, and the place never goes back.
"""

import threading
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from selfcare import errors
from selfcare.clients import feed
from selfcare.events import archive, reading, signatures
from selfcare.events.archive import Taken
from selfcare.events.models import Place

log = structlog.get_logger("selfcare.events")

FEED = "platform"


def run_due(stop: threading.Event) -> None:
    """A worker's duty: whichever comes first after EVENT_CATCH_UP_SECONDS does it for all."""
    now = timezone.now()
    Place.objects.get_or_create(feed=FEED, defaults={"read_at": now - timedelta(days=365)})
    pause = timedelta(seconds=settings.EVENT_CATCH_UP_SECONDS)
    if not Place.objects.filter(feed=FEED, read_at__lte=now - pause).update(read_at=now):
        return
    try:
        catch_up(stop=stop)
    except errors.CallFailed as failure:
        log.warning("events.not_caught_up", detail=failure.detail)


def catch_up(*, since: int | None = None, stop: threading.Event | None = None) -> int:
    """Reads to the end of the feed, from our place on or behind `since`; how many were new.

    Each page is committed with the place behind it. Raises errors.CallFailed.
    """
    place, _ = Place.objects.get_or_create(feed=FEED)
    after = place.after if since is None else since
    new = 0
    while stop is None or not stop.is_set():
        page = feed.read(after)
        new += _keep(page)
        after = page.next_after
        if len(page.data) < feed.MOST:
            break
    if new:
        log.info("events.caught_up", count=new, after=after)
    return new


def _keep(page: feed.Feed) -> int:
    now = timezone.now()
    new = 0
    with transaction.atomic():
        for told in page.data:
            event = reading.of_told(told, _id_of(told), now)
            new += archive.take(event) is Taken.NEW
        Place.objects.filter(feed=FEED, after__lt=page.next_after).update(after=page.next_after)
    return new


def _id_of(told: Any) -> str:
    """The event's id; where it has none, what it says keeps it apart."""
    source_id = told.get("id") if isinstance(told, dict) else None
    if isinstance(source_id, str) and signatures.ID.fullmatch(source_id):
        return source_id
    return reading.digest(repr(told).encode("utf-8", "backslashreplace"))
