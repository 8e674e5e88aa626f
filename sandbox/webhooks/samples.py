"""Sample events: how each type looks, sent to one endpoint alone; nothing has happened."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction as database

from sandbox import clock, ids
from sandbox.clock import rfc3339
from sandbox.webhooks import numbering
from sandbox.webhooks.endpoints import NotPossibleError
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent, compact
from sandbox.webhooks.objects import TYPES

type Json = dict[str, Any]

# Nothing of the merchant's has such an id.
NOUGHT = "0" * 32
PREFIX = {"refund_request": "rfr", "dispute": "dsp", "inquiry": "inq"}
# In which state a step leaves a case, where that isn't its own name.
STATES = {
    "opened": "open", "message": "open", "money_returned": "accepted", "escalated": "declined",
}  # fmt: skip


def send(endpoint: Endpoint, type_: str) -> Delivery:
    """Have a sample sent, whether or not its type was chosen. NotPossibleError."""
    if type_ not in TYPES:
        raise NotPossibleError("unknown_type", "There is no such type of event.", "type")
    now = clock.now()
    with database.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if held.state != Endpoint.State.ACTIVE:
            raise NotPossibleError("endpoint_disabled", "Switch the endpoint on first.")
        data = body(type_, now)
        event = MerchantEvent.objects.create(
            id=ids.uuid7(now), merchant_id=held.merchant_id, type=type_, object_id=data["id"],
            occurred_at=now, data=compact(data), sample=True,
        )  # fmt: skip
        row = numbering.delivery(held, event)
        row.save(force_insert=True)
    return row


def body(type_: str, now: datetime) -> Json:
    """The object as a real event of this type would hold it."""
    noun, _, step = type_.partition(".")
    if noun == "refund":
        return _refund(now)
    return _asked_for(noun, step, now) if noun in {"payment", "payout"} else _case(noun, step, now)


def _asked_for(noun: str, status: str, now: datetime) -> Json:
    refunded = {"refunded_minor": 0} if noun == "payment" else {}
    return {
        "id": f"{'pay' if noun == 'payment' else 'out'}_{NOUGHT}",
        "status": status,
        "reason_code": "AC04" if status == "failed" else None,
        "amount_minor": 6490,
        "currency": "EUR",
        **refunded,
        "merchant_reference": "SAMPLE-1",
        "remittance_information": "A sample; nothing has happened",
        "return_url": None,
        "created_at": rfc3339(now - timedelta(minutes=5)),
        "updated_at": rfc3339(now),
        "completed_at": rfc3339(now) if status == "completed" else None,
        "expires_at": rfc3339(now + timedelta(hours=1)) if status == "action_required" else None,
    }


def _refund(now: datetime) -> Json:
    return {
        "id": f"ref_{NOUGHT}",
        "payment_id": f"pay_{NOUGHT}",
        "status": "completed",
        "amount_minor": 1500,
        "currency": "EUR",
        "created_at": rfc3339(now),
        "completed_at": rfc3339(now),
    }


def _case(kind: str, step: str, now: datetime) -> Json:
    about_money = kind != "inquiry"
    state = STATES.get(step, step)
    waits = {"open": "merchant", "needs_user": "customer", "under_review": "platform"}.get(state)
    return {
        "id": f"{PREFIX[kind]}_{NOUGHT}",
        "kind": kind,
        "payment_id": f"pay_{NOUGHT}",
        "state": state,
        "waiting_for": waits,
        "reason": "not_received" if about_money else None,
        "amount_minor": 6490 if about_money else None,
        "currency": "EUR",
        "granted_minor": {"accepted": 6490, "partly_accepted": 3000}.get(state, 0),
        "respond_by": rfc3339(now + timedelta(days=10)) if waits else None,
        "created_at": rfc3339(now - timedelta(days=1)),
        "updated_at": rfc3339(now),
    }
