"""Faults that are switched on, and the services' own record; the record is only ever added to."""

from django.db import models
from django.utils import timezone


class Fault(models.Model):
    """Something that goes wrong on purpose for an operation, maybe for one person only.

    `operation`: one of `faults.OPERATIONS`. `remaining` is how many times more, null without end.
    `to` narrows a channel's fault to one address, number or browser.
    """

    class Mode(models.TextChoices):
        LATENCY = "latency"
        ERROR = "error"
        HANG = "hang"
        CUT_AFTER_COMMIT = "cut_after_commit"
        CUT_BEFORE = "cut_before"
        BROKEN_JSON = "broken_json"
        FOREIGN = "foreign"
        DRIP = "drip"
        REFUSE = "refuse"
        BOUNCE = "bounce"
        GONE = "gone"
        INVALID = "invalid"

    operation = models.CharField(max_length=40)
    mode = models.CharField(max_length=20, choices=Mode)
    sub = models.CharField(max_length=64, blank=True)
    to = models.CharField(max_length=254, blank=True, default="", db_default="")
    ms = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(default=500)
    remaining = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)


class ServiceLog(models.Model):
    """A request that the services answered, or an effect that time brought (operation `due`).

    A write's row commits together with its effect, so the log never tells of one that is not.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    operation = models.CharField(max_length=40)
    sub = models.CharField(max_length=64, blank=True, db_index=True)
    transaction_id = models.CharField(max_length=40, blank=True)
    idempotency_key = models.CharField(max_length=128, blank=True, db_index=True)
    request_id = models.CharField(max_length=128, blank=True)
    replayed = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True)
    effect = models.CharField(max_length=60, blank=True)
    fault = models.CharField(max_length=20, blank=True)
