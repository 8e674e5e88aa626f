"""What became of an event for a person: the notification, its deliveries, and every attempt."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from selfcare import ids
from selfcare.notifications.models.addresses import Address
from selfcare.notifications.models.rules import Category, Channel


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, subject: str) -> "NotificationQuerySet":
        return self.filter(subject=subject)

    def in_inbox(self, subject: str) -> "NotificationQuerySet":
        return self.of(subject).filter(in_inbox=True)

    def waiting(self, now: datetime) -> "NotificationQuerySet":
        """What the person can still do something about."""
        return self.filter(Q(waits_until=None) | Q(waits_until__gt=now), waits=True)

    def not_waiting(self, now: datetime) -> "NotificationQuerySet":
        return self.filter(Q(waits=False) | Q(waits_until__lte=now))


class Notification(models.Model):
    """One event as one person is told of it, once; its words are made when it is shown or sent.

    `facts` are what those words need (amount, names, dates), never the words themselves. `waits` is
    true while the person can still do something about it, at most until `waits_until`; `over_at`
    says since when they can't.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    # The archive is emptied by age on its own, so no foreign key.
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=80)
    category = models.CharField(max_length=20, choices=Category.choices)
    object_id = models.CharField(max_length=80, blank=True)
    version = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    # False: it is kept to answer "why did I not get this", and no inbox shows it.
    in_inbox = models.BooleanField(default=True)
    waits = models.BooleanField(default=False)
    # Null where nothing says until when.
    waits_until = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "subject"], name="one_notification_each"),
        ]
        indexes = [
            models.Index(
                fields=["subject", "-created_at", "-id"],
                condition=Q(in_inbox=True),
                name="notifications_inbox",
            ),
            models.Index(
                fields=["subject"],
                condition=Q(in_inbox=True, read_at=None),
                name="notifications_unread",
            ),
            models.Index(
                fields=["subject"],
                condition=Q(in_inbox=True, waits=True),
                name="notifications_waiting",
            ),
            models.Index(fields=["subject", "object_id"], name="notifications_of_object"),
            models.Index(fields=["created_at"], name="notifications_by_age"),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("ntf", self.pk)

    def is_waiting(self, now: datetime) -> bool:
        return self.waits and (self.waits_until is None or self.waits_until > now)

    def is_over(self, now: datetime) -> bool:
        """It asked for something that can't be done any more."""
        return self.over_at is not None or (self.waits and not self.is_waiting(now))


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Its time has come and nobody holds it (any more)."""
        return self.filter(state=Delivery.State.WAITING, due_at__lte=now).order_by("due_at")


class Delivery(models.Model):
    """One message on one channel: written before it is sent, and the truth about its sending.

    A single one carries one notification; a digest carries those that point to it by `digest`.
    Taking it moves `due_at` behind the lease: a worker that dies leaves it to the next one.
    A digest takes parts until `closed_at`; sent, its parts are sent with it.
    `rule` is what decided, as the pages put into words: mode, threshold, quiet hours, default.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        IN_DIGEST = "in_digest", "In a digest"
        NOT_WANTED = "not_wanted", "Not wanted"
        DEAD = "dead", "Not delivered"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    notification = models.ForeignKey(
        Notification, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    category = models.CharField(max_length=20, choices=Category.choices, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL)
    # Of a digest: `daily`, `weekly`, `quiet` or `burst`; empty on a single one.
    digest_kind = models.CharField(max_length=10, blank=True)
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="parts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Why it is where it is: a code such as `mode_off`, `below_threshold`, `no_address`, `bounced`.
    reason = models.CharField(max_length=60, blank=True)
    rule = models.JSONField(default=dict)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    # `carried` while a task is on its way with its id, else the token of who sends it; see leases.
    lease_holder = models.CharField(max_length=32, blank=True)
    # Of a digest: since when nothing more goes into it.
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel"], name="one_delivery_a_channel"
            ),
            models.UniqueConstraint(
                fields=["subject", "channel", "digest_kind"],
                condition=Q(state="waiting", notification=None, closed_at=None),
                name="one_open_digest_each",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"], condition=Q(state="waiting"), name="deliveries_due"
            ),
            models.Index(fields=["-changed_at"], condition=Q(state="dead"), name="deliveries_dead"),
            models.Index(fields=["subject", "-created_at"], name="deliveries_of_subject"),
            models.Index(fields=["created_at"], name="deliveries_by_age"),
            models.Index(
                fields=["digest"], condition=Q(state="in_digest"), name="deliveries_in_digest"
            ),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("dlv", self.pk)


class Attempt(models.Model):
    """One try to send: what the provider said, and how long it took; only added to."""

    class Outcome(models.TextChoices):
        SENT = "sent", "Taken"
        LATER = "later", "Try again"
        REFUSED = "refused", "Refused for good"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Addresses may be removed, so no foreign key. Null where it came to none.
    address_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # Words of ours, or a code of the provider's; never an address, a name or a text.
    detail = models.CharField(max_length=200, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="attempts_by_time")]


class AuditEntry(models.Model):
    """What an operator did, with their name and reason; only added to."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=300)
    action = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    target = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
