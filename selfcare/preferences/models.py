"""What a person chose of language, zone, formats and look; no choice is made up for them."""

from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from selfcare.web.formats import Formats
from selfcare.web.request import Wishes

DEFAULT_ROWS = 25


class Preferences(models.Model):
    """One row a person; an empty value means: not chosen, so the provider or the browser says."""

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    subject = models.CharField(max_length=255, primary_key=True)
    language = models.CharField(max_length=12, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    # Names of the formats that selfcare.web.formats knows, never patterns.
    date_format = models.CharField(max_length=20, blank=True)
    number_format = models.CharField(max_length=20, blank=True)
    currency_format = models.CharField(max_length=20, blank=True)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    start_page = models.CharField(max_length=40, blank=True)
    rows = models.PositiveSmallIntegerField(null=True)
    call_me = models.CharField(max_length=60, blank=True)
    # What browser and provider told at the last sign-in, for mails to those who chose nothing.
    told_language = models.CharField(max_length=12, blank=True)
    told_zone = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    # Which open page saved last: it may save again before it has seen its own answer.
    saved_by = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    def formats(self, language: str, zone: ZoneInfo | None) -> Formats:
        """The formats that were chosen, in a language and zone that the caller has settled."""
        return Formats(language, zone, self.date_format, self.number_format, self.currency_format)

    def wishes(self) -> Wishes:
        return Wishes(theme=self.theme, called=self.call_me, rows=self.rows or DEFAULT_ROWS)
