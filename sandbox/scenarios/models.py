"""Runs of scenarios, and scripts of merchants' own; what a run does is told elsewhere."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sandbox import ids
from sandbox.people.models import Merchant


class OwnScript(models.Model):
    """A scenario that a merchant wrote; `text` is TOML or JSON as they typed it."""

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="scripts")
    name = models.CharField(max_length=80)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    @property
    def wire_id(self) -> str:
        return ids.wire("scn", self.id)


class Run(models.Model):
    """One run of a scenario for a merchant, on a stage that is struck when it ends.

    `script` is the scenario as it was then, `steps` what became of each step so far, `outcome` what
    came of it all and `digest` the SHA-256 of that: JSON as text, so that it reads the same each
    time. A `replay_of` another has to end with its digest. `stage` is the public id of the merchant
    that plays ours; with `echo` its webhooks go to our endpoints too, and `echoed` tells how that
    went. One process at a time is `holder`, until `held_until`; `tries` is how often it was begun.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        PASSED = "passed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, db_index=False)
    scenario = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    script = models.TextField()
    replay_of = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False)
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    steps = models.TextField(default="[]")
    outcome = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    echo = models.BooleanField(default=False)
    echoed = models.TextField(default="[]")
    stage = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-asked_at", "-id"], name="run_page"),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=("queued", "running")), name="run_open"
            ),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire("run", self.id)

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.script)
        return found
