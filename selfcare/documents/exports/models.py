"""Exports and their parts as rows: what was asked for, how far it is, who works on it."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from selfcare import ids


class State(models.TextChoices):
    """Where an export stands; the first two can still change by themselves."""

    WAITING = "waiting", "Waiting for its turn"
    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (State.WAITING, State.RUNNING)


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, subject: str) -> "ExportQuerySet":
        return self.filter(subject=subject)

    def unfinished(self) -> "ExportQuerySet":
        return self.filter(state__in=UNFINISHED)

    def claimable(self, now: datetime) -> "ExportQuerySet":
        """Nobody works on it (any more), it is time to try, and its person has no other running."""
        busy = self.model.objects.filter(
            state=State.RUNNING, lease_until__gt=now, subject=models.OuterRef("subject")
        )
        free = models.Q(state=State.WAITING, next_try_at__lte=now) & ~models.Exists(busy)
        left = models.Q(state=State.RUNNING, lease_until__lte=now)
        return self.filter(free | left).order_by("created_at")

    def shown_to(self, subject: str) -> "ExportQuerySet":
        """What is over is gone for its person at once, whenever the sweep comes for it."""
        return self.of(subject).filter(expires_at__gt=timezone.now())

    def expired(self, now: datetime) -> "ExportQuerySet":
        return self.filter(expires_at__lte=now)


class Export(models.Model):
    """One file of transactions: the question as it was shown, its progress, and what came of it.

    `question` is the filter as the service takes it, with labels already turned into sets;
    `totals` counts what has been read, by currency and status. Whoever holds the lease works on
    it: `lease_holder` is compared with each write, so that one that lost it changes nothing.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    format = models.CharField(max_length=20)
    question = models.JSONField(default=dict)
    sort = models.CharField(max_length=20)
    query_string = models.TextField(default="")
    words = models.TextField()
    holder = models.CharField(max_length=300)
    zone = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    rows_expected = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField(default=0)
    cursor = models.TextField(default="")
    is_read = models.BooleanField(default=False)
    as_of = models.DateTimeField(null=True)
    totals = models.JSONField(default=list)
    lease_holder = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    failure = models.CharField(max_length=40, default="")

    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    file = models.CharField(max_length=300, default="")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    manifest = models.JSONField(null=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="one_export_per_key"),
            # Two workers may look at the same moment: the database lets one of them win.
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(state=State.RUNNING),
                name="one_running_export_per_person",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "-created_at"], name="exports_by_subject"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=[State.WAITING, State.RUNNING]),
                name="exports_to_do",
            ),
            models.Index(fields=["expires_at"], name="exports_to_sweep"),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("exp", self.pk)

    @property
    def url(self) -> str:
        return reverse("documents:export_detail", args=[self.public_id])

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY

    @property
    def folder(self) -> str:
        """Where its parts and its file lie in the storage."""
        return f"exports/{self.pk.hex}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 99; 100 only when the file is there."""
        if self.is_ready:
            return 100
        if not self.rows_expected:
            return 0
        # Reading is most of the work, writing the file the rest of it.
        return min(95 if self.is_read else 90, 90 * self.rows // self.rows_expected)


class ExportPart(models.Model):
    """Some rows that were read and kept; its row commits together with the cursor behind it."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="one_part_per_number"),
        ]


def found(subject: str, public_id: str) -> Export | None:
    """This person's export; None for one that is over, an unknown one and anybody else's alike."""
    key: Any = ids.decode("exp", public_id)
    return Export.objects.shown_to(subject).filter(pk=key).first() if key else None
