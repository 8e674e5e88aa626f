"""What comes back though a provider had taken it: told as if it had been refused; sends nothing."""

from dataclasses import dataclass

import structlog
from django.db import transaction
from django.utils import timezone

from selfcare import ids
from selfcare.notifications.addresses import book
from selfcare.notifications.delivery import releasing, tried
from selfcare.notifications.models import Address, Attempt, Delivery

log = structlog.get_logger("selfcare.notifications")

State = Delivery.State


class StillSending(Exception):
    """The try that it is about isn't written down yet."""


@dataclass(frozen=True, slots=True)
class Return:
    """That a message reached nobody; `recipient` as the provider has it, where it says so."""

    delivery: str
    reason: str
    detail: str = ""
    recipient: str = ""


def take(told: Return) -> bool:
    """Switches the address off, and lets its person know another way; False if nothing changed.

    Again changes nothing. Raises StillSending.
    """
    with transaction.atomic():
        delivery = _delivery(told.delivery)
        if delivery is None:
            return False
        if delivery.state == State.WAITING and delivery.lease_holder:
            raise StillSending
        attempt, address = _reached(delivery, told.recipient)
        if attempt is None:
            return False
        if address is not None:
            book.switch_off(address=address, reason=told.reason)
        Attempt.objects.create(
            delivery=delivery,
            channel=delivery.channel,
            address_id=attempt.address_id,
            provider=attempt.provider,
            outcome=Attempt.Outcome.REFUSED,
            detail=f"came_back {told.detail}".strip(),
        )
        _settle(delivery, told.reason)
    log.info("delivery.came_back", channel=delivery.channel, reason=told.reason)
    return True


def _delivery(public_id: str) -> Delivery | None:
    pk = ids.decode("dlv", public_id)
    return Delivery.objects.select_for_update().filter(pk=pk).first() if pk else None


def _reached(delivery: Delivery, recipient: str) -> tuple[Attempt | None, Address | None]:
    """The try that seemed to reach somebody, and whom; the delivery's own where none is named."""
    tries = {one.address_id: one for one in tried.taken(delivery)}
    known = Address.objects.of(delivery.subject).filter(channel=delivery.channel)
    addresses = {one.pk: one for one in known.filter(pk__in=[pk for pk in tries if pk])}
    for one in addresses.values():
        if recipient and one.value.lower() == recipient.lower():
            return tries[one.pk], one
    if recipient or not tries:
        return None, None
    first = delivery.address_id if delivery.address_id in tries else next(iter(tries))
    return tries[first], addresses.get(first) if first else None


def _settle(delivery: Delivery, reason: str) -> None:
    """As after a try: it goes to the address that took the other's place, or it is dead."""
    delivery = Delivery.objects.get(pk=delivery.pk)
    if delivery.state != State.SENT or tried.taken(delivery):
        return
    now = timezone.now()
    if releasing.addresses_left(delivery):
        changes = {"state": State.WAITING, "due_at": now, "lease_holder": ""}
    else:
        changes = {"state": State.DEAD, "reason": reason}
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=None, changed_at=now, **changes)
    if delivery.notification_id is None:
        delivery.parts.filter(state=State.SENT).update(
            state=State.IN_DIGEST, sent_at=None, changed_at=now
        )
