"""The archive of what happened, each thing once, and what had to be set aside."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from selfcare import ids


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, subject: str) -> "EventQuerySet":
        return self.filter(subject=subject)

    def claimable(self, now: datetime) -> "EventQuerySet":
        """Waits for being matched, its time has come, and nobody is at it (any more)."""
        return self.filter(state=Event.State.WAITING, due_at__lte=now).order_by("due_at")


class Event(models.Model):
    """One thing that happened, as its source told it.

    `version` is the object's own: the higher one is newer, whenever it came. A claim moves `due_at`
    into the future: until then nobody else takes it.
    """

    class Source(models.TextChoices):
        PLATFORM = "platform", "The platform"
        SELFCARE = "selfcare", "Selfcare"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MATCHED = "matched", "Matched"
        SET_ASIDE = "set_aside", "Set aside"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    source_id = models.CharField(max_length=128)
    # SHA-256 in hex of what it says, with its keys in order, so that a retry, the feed and the
    # first post are alike: the same id with another one is a lie of somebody's.
    digest = models.CharField(max_length=64)
    type = models.CharField(max_length=80)
    subject = models.CharField(max_length=255, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    version = models.BigIntegerField(default=0)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    matched_at = models.DateTimeField(null=True)

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="each_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["subject", "due_at"], condition=Q(state="waiting"), name="events_waiting_of"
            ),
            models.Index(
                fields=["-received_at"], condition=Q(state="set_aside"), name="events_set_aside"
            ),
            models.Index(fields=["subject", "-occurred_at"], name="events_of_subject"),
            models.Index(fields=["object_id", "-version"], name="events_of_object"),
            models.Index(fields=["received_at"], name="events_by_age"),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("evt", self.pk)


class Refusal(models.Model):
    """What the platform signed and we didn't take as an event, with the reason; nothing is lost."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    source_id = models.CharField(max_length=128, blank=True, db_index=True)
    reason = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    body = models.TextField(blank=True)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "reason", "digest"], name="each_refusal_once"
            ),
        ]


class Place(models.Model):
    """How far we have read a feed: everything up to `after` is in the archive."""

    feed = models.CharField(max_length=40, primary_key=True)
    after = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(default=timezone.now)
