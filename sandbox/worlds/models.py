"""How far each merchant's time is ahead, and its way forward; what moves it is in `winding.py`."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sandbox import ids
from sandbox.people.models import Merchant


class World(models.Model):
    """A merchant's time: the real one and `ahead` more, which never becomes less.

    Without a row a merchant lives in real time. One process at a time lets things happen in a
    world: `holder`, until `held_until` (real time). In a scripted world time stands but for its
    script (`scenarios/running.py`), and nobody else moves it.
    """

    merchant = models.OneToOneField(Merchant, models.CASCADE, related_name="world")
    ahead = models.DurationField(default=timedelta(0))
    scripted = models.BooleanField(default=False)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ahead__gte=timedelta(0)), name="world_never_behind")
        ]
        indexes = [
            models.Index(
                fields=["merchant"], condition=Q(ahead__gt=timedelta(0)), name="world_ahead"
            )
        ]


class Advance(models.Model):
    """One way forward that a merchant asked for, from and until when in its own time.

    `reached` is how far it has come, `steps` how much happened on the way. `asked_at` and
    `finished_at` are real time.
    """

    id = models.UUIDField(primary_key=True)
    world = models.ForeignKey(World, models.CASCADE, related_name="advances", db_index=False)
    begins = models.DateTimeField()
    until = models.DateTimeField()
    reached = models.DateTimeField()
    steps = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["world"], condition=Q(finished_at=None), name="advance_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("begins")), name="advance_forward"),
        ]
        indexes = [models.Index(fields=["world", "-asked_at"], name="advance_page")]

    @property
    def wire_id(self) -> str:
        return ids.wire("adv", self.id)


class Errand(models.Model):
    """What a test customer will do by itself with a demand that asked for it (`magic.py`)."""

    demand = models.OneToOneField(
        "merchant_api.Demand", models.CASCADE, primary_key=True, related_name="errand"
    )
    merchant = models.ForeignKey(Merchant, models.CASCADE)
    due_at = models.DateTimeField(db_index=True)
    opens = models.CharField(max_length=20, blank=True)
