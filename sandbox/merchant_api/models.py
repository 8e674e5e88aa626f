"""Keys, spent nonces, rates, the request log and what waits for a customer; no rules of HTTP."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sandbox import ids
from sandbox.people.models import Merchant
from sandbox.transactions.models import Transaction

RATE = 25
BURST = 100
AT_ONCE = 8
# What the ids of a demand and of the transaction that it became begin with.
PREFIXES = {"payment": "pay", "payout": "out"}
# A demand that nobody has taken on, called off or let lapse.
WAITS = Q(transaction=None, called_off_at=None, lapsed_at=None)
# One that ended without anybody.
OVER = Q(transaction=None) & (Q(called_off_at__isnull=False) | Q(lapsed_at__isnull=False))


class ApiKey(models.Model):
    """What a merchant's program shows; `public_id` (`key_test_…`) is the signature's `keyid`.

    `verifier` checks signatures: the HMAC's key, sealed (`sealing.py`), or the raw Ed25519 public
    key. `bearer_sha256` is of the token that reads. `rate` is requests a second, `burst` how many
    of them after a rest, `at_once` how many may be under way. Rotated keys end at `expires_at`.
    `built_in` is the key that the demo shop was opened with, and nobody's own doing.
    """

    class Environment(models.TextChoices):
        TEST = "test"
        LIVE = "live"

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"

    class Algorithm(models.TextChoices):
        HMAC_SHA256 = "hmac-sha256"
        ED25519 = "ed25519"

    public_id = models.CharField(max_length=41, unique=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="api_keys")
    environment = models.CharField(max_length=4, choices=Environment)
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=Scope)
    algorithm = models.CharField(max_length=11, choices=Algorithm)
    verifier = models.BinaryField()
    bearer_sha256 = models.CharField(max_length=64, unique=True)
    built_in = models.BooleanField(default=False)
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="successors", db_index=False
    )
    rate = models.PositiveIntegerField(default=RATE)
    burst = models.PositiveIntegerField(default=BURST)
    at_once = models.PositiveIntegerField(default=AT_ONCE)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def state(self, now: datetime) -> str:
        """`active`, `expiring` (rotated, still good), `expired` or `revoked`."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at is None:
            return "active"
        return "expiring" if now < self.expires_at else "expired"

    def note_use(self, now: datetime) -> None:
        """At most once a minute, so that a busy key's row isn't written all the time."""
        if self.last_used_at is None or self.last_used_at < now - timedelta(minutes=1):
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)


class Nonce(models.Model):
    """A nonce that was used with a key; written before anything happens, and never changed."""

    key = models.ForeignKey(ApiKey, models.CASCADE, db_index=False)
    nonce = models.CharField(max_length=88)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_counts_once")]


class Bucket(models.Model):
    """How many requests of a key may still come (`rates.py`)."""

    key = models.OneToOneField(ApiKey, models.CASCADE)
    tokens = models.FloatField()
    filled_at = models.DateTimeField()


class ApiRequest(models.Model):
    """One request of a merchant as the log shows it, secrets struck out; `id` is `req_…`.

    `steps` is how its credential was examined, JSON as `record.py` spells it. `times` is how often
    just this was refused within a second, for those that were too many.
    """

    class Verdict(models.TextChoices):
        VERIFIED = "verified"
        BEARER = "bearer"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, db_index=False)
    key = models.ForeignKey(ApiKey, models.CASCADE)
    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=10)
    target = models.CharField(max_length=2000)
    status = models.PositiveSmallIntegerField()
    latency_ms = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=128, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict)
    step = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=40, blank=True)
    request = models.TextField()
    response = models.TextField()
    steps = models.TextField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-at", "-id"], name="api_request_page")]

    @property
    def wire_id(self) -> str:
        return ids.wire("req", self.id)


class ReturnAddress(models.Model):
    """Where a merchant's customer may be sent back to; compared character by character."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="return_addresses")
    url = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "url"], name="return_address_once")
        ]


class Demand(models.Model):
    """Money that a merchant wants of, or has for, a customer not yet known.

    Once the customer is known, `transaction` is theirs, made with this row's `id`: so `pay_…` (of
    a payout, `out_…`) is the same before and after. Until then it waits, is called off, or lapses
    at `expires_at`; `lapsed_at` says that this was told (`due.py`).
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        PAYOUT = "payout"

    id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.PAYMENT)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    merchant_reference = models.CharField(max_length=80, blank=True)
    remittance_information = models.CharField(max_length=140, blank=True)
    return_url = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    transaction = models.OneToOneField(
        Transaction, models.SET_NULL, null=True, related_name="demand"
    )

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="demand_page"),
            models.Index(fields=["expires_at"], condition=WAITS, name="demand_due"),
            models.Index(fields=["expires_at"], condition=OVER, name="demand_over"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="demand_amount")
        ]

    def status(self, now: datetime) -> str:
        if self.called_off_at:
            return "cancelled"
        waits = self.lapsed_at is None and now < self.expires_at
        return "action_required" if waits else "expired"

    @property
    def wire_id(self) -> str:
        return ids.wire(PREFIXES[self.kind], self.id)


class Handoff(models.Model):
    """The way from a merchant's site to a demand: good for this one thing, until it is over.

    The token is in nobody's table: `handoffs.py` makes it from `id` and keeps its SHA-256 here.
    """

    id = models.UUIDField(primary_key=True)
    demand = models.OneToOneField(Demand, models.CASCADE, related_name="handoff")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
