"""Who takes part: people who sign in, merchants, payees outside; no money or transactions here."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class People(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "Person":
        person = self.model(email=email.lower(), **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A person of the platform and, at once, Django's user that signs in at the auth service.

    `sub` is the opaque id that every other service knows (`usr_…`).
    `roles` is a list out of user, restricted, merchant_admin, operator.
    """

    sub = models.CharField(max_length=64, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    zoneinfo = models.CharField(max_length=64, default="Europe/Berlin")
    locale = models.CharField(max_length=16, default="en-GB")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["sub", "name"]

    @property
    def restricted(self) -> bool:
        """May look, may not move money."""
        return "restricted" in self.roles

    @property
    def given_name(self) -> str:
        return self.name.split(" ", 1)[0]


class Merchant(models.Model):
    """A business that is paid and pays out; `public_id` is `mer_…`.

    `temperament` is how it answers by itself when somebody wants money back (`cases/play.py`).
    """

    class Temperament(models.TextChoices):
        ACCEPTS = "accepts"
        PART = "part"
        DECLINES = "declines"
        CONTESTS = "contests"
        SILENT = "silent"

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=160)
    website = models.CharField(max_length=200, blank=True)
    support_email = models.CharField(max_length=120, blank=True)
    support_phone = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    temperament = models.CharField(max_length=10, choices=Temperament, default=Temperament.ACCEPTS)


class Membership(models.Model):
    """That somebody works for a merchant: an admin does everything, a viewer looks."""

    class Role(models.TextChoices):
        ADMIN = "admin"
        VIEWER = "viewer"

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "person"], name="membership_once")
        ]


class Payee(models.Model):
    """What the bank of somebody outside says when asked whether name and account fit."""

    class Check(models.TextChoices):
        MATCH = "match"
        CLOSE_MATCH = "close_match"
        NO_MATCH = "no_match"
        CLOSED = "closed"
        UNAVAILABLE = "unavailable"

    name = models.CharField(max_length=140, unique=True)
    check_result = models.CharField(max_length=12, choices=Check)
    name_found = models.CharField(max_length=140, blank=True)
