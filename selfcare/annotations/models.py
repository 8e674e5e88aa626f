"""What a person adds to their transactions: notes, labels with rules, files; calls no service."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from selfcare import ids

NOTE_LENGTH = 4000
NAME_LENGTH = 40
TINTS = 8


class Shelf(models.Model):
    """One row a person: whoever holds its lock is alone in looking at that person's limits."""

    subject = models.CharField(max_length=255, unique=True)


class Note(models.Model):
    """The one note of a person on a transaction; each change raises `version` by one.

    `writer` is the open page that saved last: what it saves next is no surprise to it.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    transaction_id = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    writer = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "transaction_id"], name="one_note_each"),
        ]


class UnsavedNote(models.Model):
    """What its writer typed when their session had ended, until they come back and decide."""

    subject = models.CharField(max_length=255)
    transaction_id = models.CharField(max_length=80)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "transaction_id"], name="one_unsaved_note_each"
            ),
        ]


class LabelQuerySet(models.QuerySet["Label"]):
    def of(self, subject: str) -> "LabelQuerySet":
        return self.filter(subject=subject)


class Label(models.Model):
    """A word of a person's own for transactions; `alike` keeps two from being read as one."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=NAME_LENGTH)
    alike = models.CharField(max_length=200)
    tint = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[LabelQuerySet] = LabelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "alike"], name="one_label_a_name"),
            models.CheckConstraint(condition=Q(tint__lt=TINTS), name="a_tint_of_the_look"),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("lbl", self.pk)

    @property
    def url(self) -> str:
        return reverse("annotations:label", args=[self.public_id])


class Rule(models.Model):
    """`value` is a merchant's id or a counterparty's exact name; `words` is how people know it."""

    class Kind(models.TextChoices):
        MERCHANT = "merchant", "Merchant"
        COUNTERPARTY = "counterparty", "Name of the other side"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.CharField(max_length=200)
    words = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["label", "kind", "value"], name="each_rule_once"),
        ]
        indexes = [models.Index(fields=["subject"], name="rules_by_subject")]

    @property
    def public_id(self) -> str:
        return ids.encode("rul", self.pk)


class Placing(models.Model):
    """What a person said by hand of one label and one transaction; it outweighs each rule."""

    subject = models.CharField(max_length=255)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="placings")
    transaction_id = models.CharField(max_length=80)
    # True: put on. False: taken off although a rule puts it on.
    is_on = models.BooleanField()
    placed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["label", "transaction_id"], name="one_word_each"),
        ]
        indexes = [
            models.Index(fields=["subject", "transaction_id"], name="placings_by_transaction"),
        ]


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, subject: str) -> "AttachmentQuerySet":
        return self.filter(subject=subject)

    def kept(self) -> "AttachmentQuerySet":
        return self.filter(state=Attachment.State.KEPT)

    def left_behind(self, before: datetime) -> "AttachmentQuerySet":
        """What a process that died has left: an upload never finished, a file not yet removed."""
        return self.exclude(state=Attachment.State.KEPT).filter(changed_at__lt=before)


class Attachment(models.Model):
    """A file of a person's at a transaction.

    The row is there before the file and until after it, so no file is without one: `path` is
    its name in the storage, which tells nothing; `name` is what the person called it.
    """

    class State(models.TextChoices):
        ARRIVING = "arriving", "Arriving"
        KEPT = "kept", "Kept"
        LEAVING = "leaving", "Leaving"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    transaction_id = models.CharField(max_length=80)
    path = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVING)
    added_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # The same bytes twice at one transaction are one attachment.
            models.UniqueConstraint(
                fields=["subject", "transaction_id", "sha256"],
                condition=~Q(state="leaving"),
                name="each_file_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["changed_at"], condition=~Q(state="kept"), name="attachments_left_behind"
            ),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("att", self.pk)

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")
