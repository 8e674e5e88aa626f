"""Codes of receipts, what was printed with them, and how often an address tried."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from selfcare import ids
from selfcare.documents.receipts import codes
from selfcare.money import Money


class ReceiptCodeQuerySet(models.QuerySet["ReceiptCode"]):
    def of(self, subject: str, transaction_id: str) -> "ReceiptCodeQuerySet":
        return self.filter(subject=subject, transaction_id=transaction_id)

    def live(self) -> "ReceiptCodeQuerySet":
        return self.filter(revoked_at=None)


class ReceiptCode(models.Model):
    """The code on the receipts of one transaction, until its owner asks for another.

    It is kept readable, because each print bears the same one; it opens an amount, a day and a
    status, and nothing that says whose they are.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    transaction_id = models.CharField(max_length=80)
    code = models.CharField(max_length=codes.LENGTH, unique=True, default=codes.new)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[ReceiptCodeQuerySet] = ReceiptCodeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "transaction_id"],
                condition=models.Q(revoked_at=None),
                name="one_live_code_per_transaction",
            ),
        ]

    @property
    def grouped(self) -> str:
        return codes.grouped(self.code)

    @property
    def path(self) -> str:
        return reverse("documents:verification", args=[self.grouped])

    @property
    def address(self) -> str:
        """As it is printed, and read by a camera."""
        return f"{settings.SELFCARE_URL}{self.path}"


class PrintedState(models.Model):
    """What receipts with a code said: one row for each state that was printed."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    code = models.ForeignKey(ReceiptCode, on_delete=models.CASCADE, related_name="printed")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # A status of the transaction, or partly_refunded or refunded.
    state = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    # When it was first printed so, and when last.
    recorded_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "amount_minor", "currency", "state", "happened_at"],
                name="one_row_per_printed_state",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class TryCountQuerySet(models.QuerySet["TryCount"]):
    def count_one(self, what: str, who: str, window: datetime) -> int:
        """Counts one more try and says how many that makes; safe in many processes at once."""
        row, _made = self.get_or_create(what=what, who=who, window=window)
        self.filter(pk=row.pk).update(count=F("count") + 1)
        return self.values_list("count", flat=True).get(pk=row.pk)


class TryCount(models.Model):
    """How often somebody tried something in a stretch of time; `who` is a keyed hash."""

    what = models.CharField(max_length=40)
    who = models.CharField(max_length=64)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    objects: ClassVar[TryCountQuerySet] = TryCountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "who", "window"], name="one_count_per_window"),
        ]
