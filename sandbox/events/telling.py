"""Writes events: called where something changes, inside the same database transaction."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox import clock, ids
from sandbox.clock import maybe
from sandbox.events import muting
from sandbox.events.models import Event, compact
from sandbox.webhooks import telling as merchants

if TYPE_CHECKING:
    from sandbox.cases.models import Case
    from sandbox.transactions.models import Transaction

type Json = dict[str, Any]


def tell(
    type_: str,
    *,
    subject: str,
    kind: str,
    id_: str,
    version: int,
    at: datetime,
    facts: Json,
) -> Event | None:
    """Write one event; None while there is silence. Must run inside the change's transaction."""
    if muting.is_silent() or muting.is_for_merchants_only():
        return None
    # A merchant's time may be ahead; people hear of it now, in their own.
    at = min(at, clock.real_now())
    event = drafted(type_, subject=subject, kind=kind, id_=id_, version=version, at=at, facts=facts)
    event.save(force_insert=True)
    return event


def drafted(
    type_: str, *, subject: str, kind: str, id_: str, version: int, at: datetime, facts: Json
) -> Event:
    """An event that isn't saved yet."""
    data = {"subject": subject, "object": kind, "id": id_, "version": version, **facts}
    return Event(
        id=ids.uuid7(at), type=type_, subject=subject, object_id=id_, version=version,
        occurred_at=at, data=compact(data),
    )  # fmt: skip


def of_transaction(row: "Transaction", type_: str, *, by: str, at: datetime) -> None:
    """`by` is the kind of actor: user, merchant, platform or bank."""
    tell(
        type_, subject=row.person.sub, kind="transaction", id_=row.wire_id, version=row.version,
        at=at, facts=transaction_facts(row, by=by),
    )  # fmt: skip
    merchants.of_transaction(row, type_, at=at)


def transaction_facts(row: "Transaction", *, by: str) -> Json:
    shop = row.merchant
    return {
        "kind": row.kind,
        "direction": row.direction,
        "status": row.status,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "fee_minor": row.fee_minor,
        "counterparty_name": row.counterparty_name,
        "merchant_id": shop.public_id if shop else None,
        "merchant_name": shop.name if shop else None,
        "expires_at": maybe(row.expires_at),
        "reason_code": row.reason_code or None,
        "actor": by,
    }


def of_case(case: "Case", type_: str, *, by: str, at: datetime) -> None:
    payment = case.transaction
    shop = payment.merchant
    facts = {
        "kind": case.kind,
        "state": case.state,
        "waiting_for": case.waiting_for or None,
        "transaction_id": payment.wire_id,
        "amount_minor": case.amount_minor,
        "currency": case.currency,
        "granted_minor": case.granted_minor,
        "merchant_id": shop.public_id if shop else None,
        "merchant_name": shop.name if shop else payment.counterparty_name,
        "respond_by": maybe(case.respond_by),
        "actor": by,
    }
    tell(
        type_, subject=case.person.sub, kind="case", id_=case.wire_id, version=case.version,
        at=at, facts=facts,
    )  # fmt: skip
    merchants.of_case(case, type_, at=at)


def of_session(sid: str, subject: str, *, browser: str, acr: str, at: datetime) -> None:
    """Somebody signed in; from where is nobody's business but theirs."""
    tell(
        "session.started", subject=subject, kind="session", id_=sid, version=1, at=at,
        facts={"browser": browser, "acr": acr},
    )  # fmt: skip


def data_of(event: Event) -> Json:
    found: Json = json.loads(event.data)
    return found
