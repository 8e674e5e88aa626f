"""What merchants have ever done, which outlives a fresh world, and secrets that were just shown."""

from django.db import models

from sandbox.people.models import Merchant


class Milestone(models.Model):
    """`name` is one of `progress.DONE`; `at` is when it was done first, or was noticed first."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="milestone_once")]


class ShownOnce(models.Model):
    """The secret part of a write's answer, sealed, for who sends the same write until `until`.

    `key` is the write's in `IdempotencyKey`, whose answer has the rest.
    """

    key = models.CharField(max_length=200, unique=True)
    sealed = models.BinaryField()
    until = models.DateTimeField(db_index=True)
