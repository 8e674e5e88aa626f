"""Payments and payouts as the merchant API spells them; of a customer there is nothing in it."""

from datetime import datetime
from typing import Any

from sandbox import clock, ids
from sandbox.merchant_api.models import PREFIXES, Demand
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]


def asked_for(row: Transaction | Demand, now: datetime) -> Json:
    """A payment or a payout, waiting for its customer or taken on by one."""
    if isinstance(row, Demand):
        return _told(
            row,
            status=row.status(now), amount_minor=row.amount_minor, currency=row.currency,
            updated_at=_last_change(row, now), expires_at=row.expires_at,
            return_url=row.return_url,
        )  # fmt: skip
    amount, currency = amount_of(row)
    demand: Demand | None = getattr(row, "demand", None)
    return _told(
        row,
        status=row.status, reason_code=row.reason_code or None, amount_minor=amount,
        currency=currency, refunded_minor=_refunded(row), updated_at=row.updated_at,
        completed_at=row.completed_at, expires_at=row.expires_at,
        return_url=demand.return_url if demand else None,
    )  # fmt: skip


def amount_of(row: Transaction) -> tuple[int, str]:
    """Amount and currency as the merchant asked for them, whatever the customer's account is in."""
    if row.original_amount_minor is None:
        return row.amount_minor, row.currency
    return row.original_amount_minor, row.original_currency


def _told(row: Transaction | Demand, **facts: Any) -> Json:
    """A payout comes back to nobody, so it says nothing of refunds."""
    refunded = {"refunded_minor": facts.get("refunded_minor", 0)} if row.kind == "payment" else {}
    return {
        "id": ids.wire(PREFIXES[row.kind], row.id),
        "status": facts["status"],
        "reason_code": facts.get("reason_code"),
        "amount_minor": facts["amount_minor"],
        "currency": facts["currency"],
        **refunded,
        "merchant_reference": row.merchant_reference or None,
        "remittance_information": row.remittance_information or None,
        "return_url": facts["return_url"],
        "created_at": clock.rfc3339(row.created_at),
        "updated_at": clock.rfc3339(facts["updated_at"]),
        "completed_at": clock.maybe(facts.get("completed_at")),
        "expires_at": clock.maybe(facts["expires_at"]),
    }


def _last_change(row: Demand, now: datetime) -> datetime:
    return row.called_off_at or (row.expires_at if row.status(now) == "expired" else row.created_at)


def _refunded(row: Transaction) -> int:
    """In the merchant's currency: each refund says what it was there."""
    if row.original_amount_minor is None:
        return row.refunded_minor
    done = [refund for refund in row.refunds.all() if refund.status == "completed"]
    return sum(refund.original_amount_minor or 0 for refund in done)
