"""Events as they were written beside each change, and each attempt at posting one."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sandbox import ids
from sandbox.clock import rfc3339

type Json = dict[str, Any]


class Event(models.Model):
    """One thing that happened; written in the database transaction of the change itself.

    `serial` is the order of writing, which may be visible in another order. `sequence` is given
    afterwards to what is visible (`sequence.py`); readers go by it. `data` is JSON as text, since
    what is signed and digested must have the same bytes each time. `raw` is sent instead of an
    event, to see what the other side does with it; it has no sequence and is in no feed.
    `again`: how often more it is posted after it was taken.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        POSTED = "posted"
        GIVEN_UP = "given_up"

    serial = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    sequence = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=80)
    subject = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    version = models.BigIntegerField(default=1)
    occurred_at = models.DateTimeField()
    data = models.TextField()
    raw = models.TextField(blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # A claim moves it into the future: until then nobody else posts it.
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    again = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="event_waiting"),
            models.Index(
                fields=["serial"], condition=Q(sequence=None, raw=""), name="event_unnumbered"
            ),
            models.Index(fields=["subject", "serial"], name="event_of_subject"),
            models.Index(fields=["object_id"], name="event_of_object"),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire("evt", self.id)

    def body(self) -> Json:
        """As the contract spells it, in this order of keys."""
        return {
            "id": self.wire_id,
            "type": self.type,
            "timestamp": rfc3339(self.occurred_at),
            "sequence": self.sequence,
            "data": json.loads(self.data),
        }

    def content(self) -> bytes:
        """What is signed and posted."""
        return self.raw.encode() if self.raw else compact(self.body()).encode()


class Attempt(models.Model):
    """One posting of an event, and how it ended: a status, or an error where no answer came."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)
    ms = models.PositiveIntegerField(default=0)


class Mark(models.Model):
    """How far we are: the last sequence given, and the month up to which statements were told.

    One row. Whoever holds its lock gives numbers.
    """

    last_sequence = models.BigIntegerField(default=0)
    statements_until = models.CharField(max_length=7, blank=True)


def compact(facts: Json) -> str:
    """The one spelling of an event: whoever parses and spells it like this has the same bytes."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
