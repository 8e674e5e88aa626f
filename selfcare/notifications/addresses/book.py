"""A person's addresses: which are known, which is the primary, which no longer work; no codes."""

import uuid
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from selfcare.events import archive
from selfcare.identity.models import Session
from selfcare.notifications.models import Address
from selfcare.notifications.models.rules import Channel

log = structlog.get_logger("selfcare.audit")

ADDRESS_ADDED = "security.address_added"
ADDRESS_REMOVED = "security.address_removed"
ADDRESS_OFF = "security.address_off"


def know_sign_in_address(subject: str) -> Address | None:
    """The address that the provider told of at the last sign-in, verified there; written once.

    A changed one comes beside the former, which is then like any other of the person's.
    """
    person = (
        Session.objects.of(subject)
        .order_by("-created_at")
        .values_list("data__person", flat=True)
        .first()
    )
    if not isinstance(person, dict) or person.get("email_verified") is not True:
        return None
    value = str(person.get("email") or "").strip()
    known = Address.objects.of(subject).filter(channel=Channel.EMAIL)
    found = known.filter(value__iexact=value).first()
    if not value or (found and found.from_provider):
        return found
    with transaction.atomic():
        hold(subject, Channel.EMAIL)
        # Where mails went to the former one because it was the provider's, they go to the new one.
        former = known.filter(from_provider=True)
        follows = former.filter(is_primary=True).exists()
        former.update(from_provider=False)
        now = timezone.now()
        found, _ = Address.objects.update_or_create(
            subject=subject,
            channel=Channel.EMAIL,
            value=found.value if found else value,
            defaults={
                "from_provider": True,
                "state": Address.State.ACTIVE,
                "off_reason": "",
                "verified_at": now,
                "changed_at": now,
            },
        )
        if follows:
            make_primary(subject, Channel.EMAIL, found.pk)
        elect_primary(subject, Channel.EMAIL)
    return found


def hold(subject: str, channel: str) -> None:
    """Until this transaction ends nobody else changes which of these is used: two would be."""
    hers = Address.objects.of(subject).filter(channel=channel).order_by("pk")
    list(hers.select_for_update().values_list("pk"))


def elect_primary(subject: str, channel: str) -> None:
    """One that works is the primary: the one that is, else the longest known; after `hold`."""
    usable = Address.objects.of(subject).usable().filter(channel=channel)
    ordered = usable.order_by("-is_primary", "verified_at", "pk").values_list("pk", flat=True)
    make_primary(subject, channel, ordered.first())


def make_primary(subject: str, channel: str, pk: uuid.UUID | None) -> None:
    others = Address.objects.of(subject).filter(channel=channel, is_primary=True)
    if pk is None:
        others.update(is_primary=False)
    else:
        others.exclude(pk=pk).update(is_primary=False)
        Address.objects.of(subject).filter(pk=pk).update(is_primary=True)


def switch_off(*, address: Address, reason: str) -> bool:
    """Nothing more is sent there; the person is told another way. False if it was off already."""
    with transaction.atomic():
        hold(address.subject, address.channel)
        switched = Address.objects.filter(pk=address.pk, state=Address.State.ACTIVE).update(
            state=Address.State.OFF,
            off_reason=reason,
            is_primary=False,
            changed_at=timezone.now(),
        )
        if not switched:
            return False
        elect_primary(address.subject, address.channel)
        tell(ADDRESS_OFF, address)
    log.info(ADDRESS_OFF, address=address.public_id, channel=address.channel, reason=reason)
    return True


def tell(event_type: str, address: Address, **facts: Any) -> None:
    """Writes an event of our own, in the caller's transaction; it never says the address itself."""
    archive.record(
        type=event_type,
        subject=address.subject,
        object="address",
        id=address.public_id,
        facts={"channel": address.channel, "name": address.name, **facts},
    )
