"""How far each merchant's time is ahead; what that does is told elsewhere."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from sandbox.people.models import Merchant


class World(models.Model):
    """A merchant's time: the real one and `ahead` more. Only `winding.py` adds to it, never less.

    Without a row a merchant lives in real time.
    """

    merchant = models.OneToOneField(Merchant, models.CASCADE, related_name="world")
    ahead = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ahead__gte=timedelta(0)), name="world_never_behind")
        ]
        indexes = [
            models.Index(
                fields=["merchant"], condition=Q(ahead__gt=timedelta(0)), name="world_ahead"
            )
        ]
