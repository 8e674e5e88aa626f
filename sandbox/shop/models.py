"""The shop's till and its orders; what a payment is, only the platform knows."""

import base64
import hashlib
import json
import secrets
import uuid
from typing import NamedTuple, Self

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models
from django.utils import timezone


class ClosedError(Exception):
    """The shop has no key to work with, or none that counts."""


class Secrets(NamedTuple):
    """What a merchant is shown once and keeps: the key's id, with what it signs, and with what the
    platform signs its webhooks."""

    key_id: str
    signing: str
    webhook: str


class Till(models.Model):
    """The one till. What is in it is sealed: a copy of the database alone can't sign."""

    sealed = models.TextField()
    opened_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def fill(cls, found: Secrets) -> Self:
        text = json.dumps(found).encode()
        row, _ = cls.objects.update_or_create(
            pk=1, defaults={"sealed": _box().encrypt(text).decode(), "opened_at": timezone.now()}
        )
        return row

    @classmethod
    def secrets(cls) -> Secrets:
        row = cls.objects.filter(pk=1).first()
        if row is None:
            raise ClosedError("nobody has opened the shop")
        try:
            return Secrets(*json.loads(_box().decrypt(row.sealed)))
        except InvalidToken as error:
            raise ClosedError("it was opened under another SANDBOX_SECRET_KEY") from error


def _box() -> Fernet:
    key = hashlib.sha256(f"shop|{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def new_visitor() -> str:
    return secrets.token_urlsafe(32)


class Order(models.Model):
    """Something that was bought, or won: then money goes the other way.

    `reference` is what we call it to the platform, `payment_id` what the platform calls it.
    `status` is the platform's, "" as long as we don't know whether it has heard of this. `as_of`
    is when it became so, by the platform's clock; `learnt_by` is how we know.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        PAYOUT = "payout"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    visitor = models.CharField(max_length=43, db_index=True)
    kind = models.CharField(max_length=7, choices=Kind)
    title = models.CharField(max_length=80)
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    payment_id = models.CharField(max_length=40, blank=True, db_index=True)
    status = models.CharField(max_length=15, blank=True)
    refunded_minor = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    learnt_by = models.CharField(max_length=7, blank=True)
    learnt_at = models.DateTimeField(null=True)

    @property
    def reference(self) -> str:
        return f"order-{self.id.hex}"

    @property
    def is_over(self) -> bool:
        return self.status in {"completed", "failed", "cancelled", "expired"}

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.refunded_minor
