"""What the auth service remembers: clients, keys, sessions, requests, grants, tokens, tries."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from sandbox.people.models import Person

SESSION_LASTS = timedelta(hours=12)
REQUEST_LASTS = timedelta(minutes=30)
CODE_LASTS = timedelta(seconds=60)
# How long a typed one-time code makes the session strong: the five minutes of inactivity that
# the regulatory standards on strong customer authentication allow (RTS, article 10).
STRONG_FOR = timedelta(minutes=5)

PASSWORD_ACR = "urn:openbanking:psd2:ca"  # noqa: S105  # published names, no secrets
STRONG_ACR = "urn:openbanking:psd2:sca"


def random_token() -> str:
    return secrets.token_urlsafe(32)


class Client(models.Model):
    """A registered relying party; addresses are compared character by character (RFC 9700)."""

    client_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    secret_sha256 = models.CharField(max_length=64)
    home_url = models.URLField(max_length=500)
    redirect_uris = models.JSONField(default=list)
    post_logout_redirect_uris = models.JSONField(default=list)
    backchannel_logout_uri = models.URLField(max_length=500, blank=True)


class SigningKey(models.Model):
    """An RSA key; the highest serial signs, the ones before it stay published."""

    serial = models.PositiveIntegerField(unique=True)
    kid = models.CharField(max_length=64, unique=True)
    private_jwk = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self) -> "SessionQuerySet":
        return self.filter(
            ended_at=None,
            created_at__gt=timezone.now() - SESSION_LASTS,
            person__is_active=True,
        )


class Session(models.Model):
    """A browser in which a person has proved who they are (`sid` in every token)."""

    sid = models.CharField(max_length=64, unique=True, default=random_token)
    person = models.ForeignKey(Person, models.CASCADE, related_name="auth_sessions")
    created_at = models.DateTimeField(default=timezone.now)
    password_at = models.DateTimeField()
    code_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    clients = models.ManyToManyField(Client, related_name="sessions")

    objects = SessionQuerySet.as_manager()

    @property
    def proven_at(self) -> datetime:
        """The last time the person typed something that only they know or hold."""
        return max(self.password_at, self.code_at or self.password_at)

    @property
    def strong(self) -> bool:
        return self.code_at is not None and self.code_at > timezone.now() - STRONG_FOR

    @property
    def acr(self) -> str:
        return STRONG_ACR if self.strong else PASSWORD_ACR

    @property
    def amr(self) -> list[str]:
        """RFC 8176 names."""
        return ["pwd", "otp", "mfa"] if self.strong else ["pwd"]


class AuthorizationRequest(models.Model):
    """A client's validated wish to know who is there, waiting for the person at the door."""

    handle = models.CharField(max_length=64, unique=True, default=random_token)
    client = models.ForeignKey(Client, models.CASCADE)
    redirect_uri = models.URLField(max_length=2000)
    scope = models.CharField(max_length=200)
    state = models.TextField(blank=True)
    nonce = models.TextField(blank=True)
    code_challenge = models.CharField(max_length=43)
    strong = models.BooleanField(default=False)
    prompt = models.CharField(max_length=100, blank=True)
    max_age = models.PositiveIntegerField(null=True)
    login_hint = models.CharField(max_length=254, blank=True)
    hinted_sub = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    @property
    def silent(self) -> bool:
        return self.prompt == "none"

    @property
    def fresh_after(self) -> datetime | None:
        """Proofs before this instant don't count; None where any open session will do."""
        if {"login", "select_account"} & set(self.prompt.split()):
            return self.created_at
        if self.max_age is None:
            return None
        return self.created_at - timedelta(seconds=self.max_age)


class Grant(models.Model):
    """What one proof gave one client: a code to redeem once, and the family of its tokens."""

    code_sha256 = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(Client, models.CASCADE)
    session = models.ForeignKey(Session, models.CASCADE, related_name="grants")
    redirect_uri = models.URLField(max_length=2000)
    scope = models.CharField(max_length=200)
    nonce = models.TextField(blank=True)
    code_challenge = models.CharField(max_length=43)
    acr = models.CharField(max_length=60)
    amr = models.JSONField()
    auth_time = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    redeemed_at = models.DateTimeField(null=True)


class Token(models.Model):
    """An access or refresh token, kept as a hash; a spent refresh token stays as a trap."""

    class Kind(models.TextChoices):
        ACCESS = "access"
        REFRESH = "refresh"

    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    grant = models.ForeignKey(Grant, models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)


class Authenticator(models.Model):
    """The person's phone: the shared secret and the last step whose code was taken."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="authenticator")
    secret = models.CharField(max_length=64)
    last_step = models.BigIntegerField(default=0)


class Tries(models.Model):
    """How often somebody guessed, and until when nobody may guess again."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
