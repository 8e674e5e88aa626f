"""Transactions, timelines and stored answers; the rules are in `machine.py`."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Least
from django.utils import timezone

from sandbox import ids
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant, Person
from sandbox.transactions.search import EXPONENTS, search_text

# Amounts of all currencies in one scale, for sorting and ranges: ten thousandths of the unit.
COMMON_DIGITS = 4


def _common_amount() -> Case:
    """`amount_minor` in the common scale; what would not fit a bigint counts as the largest."""

    def scaled(exponent: int) -> CombinedExpression:
        factor = 10 ** (COMMON_DIGITS - exponent)
        return Least(F("amount_minor"), Value((2**63 - 1) // factor)) * Value(factor)

    unusual = sorted(set(EXPONENTS.values()))
    return Case(
        *(
            When(
                currency__in=sorted(code for code, digits in EXPONENTS.items() if digits == one),
                then=scaled(one),
            )
            for one in unusual
        ),
        default=scaled(2),
    )


class Transaction(models.Model):
    """One movement of money as one person sees it; amounts are positive, direction gives the sign.

    `account` is the person's own, `peer` the other side in the ledger (a merchant's, another
    person's, or the platform's `world` account); in another currency than `account`, the amount
    there is `original_amount_minor` and the entry goes through the `fx` accounts.
    `due_at` is when time itself moves the transaction on (see `due.py`): expiry, schedule, or the
    end of processing, which fails with `fails_with` if that is set. `reserved_minor` is held on
    `account` while processing. `cut_off_at` ends cancelling of a processing transaction.
    `confirmed_at` is when its person said yes, for the time in which that can be undone.
    `search` must be kept by whoever writes in bulk: `row.search = row.build_search()`.
    `external_id` is unique for a person: what an import calls its line.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        PAYOUT = "payout"
        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        TRANSFER = "transfer"
        REFUND = "refund"

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Status(models.TextChoices):
        CREATED = "created"
        ACTION_REQUIRED = "action_required"
        SCHEDULED = "scheduled"
        PROCESSING = "processing"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(Person, models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, db_index=False, related_name="+")
    peer = models.ForeignKey(Account, models.PROTECT, db_index=False, related_name="+")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    direction = models.CharField(max_length=3, choices=Direction)
    status = models.CharField(max_length=15, choices=Status)
    reason_code = models.CharField(max_length=4, blank=True)

    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount_common = models.GeneratedField(
        expression=_common_amount(), output_field=models.BigIntegerField(), db_persist=True
    )
    fee_minor = models.BigIntegerField(default=0)
    original_amount_minor = models.BigIntegerField(null=True)
    original_currency = models.CharField(max_length=3, blank=True)
    rate = models.CharField(max_length=16, blank=True)
    refunded_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    cut_off_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    instant = models.BooleanField(default=False)
    fails_with = models.CharField(max_length=4, blank=True)

    counterparty_kind = models.CharField(max_length=10)
    counterparty_name = models.CharField(max_length=140)
    counterparty_iban = models.CharField(max_length=34, blank=True)
    end_to_end_id = models.CharField(max_length=80, blank=True)
    merchant_reference = models.CharField(max_length=80, blank=True)
    remittance_information = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    search = models.TextField(blank=True)

    refund_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="refunds", db_index=False
    )
    # The latest one; kept here so that a page of the list needs no second query.
    refund_request = models.ForeignKey(
        "cases.Case", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Kinds of open cases with spaces between them, for the same reason; `cases/life.py` keeps it.
    open_cases = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="transaction_page"),
            models.Index(
                fields=["person", "status", "-created_at", "-id"],
                condition=~Q(status="completed"),
                name="transaction_status",
            ),
            models.Index(fields=["person", "kind", "-created_at", "-id"], name="transaction_kind"),
            models.Index(
                fields=["person", "currency", "-created_at", "-id"], name="transaction_currency"
            ),
            models.Index(
                fields=["person", "-amount_common", "-created_at", "-id"],
                name="transaction_amount",
            ),
            # Small amounts first, but newest first among equals: one direction all the way.
            models.Index(
                F("person"),
                (F("amount_common") * Value(-1)).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="transaction_amount_rising",
            ),
            models.Index(
                fields=["person", "merchant", "-created_at", "-id"],
                condition=Q(merchant__isnull=False),
                name="transaction_merchant",
            ),
            models.Index(
                fields=["merchant", "-created_at", "-id"],
                condition=Q(merchant__isnull=False),
                name="transaction_shop_page",
            ),
            models.Index(fields=["person", "-updated_at"], name="transaction_changed"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="transaction_due"
            ),
            models.Index(
                fields=["refund_of"],
                condition=Q(refund_of__isnull=False),
                name="transaction_refund_of",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "external_id"],
                condition=Q(external_id__isnull=False),
                name="transaction_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0, reserved_minor__gte=0),
                name="transaction_amounts",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")),
                name="transaction_never_back_more_than_paid",
            ),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire("txn", self.id)

    def build_search(self) -> str:
        """What the text search looks through (`search.py`); store it in `search`."""
        return search_text(
            names=(self.counterparty_name, self.merchant.name if self.merchant else ""),
            references=(self.end_to_end_id, self.merchant_reference, self.remittance_information),
            amount_minor=self.amount_minor,
            currency=self.currency,
        )


class Tally(models.Model):
    """What a person's transactions of one month (UTC, of `created_at`) and of one sort come to.

    Triggers of PostgreSQL keep it with every statement that writes transactions: each adds rows of
    differences, so that no two writers ever wait for one another, and `tally.py` settles them into
    one row a group. On SQLite it stays empty.
    """

    person = models.ForeignKey(Person, models.CASCADE, db_index=False, related_name="+")
    month = models.DateTimeField()
    account_id = models.BigIntegerField()
    merchant_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10)
    direction = models.CharField(max_length=3)
    status = models.CharField(max_length=15)
    currency = models.CharField(max_length=3)
    count = models.BigIntegerField()
    amount_minor = models.DecimalField(max_digits=38, decimal_places=0)
    fee_minor = models.DecimalField(max_digits=38, decimal_places=0)
    settled = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["person", "month"], name="transaction_tally")]


class TransactionEvent(models.Model):
    """One line of a transaction's timeline; `status` is the one it led to, if it did."""

    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    name = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=140, blank=True)
    status = models.CharField(max_length=15, blank=True)
    reason_code = models.CharField(max_length=4, blank=True)
    note = models.CharField(max_length=2000, blank=True)


class IdempotencyKey(models.Model):
    """A caller's key, claimed and committed before its effect, then holding the stored answer.

    Without an answer the write is running or died; `deadline` says until when it may still begin.
    It is a person's or a merchant's; a merchant's begins with their id and a colon, so that no two
    merchants who number their orders alike come upon each other's.
    """

    key = models.CharField(max_length=200, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True)
    merchant = models.ForeignKey(Merchant, models.CASCADE, null=True, db_index=False)
    operation = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    deadline = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    completed_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    # JSON as text: a jsonb column would give it back in another order.
    answer_body = models.TextField(blank=True)
