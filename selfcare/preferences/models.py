"""What a person chose of language, zone, formats and look; no choice is made up for them."""

from django.db import models
from django.utils import timezone


class Preferences(models.Model):
    """One row a person; an empty value means: not chosen, so the provider or the browser says."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

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
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
