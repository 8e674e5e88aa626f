"""How an account's balance came about between two instants, by booking time; no HTTP here."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from sandbox import clock
from sandbox.ledger.models import Account, Posting
from sandbox.transactions import wire
from sandbox.transactions.models import Transaction


def statement(account: Account, since: datetime, until: datetime) -> dict[str, Any]:
    """Opening + in - out - fees + the sum of the others = closing, for a person's account."""
    within = Q(completed_at__gte=since)
    signed = {
        "in": Q(direction=Transaction.Direction.IN),
        "out": Q(direction=Transaction.Direction.OUT),
    }
    booked = Transaction.objects.filter(
        person=account.person_id, account=account, completed_at__lt=until
    ).aggregate(
        count=Count("pk", filter=within),
        **{
            f"{name}_minor": Coalesce(Sum("amount_minor", filter=which & within), 0)
            for name, which in signed.items()
        },
        fees_minor=Coalesce(Sum("fee_minor", filter=within), 0),
        **{
            f"earlier_{name}": Coalesce(Sum("amount_minor", filter=which & ~within), 0)
            for name, which in signed.items()
        },
        earlier_fees=Coalesce(Sum("fee_minor", filter=~within), 0),
    )
    others = Posting.objects.filter(
        account=account, entry__transaction_id=None, entry__at__lt=until
    ).order_by("entry__at", "pk")
    facts = list(others.values_list("entry__at", "entry__name", "amount_minor"))
    opening = booked["earlier_in"] - booked["earlier_out"] - booked["earlier_fees"]
    opening += sum(amount for at, _, amount in facts if at < since)
    other = [fact for fact in facts if fact[0] >= since]
    moved = booked["in_minor"] - booked["out_minor"] - booked["fees_minor"]
    return {
        "account": wire.own(account),
        "from": clock.rfc3339(since),
        "until": clock.rfc3339(until),
        "opening_minor": opening,
        "closing_minor": opening + moved + sum(amount for _, _, amount in other),
        **{name: booked[name] for name in ("count", "in_minor", "out_minor", "fees_minor")},
        "other": [
            {"at": clock.rfc3339(at), "name": name, "amount_minor": amount}
            for at, name, amount in other
        ],
    }
