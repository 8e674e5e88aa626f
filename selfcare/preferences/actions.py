"""Keeps what a person chose, and makes it count: on pages, in mails, in documents."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.preferences import choices
from selfcare.preferences.models import Preferences
from selfcare.web import formats
from selfcare.web.formats import Formats

FIELDS = (
    *("language", "zone", "date_format", "number_format", "currency_format"),
    *("theme", "start_page", "rows", "call_me"),
)


class ChangedElsewhere(Exception):
    """Another tab or program saved meanwhile; `now` is what is saved."""

    def __init__(self, now: Preferences) -> None:
        super().__init__("changed elsewhere")
        self.now = now


def of(subject: str) -> Preferences:
    """What this person chose; an unsaved row with nothing in it where they never did."""
    return Preferences.objects.filter(subject=subject).first() or Preferences(subject=subject)


def of_all(subjects: Collection[str]) -> dict[str, Preferences]:
    """The same for several people, read at once."""
    found = Preferences.objects.in_bulk(list(subjects))
    return {subject: found.get(subject) or Preferences(subject=subject) for subject in subjects}


def save(*, subject: str, version: int, changes: dict[str, Any], page: str = "") -> Preferences:
    """Writes the fields in `changes`, which are valid, if `version` is still what is saved.

    `page` names an open page: what it saved itself a moment ago is nobody else's change.
    Raises ChangedElsewhere. The next page of every instance reads what is saved here.
    """
    before, _ = Preferences.objects.get_or_create(subject=subject)
    wanted = {name: changes[name] for name in FIELDS if name in changes}
    seen = Q(version=version) | (Q(saved_by=page) if page else Q())
    with transaction.atomic():
        saved = Preferences.objects.filter(seen, subject=subject).update(
            **wanted, version=F("version") + 1, saved_by=page, saved_at=timezone.now()
        )
        if not saved:
            raise ChangedElsewhere(of(subject))
        now = of(subject)
        _tell_of_clock(before, now)
    return now


def remember(*, subject: str, language: str, zone: str) -> None:
    """What browser and provider told at sign-in: it serves mails to those who chose nothing."""
    told = {
        "told_language": formats.known_language(language),
        "told_zone": zone if choices.zone(zone) else "",
    }
    before = of(subject)
    with transaction.atomic():
        now, _ = Preferences.objects.update_or_create(subject=subject, defaults=told)
        _tell_of_clock(before, now)


def _tell_of_clock(before: Preferences, now: Preferences) -> None:
    """What waits for an hour of the person's day waits for another one."""
    if zone_in(before) != zone_in(now):
        import_string(settings.ZONE_HANDLER)(now.subject)


def zone_of(subject: str) -> ZoneInfo:
    """The zone in which this person's days begin: the chosen one, else the provider's, else UTC."""
    return zone_in(of(subject))


def zone_in(row: Preferences) -> ZoneInfo:
    """The same of a row that was read."""
    return choices.zone(row.zone) or choices.zone(row.told_zone) or ZoneInfo("UTC")


@contextmanager
def speaking_to(subject: str, *, row: Preferences | None = None) -> Iterator[Formats]:
    """Within, language, zone and formats are this person's: around each mail and document.

    For whoever isn't there to ask: what they chose, else what browser and provider told at the
    last sign-in, else English and UTC. `row` is what they chose, where it was just read.
    """
    row = row or of(subject)
    zone = zone_in(row)
    language = formats.known_language(row.language) or row.told_language or "en"
    with formats.use(row.formats(language, zone)) as active:
        yield active
