"""What a person keeps about their list: saved views, and which columns it has; no transactions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from selfcare import ids

NAME_LENGTH = 40
MOST_VIEWS = 20
# A query string of ours, words and all, is far below it.
QUERY_LENGTH = 4000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of(self, subject: str) -> "SavedViewQuerySet":
        return self.filter(subject=subject).order_by("alike")

    def found(self, subject: str, public_id: str) -> "SavedView | None":
        """This person's view; None for anybody else's as for one that never was."""
        pk = ids.decode("viw", public_id)
        return self.of(subject).filter(pk=pk).first() if pk else None


class SavedView(models.Model):
    """A named query string of the list. `place` bounds how many there are, whatever races."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=NAME_LENGTH)
    alike = models.CharField(max_length=200)
    query = models.CharField(max_length=QUERY_LENGTH)
    is_default = models.BooleanField(default=False)
    place = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "alike"], name="one_view_a_name"),
            models.UniqueConstraint(fields=["subject", "place"], name="one_view_a_place"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(is_default=True), name="one_default_view"
            ),
            models.CheckConstraint(condition=Q(place__lt=MOST_VIEWS), name="no_more_views"),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("viw", self.pk)


class ListColumns(models.Model):
    """The columns of a person's list, in their order; without a row it is a ledger by day."""

    subject = models.CharField(max_length=255, primary_key=True)
    columns = models.JSONField()
    saved_at = models.DateTimeField(default=timezone.now)
