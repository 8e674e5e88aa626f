"""Transactions and accounts as the contract spells them; reads rows, asks nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.clock import maybe, rfc3339
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant
from sandbox.transactions.allowed import actions, verdict
from sandbox.transactions.models import Transaction, TransactionEvent

if TYPE_CHECKING:
    from sandbox.cases.models import Case

type Json = dict[str, Any]


def account(row: Account, owner: str) -> Json:
    return {
        **own(row),
        "owner": owner,
        "balance_minor": row.balance_minor,
        "available_minor": row.available_minor,
        "reserved_minor": row.reserved_minor,
    }


def transaction(row: Transaction, now: datetime) -> Json:
    """As in a list; `row` needs account, merchant, person and refund_request at hand."""
    return {
        "id": row.wire_id,
        "owner": row.person.sub,
        "version": row.version,
        "kind": row.kind,
        "direction": row.direction,
        "status": row.status,
        "reason_code": row.reason_code or None,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "fee_minor": row.fee_minor,
        "original_amount": _original(row),
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "completed_at": maybe(row.completed_at),
        "scheduled_for": maybe(row.scheduled_for),
        "expires_at": maybe(row.expires_at),
        "account": own(row.account),
        "counterparty": {
            "kind": row.counterparty_kind,
            "name": row.counterparty_name,
            "iban": row.counterparty_iban or None,
        },
        "merchant": merchant(row.merchant) if row.merchant else None,
        "references": {
            "end_to_end_id": row.end_to_end_id or None,
            "merchant_reference": row.merchant_reference or None,
            "remittance_information": row.remittance_information or None,
        },
        "refunded_minor": row.refunded_minor,
        "refund_request": _refund_request(row.refund_request) if row.refund_request else None,
        "allowed_actions": [_action(name, row, now) for name in actions(row)],
    }


def detail(row: Transaction, now: datetime) -> Json:
    """With timeline, linked ones, cases and the way back to the merchant: some queries more."""
    linked = [_linked(refund, "refund") for refund in row.refunds.order_by("created_at", "id")]
    if row.refund_of:
        linked.append(_linked(row.refund_of, "refund_of"))
    return {
        **transaction(row, now),
        "timeline": _timeline(row.events.order_by("at", "pk")),
        "linked": linked,
        "cases": [_case(case) for case in row.cases.order_by("created_at", "id")],
        "handoff": _handoff(row),
    }


def own(row: Account) -> Json:
    return {
        "id": row.public_id,
        "name": row.name,
        "currency": row.currency,
        "iban": row.iban or None,
    }


def _original(row: Transaction) -> Json | None:
    if row.original_amount_minor is None:
        return None
    return {
        "amount_minor": row.original_amount_minor,
        "currency": row.original_currency,
        "rate": row.rate,
    }


def merchant(row: Merchant) -> Json:
    return {
        "id": row.public_id,
        "name": row.name,
        "legal_name": row.legal_name,
        "website": row.website or None,
        "support_email": row.support_email or None,
        "support_phone": row.support_phone or None,
    }


def _case(row: "Case") -> Json:
    return {
        "id": row.wire_id,
        "kind": row.kind,
        "state": row.state,
        "waiting_for": row.waiting_for or None,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "respond_by": maybe(row.respond_by),
        "created_at": rfc3339(row.created_at),
    }


def _refund_request(row: "Case") -> Json:
    return {
        "id": row.wire_id,
        "state": row.state,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "reason": row.reason,
        "message": row.message or None,
        "created_at": rfc3339(row.created_at),
        "respond_by": maybe(row.respond_by),
    }


def _handoff(row: Transaction) -> Json | None:
    """The way that its person came, and the way back."""
    from sandbox.merchant_api import handoffs

    demand = getattr(row, "demand", None) if row.merchant_id else None
    if demand is None:
        return None
    return {"token": handoffs.token_of(demand.handoff.id), "return_url": handoffs.back_to(demand)}


def _action(name: str, row: Transaction, now: datetime) -> Json:
    found = verdict(name, row, now)
    return {
        "action": name,
        "allowed": found.reason is None,
        "until": maybe(found.until),
        "reason": found.reason,
        "max_amount_minor": found.max_amount_minor,
    }


def _timeline(events: Iterable[TransactionEvent]) -> list[Json]:
    return [
        {
            "at": rfc3339(event.at),
            "name": event.name,
            "actor": {"kind": event.actor_kind, "name": event.actor_name or None},
            "status": event.status or None,
            "reason_code": event.reason_code or None,
            "note": event.note or None,
        }
        for event in events
    ]


def _linked(row: Transaction, relation: str) -> Json:
    return {
        "id": row.wire_id,
        "relation": relation,
        "kind": row.kind,
        "direction": row.direction,
        "status": row.status,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "created_at": rfc3339(row.created_at),
        "counterparty_name": row.counterparty_name,
    }
