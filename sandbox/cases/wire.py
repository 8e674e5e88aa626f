"""Cases as the contract spells them; reads rows, changes nothing."""

from datetime import datetime
from typing import Any

from sandbox.cases.allowed import actions
from sandbox.cases.models import Case, CaseEvent, CaseEvidence, CaseMessage
from sandbox.clock import maybe, rfc3339
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]

WHOLE = ("events", "messages__files", "files__evidence")


def case(row: Case, now: datetime) -> Json:
    """As a whole; a list prefetches WHOLE."""
    return {
        "id": row.wire_id,
        "owner": row.person.sub,
        "kind": row.kind,
        "transaction_id": row.transaction.wire_id,
        "transaction": _transaction(row.transaction),
        "state": row.state,
        "waiting_for": row.waiting_for or None,
        "reason": row.reason or None,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "granted_minor": row.granted_minor,
        "message": row.message or None,
        "version": row.version,
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "respond_by": maybe(row.respond_by),
        "escalate_until": maybe(row.escalate_until),
        "escalated_to": _escalated_to(row),
        "escalated_from": row.escalated_from.wire_id if row.escalated_from else None,
        "timeline": [_event(event) for event in sorted(row.events.all(), key=_moment)],
        "messages": [_message(message) for message in sorted(row.messages.all(), key=_moment)],
        "evidence": [_file(file) for file in sorted(row.files.all(), key=lambda f: f.pk)],
        "allowed_actions": [
            {
                "action": name,
                "allowed": found.reason is None,
                "until": maybe(found.until),
                "reason": found.reason,
            }
            for name, found in actions(row, now)
        ],
    }


def _moment(row: CaseEvent | CaseMessage) -> tuple[Any, ...]:
    return row.at, row.pk


def _escalated_to(row: Case) -> str | None:
    found: Case | None = getattr(row, "escalated_to", None)
    return found.wire_id if found else None


def _transaction(row: Transaction) -> Json:
    return {
        "id": row.wire_id,
        "kind": row.kind,
        "direction": row.direction,
        "status": row.status,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "created_at": rfc3339(row.created_at),
        "counterparty_name": row.counterparty_name,
    }


def _actor(row: CaseEvent | CaseMessage | CaseEvidence) -> Json:
    return {"kind": row.actor_kind, "name": row.actor_name or None}


def _event(row: CaseEvent) -> Json:
    return {
        "at": rfc3339(row.at),
        "name": row.name,
        "actor": _actor(row),
        "note": row.note or None,
        "amount_minor": row.amount_minor,
    }


def _message(row: CaseMessage) -> Json:
    return {
        "id": row.wire_id,
        "at": rfc3339(row.at),
        "actor": _actor(row),
        "text": row.text,
        "evidence": [file.evidence_id for file in row.files.all()],
    }


def _file(row: CaseEvidence) -> Json:
    return {
        "sha256": row.evidence_id,
        "name": row.name,
        "media_type": row.evidence.media_type,
        "size": row.evidence.size,
        "added_at": rfc3339(row.added_at),
        "actor": _actor(row),
    }
