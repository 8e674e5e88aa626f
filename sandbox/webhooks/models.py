"""What merchants are told: events, where they go, each attempt at it, and our own receiver."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sandbox import ids
from sandbox.clock import rfc3339
from sandbox.people.models import Merchant

type Json = dict[str, Any]


class Stream(models.Model):
    """How far a merchant's events are numbered; whoever holds the row's lock gives numbers."""

    merchant = models.OneToOneField(Merchant, models.CASCADE)
    last_sequence = models.BigIntegerField(default=0)


class MerchantEvent(models.Model):
    """One thing that happened to a merchant; written in the transaction of the change itself.

    `serial` is the order of writing. `sequence` is given afterwards to what is visible, for each
    merchant from 1 without a gap (`numbering.py`). `data` is the object as the merchant API told
    it then, JSON as text, because what is signed must have the same bytes each time. A sample goes
    to one endpoint alone and has no number.
    """

    serial = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, db_index=False)
    sequence = models.BigIntegerField(null=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    data = models.TextField()
    sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sequence"], name="merchant_event_number")
        ]
        indexes = [
            models.Index(
                fields=["serial"],
                condition=Q(sequence=None, sample=False),
                name="merchant_event_unnumbered",
            ),
            models.Index(fields=["merchant", "object_id"], name="merchant_event_of_object"),
            models.Index(fields=["occurred_at"], name="merchant_event_age"),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire("evt", self.id)

    def body(self) -> Json:
        """As the contract spells it, in this order of keys; a sample's number is 0."""
        return {
            "id": self.wire_id,
            "type": self.type,
            "timestamp": rfc3339(self.occurred_at),
            "sequence": self.sequence or 0,
            "data": json.loads(self.data),
        }

    def content(self) -> bytes:
        """What is signed and sent."""
        return compact(self.body()).encode()


class Endpoint(models.Model):
    """Where a merchant is told; `types` are event types, `payment.*` or `*`.

    The secrets are sealed (`merchant_api/sealing.py`); the former one signs along until
    `former_until`. `failing_since` is when the first of the attempts failed that failed in a row.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        DISABLED = "disabled"

    class Why(models.TextChoices):
        SWITCHED_OFF = "switched_off"
        FAILING = "failing"
        GONE = "gone"

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="endpoints")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=80, blank=True)
    types = models.JSONField(default=list)
    secret = models.BinaryField()
    former_secret = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    disabled_reason = models.CharField(max_length=12, choices=Why, blank=True)
    disabled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    @property
    def wire_id(self) -> str:
        return ids.wire("whe", self.id)

    def wants(self, type_: str) -> bool:
        return bool({"*", type_, f"{type_.partition('.')[0]}.*"} & set(self.types))


class Delivery(models.Model):
    """One event on its way to one endpoint.

    `due_at` is in the merchant's own time, `leased_until` in real time: until then one worker is
    at it. `tries` counts the attempts of this round, and a resend begins another; `attempt_count`
    counts them all. What was stopped waits for nobody: its endpoint was switched off.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"
        STOPPED = "stopped"

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, db_index=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(MerchantEvent, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    attempt_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(
                fields=["merchant", "due_at"],
                condition=Q(state="waiting"),
                name="delivery_waiting_of_merchant",
            ),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_page"),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire("dlv", self.id)


class DeliveryAttempt(models.Model):
    """One sending and how it ended: a status, or an error where no whole answer came.

    `request` and `response` are as they were on the wire, cut; the signature is left out.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    ms = models.PositiveIntegerField(default=0)
    request = models.TextField()
    response = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_attempt_once")
        ]


class Receiver(models.Model):
    """Our own receiver for an endpoint whose merchant has none yet; answers as they chose."""

    token = models.CharField(max_length=43, primary_key=True)
    endpoint = models.OneToOneField(Endpoint, models.CASCADE, related_name="receiver")
    answers_with = models.PositiveSmallIntegerField(default=204)


class Received(models.Model):
    """What came to it; `problem` is why it wasn't believed, "" where it was."""

    receiver = models.ForeignKey(Receiver, models.CASCADE, related_name="received")
    at = models.DateTimeField()
    event_id = models.CharField(max_length=80, blank=True)
    type = models.CharField(max_length=80, blank=True)
    sequence = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=80, blank=True)
    answered = models.PositiveSmallIntegerField()
    headers = models.TextField()
    body = models.TextField()


def compact(facts: Json) -> str:
    """The one spelling of an event: whoever parses and spells it like this has the same bytes."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
