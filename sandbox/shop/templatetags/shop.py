"""How the shop writes an amount and a state."""

from typing import Any

from django import template

from sandbox.shop.models import Order

register = template.Library()
# The chip's state, its icon, and the words for a payment and for a payout.
STATES = {
    "": ("unknown", "circle-question-mark", "Not known yet", "Not asked for yet"),
    "created": ("pending", "clock", "Waiting for you", "Waiting for you"),
    "action_required": ("waiting", "clock", "Waiting for you", "Waiting for you"),
    "scheduled": ("pending", "clock", "Planned", "Planned"),
    "processing": ("pending", "clock", "On its way to us", "On its way to you"),
    "completed": ("completed", "check", "Paid", "Paid out"),
    "failed": ("failed", "triangle-alert", "Did not work", "Did not work"),
    "cancelled": ("neutral", "ban", "Called off", "Called off"),
    "expired": ("neutral", "timer", "Lapsed", "Lapsed"),
}


@register.filter
def major(amount_minor: int) -> str:
    """The shop sells in euros only."""
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


@register.inclusion_tag("shop/state.html")
def state(order: Order) -> dict[str, Any]:
    kind, icon, paid, paid_out = STATES.get(order.status, STATES[""])
    words = paid_out if order.kind == Order.Kind.PAYOUT else paid
    if order.refunded_minor:
        words = "Sent back" if order.left_minor == 0 else "Sent back in part"
    return {"kind": kind, "icon": icon, "words": words}
