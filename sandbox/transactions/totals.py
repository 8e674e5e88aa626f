"""What a person's transactions come to, by currency and status; no HTTP here."""

from typing import Any

from sandbox.people.models import Person
from sandbox.transactions.filters import Filters
from sandbox.transactions.tally import grouped


def totals(person: Person, wanted: Filters) -> list[dict[str, Any]]:
    """One row a currency and status, in that order."""
    found = grouped(person, wanted, ("currency", "status"))
    return [
        {
            "currency": currency,
            "status": status,
            "count": sums.count,
            "in_minor": sums.in_minor,
            "out_minor": sums.out_minor,
            "fee_minor": sums.fee_minor,
        }
        for (currency, status), sums in sorted(found.items())
    ]
