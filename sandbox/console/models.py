"""What merchants have ever done, so that a fresh world doesn't take it from their checklist."""

from django.db import models

from sandbox.people.models import Merchant


class Milestone(models.Model):
    """`name` is one of `progress.DONE`; `at` is when it was done first, or was noticed first."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="milestone_once")]
