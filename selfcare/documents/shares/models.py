"""Share links as rows: what they show, until when, how often they were looked at."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from selfcare import ids
from selfcare.money import Money
from selfcare.transactions import wording

MOST_LIVE = 20


class ShareQuerySet(models.QuerySet["Share"]):
    def of(self, subject: str) -> "ShareQuerySet":
        return self.filter(subject=subject)

    def live(self, now: datetime) -> "ShareQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=now)

    def count_view(self, share: "Share", now: datetime) -> None:
        self.filter(pk=share.pk).update(views=F("views") + 1, viewed_at=now)


class Share(models.Model):
    """One link to one transaction. The token is never stored: `token_hash` is its SHA-256.

    `place` is one of the MOST_LIVE that a transaction has; a share that ended has left its place.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    transaction_id = models.CharField(max_length=80)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    shown = models.JSONField(default=list)
    # How its owner tells it from others: the other side and the amount as they were, as facts, and
    # in English for links without them.
    about = models.JSONField(null=True)
    title = models.CharField(max_length=300)
    place = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    views = models.PositiveIntegerField(default=0)
    viewed_at = models.DateTimeField(null=True)

    objects: ClassVar[ShareQuerySet] = ShareQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="one_share_per_key"),
            models.UniqueConstraint(
                fields=["subject", "transaction_id", "place"], name="one_share_per_place"
            ),
        ]
        indexes = [models.Index(fields=["subject", "-created_at"], name="shares_by_subject")]

    @property
    def public_id(self) -> str:
        return ids.encode("shr", self.pk)

    @property
    def words(self) -> str:
        """`Payment to Tandem Bikes, 64.90 EUR`, in the reader's language."""
        if not self.about:
            return self.title
        kind = wording.kind_of(self.about["kind"])
        titled = kind.into if self.about["direction"] == "in" else kind.out
        amount = Money(self.about["amount_minor"], self.about["currency"])
        return f"{titled.format(name=self.about['name'])}, {amount}"

    @property
    def url(self) -> str:
        return reverse("documents:share_detail", args=[self.public_id])

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
