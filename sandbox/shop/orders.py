"""What the shop does: asks for money, learns what became of it, sends it back. Every call can be
made again: the order's own id is the idempotency key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from sandbox.shop import client
from sandbox.shop.models import Order

type Json = dict[str, Any]

FOLDERS = {Order.Kind.PAYMENT: "/payments", Order.Kind.PAYOUT: "/payouts"}


def place(visitor: str, id_: UUID, kind: str, title: str, price: tuple[int, str]) -> Order:
    """Written down before anybody is asked for anything; a form sent twice is one order."""
    amount, currency = price
    facts = {
        "visitor": visitor, "kind": kind, "title": title, "amount_minor": amount,
        "currency": currency,
    }  # fmt: skip
    return Order.objects.get_or_create(id=id_, defaults=facts)[0]


def ask_for_money(order: Order) -> str:
    """Where to send the customer, nobody to us. Asked again, the platform answers the same."""
    body = {
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "return_url": f"{settings.SANDBOX_URL}/shop/back/",
        "merchant_reference": order.reference,
        "remittance_information": order.title,
        "expires_in_seconds": 3600,
    }
    made = client.post(FOLDERS[Order.Kind(order.kind)], body, key=order.reference)
    # A webhook may have been faster than this answer, and know more.
    learn(made, by="asking")
    return str(made["handoff_url"])


def ask_about(order: Order, *, by: str = "asking") -> None:
    """The truth is what the platform says now; who comes back from it has proved nothing."""
    if order.payment_id:
        learn(client.get(f"{FOLDERS[Order.Kind(order.kind)]}/{order.payment_id}"), by=by)


def send_back(order: Order) -> None:
    """All that is left. The key names what was left, so that a second click sends nothing more."""
    body = {"amount_minor": order.left_minor, "currency": order.currency}
    key = f"{order.reference}-back-{order.left_minor}"
    client.post(f"/payments/{order.payment_id}/refunds", body, key=key)
    ask_about(order)


def call_off(order: Order) -> None:
    folder = FOLDERS[Order.Kind(order.kind)]
    path = f"{folder}/{order.payment_id}/cancellations"
    learn(client.post(path, {}, key=f"{order.reference}-off"), by="asking")


def of_payment(payment_id: str) -> QuerySet[Order]:
    return Order.objects.filter(payment_id=payment_id)


def learn(told: Json, *, by: str) -> None:
    """What the platform says of a payment or a payout, unless we know something newer already.

    Webhooks come twice, late and in any order; `updated_at` says which is the latest.
    """
    reference = str(told["merchant_reference"] or "").removeprefix("order-")
    try:
        mine = Order.objects.filter(id=UUID(hex=reference))
    except ValueError:
        return  # another till's: this merchant may sell elsewhere too
    as_of = datetime.fromisoformat(told["updated_at"])
    mine.filter(Q(as_of=None) | Q(as_of__lte=as_of)).update(
        payment_id=told["id"],
        status=told["status"],
        refunded_minor=told.get("refunded_minor", 0),
        as_of=as_of,
        learnt_by=by,
        learnt_at=timezone.now(),
    )
