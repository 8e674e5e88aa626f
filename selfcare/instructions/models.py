"""What users told us to do, what became of it, and the audit trail; calls no service."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _lazy

from selfcare import ids
from selfcare.money import Money


class State(models.TextChoices):
    """Where an instruction stands. Only the first four can still change."""

    AWAITING_PROOF = "awaiting_proof", _lazy("Waiting for your proof of identity")
    QUEUED = "queued", _lazy("In line to be carried out")
    SENDING = "sending", _lazy("Being carried out")
    UNKNOWN = "unknown", _lazy("Not known yet")
    DONE = "done", _lazy("Carried out")
    REJECTED = "rejected", _lazy("Refused")
    NOT_DONE = "not_done", _lazy("Not carried out")


SENT = (State.SENDING, State.UNKNOWN)
UNRESOLVED = (State.QUEUED, *SENT)
OPEN = (State.AWAITING_PROOF, *UNRESOLVED)


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def of(self, subject: str) -> "InstructionQuerySet":
        return self.filter(subject=subject)

    def open_about(self, subject: str, transaction_id: str) -> "InstructionQuerySet":
        return self.of(subject).filter(transaction_id=transaction_id, state__in=OPEN)

    def due(self, now: datetime) -> "InstructionQuerySet":
        """Sent, without an answer that we stored, and time to ask."""
        return self.filter(state__in=SENT, next_check_at__lte=now).order_by("next_check_at")

    def queued(self) -> "InstructionQuerySet":
        """Told together with others, and not sent so far; first come, first sent."""
        return self.filter(state=State.QUEUED).order_by("created_at", "id")

    def move(self, instruction: "Instruction", to: State, **changes: Any) -> bool:
        """Compare and set: True if it was still in the state that `instruction` shows."""
        changed = self.filter(pk=instruction.pk, state=instruction.state).update(
            state=to, **changes
        )
        if changed:
            instruction.state = to
            for name, value in changes.items():
                setattr(instruction, name, value)
        return bool(changed)


class Instruction(models.Model):
    """One intent of one user: unique per user and key, executed once.

    `payload` is what the service is told, `shown` what the user saw when they said so, `outcome`
    what the service answered.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    key = models.CharField(max_length=128)
    action = models.CharField(max_length=40)
    transaction_id = models.CharField(max_length=80)
    payload = models.JSONField()
    shown = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices)
    outcome = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)

    objects: ClassVar[InstructionQuerySet] = InstructionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="one_instruction_per_key"),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(state__in=[State.SENDING, State.UNKNOWN]),
                name="instructions_due",
            ),
            models.Index(fields=["subject", "transaction_id"], name="instructions_by_transaction"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state=State.QUEUED),
                name="instructions_queued",
            ),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("ins", self.pk)

    @property
    def url(self) -> str:
        return reverse("instructions:detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def amount(self) -> Money:
        return Money(self.shown["amount_minor"], self.shown["currency"])

    @property
    def made_id(self) -> str:
        """The transaction to look at afterwards: a repetition makes a new one."""
        return str((self.outcome or {}).get("transaction_id", self.transaction_id))

    @property
    def code(self) -> str:
        """Why it was refused, in the service's words; empty otherwise."""
        return str((self.outcome or {}).get("code", ""))


class AuditEntry(models.Model):
    """What was done, by whom, in which request; only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=60)
    actor = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="audit")
    request_id = models.CharField(max_length=64, default="")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="audit_by_subject")]


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, subject: str) -> "DraftQuerySet":
        return self.filter(subject=subject)


class Draft(models.Model):
    """What somebody wrote into a form and didn't send: one for each person, action and thing.

    `key` is the idempotency key of the form it was written in, `about` the id of the transaction
    or of the case, `data` what stood in its fields.
    """

    subject = models.CharField(max_length=255)
    action = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    key = models.CharField(max_length=128)
    data = models.JSONField()
    saved_at = models.DateTimeField()

    objects: ClassVar[DraftQuerySet] = DraftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "action", "about"], name="one_draft_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["saved_at"], name="drafts_by_age")]


def fingerprint(action: str, transaction_id: str, payload: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of what is to be done: the same words, the same hash."""
    canonical = json.dumps(
        [action, transaction_id, payload], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
