"""What a person's transactions come to, by currency and status, or in groups; no HTTP here."""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from sandbox.people.models import Person
from sandbox.transactions.filters import Filters
from sandbox.transactions.models import Transaction
from sandbox.transactions.narrowing import narrowed

SUMS = {
    "count": Count("*"),
    "in_minor": Coalesce(Sum("amount_minor", filter=Q(direction="in")), 0),
    "out_minor": Coalesce(Sum("amount_minor", filter=Q(direction="out")), 0),
}


def totals(person: Person, wanted: Filters) -> list[dict[str, Any]]:
    """One row a currency and status, in that order."""
    return _totals(narrowed(person, wanted))


def _totals(rows: QuerySet[Transaction]) -> list[dict[str, Any]]:
    grouped = rows.values("currency", "status").annotate(
        **SUMS, fee_minor=Coalesce(Sum("fee_minor"), 0)
    )
    return [dict(row) for row in grouped.order_by("currency", "status")]
