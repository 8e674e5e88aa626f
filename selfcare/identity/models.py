"""What identity remembers: sessions, proofs of identity, logouts told by the provider."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from selfcare import ids
from selfcare.identity import browsers


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self) -> "SessionQuerySet":
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def of(self, subject: str) -> "SessionQuerySet":
        return self.filter(subject=subject)


class Session(models.Model):
    """One browser in which somebody is signed in; this row is the truth, Redis only a copy.

    The key itself is known to the browser alone: `key_hash` is its SHA-256 in hex.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=255, blank=True)
    # The provider's name for its own session, in which this one began.
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    data = models.JSONField(default=dict)
    browser = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["subject"],
                condition=models.Q(ended_at=None),
                name="identity_open_sessions",
            ),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("ses", self.id)

    @property
    def browser_words(self) -> str:
        return browsers.shown(self.browser)


class ProofQuerySet(models.QuerySet["Proof"]):
    def usable(self, *, subject: str, session_hash: str, bound_to: str) -> "ProofQuerySet":
        return self.filter(
            subject=subject,
            session_hash=session_hash,
            bound_to=bound_to,
            used_at=None,
            expires_at__gt=timezone.now(),
        )

    def use(self, pk: uuid.UUID, now: datetime) -> bool:
        """Compare and set: True for one caller only."""
        return bool(self.filter(pk=pk, used_at=None, expires_at__gt=now).update(used_at=now))


class Proof(models.Model):
    """A fresh proof of identity for one thing (`bound_to`) in one session; it counts once."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    session_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=60)
    bound_to = models.CharField(max_length=200)
    acr = models.CharField(max_length=255)
    authenticated_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["session_hash", "bound_to"], name="identity_proofs_of_session"),
        ]


class Logout(models.Model):
    """A logout token that was taken: each counts once, and a sign-in on its way still meets it."""

    jti_hash = models.CharField(max_length=64, unique=True)
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    subject = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)


class KnownBrowser(models.Model):
    """That a person signed in with a browser, by its words; it outlives the sessions."""

    subject = models.CharField(max_length=255)
    browser = models.CharField(max_length=80)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "browser"], name="each_browser_once"),
        ]
