"""Accounts, journal entries and postings; written by `journal.py` alone (seeds: in bulk)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sandbox.people.models import Merchant, Person


class Account(models.Model):
    """Money in one currency of a person, a merchant or the platform itself; `public_id` is `acc_…`.

    `balance_minor` is the sum of the account's postings (a positive posting adds to it), kept in
    the same database transaction. `reserved_minor` is held by transactions that are processing
    (the sum of their `reserved_minor`); available = balance - reserved. The platform's own
    accounts may go below zero: `world` is everything outside (banks), `fx` changes currencies.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        STATEMENT = "statement"
        MERCHANT = "merchant"
        FEES = "fees"
        WORLD = "world"
        FX = "fx"

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="accounts")
    merchant = models.ForeignKey(Merchant, models.CASCADE, null=True, related_name="accounts")
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=80)
    iban = models.CharField(max_length=34, blank=True)
    balance_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "currency"],
                condition=Q(kind="person"),
                name="account_one_per_person",
            ),
            models.UniqueConstraint(
                fields=["merchant", "currency"],
                condition=Q(kind="merchant"),
                name="account_one_per_shop",
            ),
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=Q(kind__in=["fees", "world", "fx"]),
                name="account_one_per_purpose",
            ),
            models.CheckConstraint(condition=Q(reserved_minor__gte=0), name="account_reserved"),
        ]

    @property
    def available_minor(self) -> int:
        return self.balance_minor - self.reserved_minor


class Entry(models.Model):
    """One journal entry: its postings sum to zero in every currency.

    `transaction_id` is the id of the transaction that caused it, or null (opening balances).
    """

    at = models.DateTimeField()
    name = models.CharField(max_length=40)
    transaction_id = models.UUIDField(null=True, db_index=True)


class Posting(models.Model):
    """One line of an entry, in the currency of its account; positive adds to the account."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField()
