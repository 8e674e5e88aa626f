"""What the merchant API tells of, as it spells it; nothing in it says who the customer is."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox import clock, ids
from sandbox.merchant_api.models import PREFIXES, Demand
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import back_at_merchant, share_at_merchant

if TYPE_CHECKING:
    from sandbox.cases.models import Case, CaseEvent, CaseEvidence, CaseMessage

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
        currency=currency, refunded_minor=back_at_merchant(row), updated_at=row.updated_at,
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


def refund(row: Transaction) -> Json:
    """In the merchant's currency."""
    amount, currency = amount_of(row)
    return {
        "id": ids.wire("ref", row.id),
        "payment_id": ids.wire("pay", row.refund_of_id) if row.refund_of_id else None,
        "status": row.status,
        "amount_minor": amount,
        "currency": currency,
        "created_at": clock.rfc3339(row.created_at),
        "completed_at": clock.maybe(row.completed_at),
    }


def case(row: "Case") -> Json:
    """A refund request, a dispute or a question, as in a list; `row` needs its transaction."""
    payment = row.transaction
    asked = row.amount_minor
    return {
        "id": row.wire_id,
        "kind": row.kind,
        "payment_id": ids.wire("pay", payment.id),
        "state": row.state,
        "waiting_for": who(row.waiting_for) if row.waiting_for else None,
        "reason": row.reason or None,
        "amount_minor": None if asked is None else share_at_merchant(payment, asked),
        "currency": amount_of(payment)[1],
        "granted_minor": share_at_merchant(payment, row.granted_minor),
        "respond_by": clock.maybe(row.respond_by),
        "created_at": clock.rfc3339(row.created_at),
        "updated_at": clock.rfc3339(row.updated_at),
    }


def whole_case(row: "Case") -> Json:
    """With all that was said, done and shown."""
    files = row.files.select_related("evidence").defer("evidence__content").order_by("pk")
    return {
        **case(row),
        "message": row.message or None,
        "escalated_from": row.escalated_from.wire_id if row.escalated_from else None,
        "timeline": [_line(line, row) for line in row.events.order_by("at", "pk")],
        "messages": [_message(message) for message in row.messages.order_by("at", "pk")],
        "evidence": [_file(file) for file in files],
    }


def who(kind: str) -> str:
    """The kind of an actor in the merchant's words."""
    return "customer" if kind == "user" else kind


def _line(row: "CaseEvent", case: "Case") -> Json:
    amount = row.amount_minor
    return {
        "at": clock.rfc3339(row.at),
        "name": row.name,
        "by": who(row.actor_kind),
        "note": row.note or None,
        "amount_minor": None if amount is None else share_at_merchant(case.transaction, amount),
    }


def _message(row: "CaseMessage") -> Json:
    by, at = who(row.actor_kind), clock.rfc3339(row.at)
    return {"id": row.wire_id, "at": at, "by": by, "text": row.text}


def _file(row: "CaseEvidence") -> Json:
    return {
        "sha256": row.evidence_id,
        "name": row.name,
        "media_type": row.evidence.media_type,
        "size": row.evidence.size,
        "added_at": clock.rfc3339(row.added_at),
        "by": who(row.actor_kind),
    }
