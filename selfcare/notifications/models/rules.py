"""What a person wants to be told, and how: a row a category and channel, and their quiet hours."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from selfcare import ids


class Category(models.TextChoices):
    """What events are about, as people choose; `categories.toml` says which event is which."""

    MONEY_IN = "money_in", "Money in"
    MONEY_OUT = "money_out", "Money out"
    NEEDS_ACTION = "needs_action", "Needs your action"
    CASES = "cases", "Refunds and disputes"
    FAILED = "failed", "Failed"
    PERMISSIONS = "permissions", "Merchant permissions"
    STATEMENTS = "statements", "Statements"
    NEWS = "news", "Product news"
    SECURITY = "security", "Security"


class Channel(models.TextChoices):
    IN_APP = "in_app", "In Selfcare"
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    PUSH = "push", "Browser"


class RuleQuerySet(models.QuerySet["Rule"]):
    def of(self, subject: str) -> "RuleQuerySet":
        return self.filter(subject=subject)


class Rule(models.Model):
    """What one person chose for one category on one channel; without a row the default holds."""

    class Mode(models.TextChoices):
        OFF = "off", "Off"
        AT_ONCE = "at_once", "At once"
        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"

    class Merchants(models.TextChoices):
        ALL = "all", "All merchants"
        ONLY = "only", "Only these"
        EXCEPT = "except", "Not these"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    category = models.CharField(max_length=20, choices=Category.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    # ISO 4217 code to minor units: below it nobody is told; without one each amount counts.
    above = models.JSONField(default=dict)
    merchants = models.CharField(max_length=10, choices=Merchants.choices, default=Merchants.ALL)
    # mer_… ids.
    merchant_ids = models.JSONField(default=list)
    saved_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "category", "channel"], name="one_rule_a_cell"
            ),
        ]


class Settings(models.Model):
    """What holds for all rules of a person: quiet hours (local clock), when digests go out.

    Quiet from `quiet_from` to `quiet_until` in the person's zone, over midnight where the first is
    the later one; both null: no quiet hours. `version` guards two tabs.
    """

    subject = models.CharField(max_length=255, primary_key=True)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest_at = models.TimeField(null=True)
    # Monday is 0.
    digest_weekday = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
