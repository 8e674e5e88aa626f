"""Cases with what was said, done and shown in them; rules are in `rules.py`, steps in `life.py`."""

from django.db import models
from django.db.models import Q

from sandbox import ids
from sandbox.cases.rules import OPEN_STATES, RULES
from sandbox.people.models import Person
from sandbox.transactions.models import Transaction


class Case(models.Model):
    """One attempt to put a transaction right, or a question about it.

    `waiting_for` is whose turn it is, "" where nobody has to do anything. `respond_by` is when
    that turn ends; `answer_at` when the other side plays by itself (null: it doesn't); `due_at`
    the earlier of what time will do next. Only `life.py` writes these.
    """

    class Kind(models.TextChoices):
        REFUND_REQUEST = "refund_request"
        DISPUTE = "dispute"
        FRAUD_REPORT = "fraud_report"
        RECALL = "recall"
        INQUIRY = "inquiry"

    class State(models.TextChoices):
        OPEN = "open"
        NEEDS_USER = "needs_user"
        UNDER_REVIEW = "under_review"
        ACCEPTED = "accepted"
        PARTLY_ACCEPTED = "partly_accepted"
        DECLINED = "declined"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"
        ANSWERED = "answered"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="cases", db_index=False)
    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="cases")
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State)
    waiting_for = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    granted_minor = models.BigIntegerField(default=0)
    message = models.CharField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    respond_by = models.DateTimeField(null=True)
    escalate_until = models.DateTimeField(null=True)
    escalated_from = models.OneToOneField(
        "self", models.SET_NULL, null=True, related_name="escalated_to"
    )
    answer_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="case_page"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="case_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "kind"],
                condition=Q(state__in=OPEN_STATES),
                name="case_one_open_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(granted_minor__gte=0)
                & (Q(amount_minor__isnull=True) | Q(granted_minor__lte=models.F("amount_minor"))),
                name="case_granted",
            ),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire(RULES[self.kind].prefix, self.id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class CaseEvent(models.Model):
    """One line of a case's timeline."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    name = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=140, blank=True)
    note = models.CharField(max_length=2000, blank=True)
    amount_minor = models.BigIntegerField(null=True)


class CaseMessage(models.Model):
    """What one side wrote to the other."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=140, blank=True)
    text = models.CharField(max_length=2000)

    @property
    def wire_id(self) -> str:
        return ids.wire("msg", self.id)


class Evidence(models.Model):
    """A file by the SHA-256 of its bytes: the same file is kept once, whoever adds it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    holders = models.ManyToManyField(Person, related_name="evidence")


class CaseEvidence(models.Model):
    """A file as part of a case, with the name it came under."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="files")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    message = models.ForeignKey(CaseMessage, models.CASCADE, null=True, related_name="files")
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=140, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "evidence"], name="case_evidence_once"),
        ]
