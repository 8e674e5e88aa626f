"""What a person does with their addresses: add, name, choose the primary, remove."""

from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from selfcare.notifications import channels, names
from selfcare.notifications.addresses import book, values, verifying
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.channels import push
from selfcare.notifications.models import Address
from selfcare.notifications.models.rules import Channel

log = structlog.get_logger("selfcare.audit")

MOST = 10
LONGEST_NAME = 60


def add_email(*, subject: str, value: str, name: str = "") -> Address:
    return _add(subject, Channel.EMAIL, values.email(value), name)


def add_phone(*, subject: str, value: str, name: str = "") -> Address:
    return _add(subject, Channel.SMS, values.phone(value), name)


def add_browser(*, subject: str, subscription: Any, name: str = "") -> Address:
    """`subscription` is what PushSubscription.toJSON gives, as text or read."""
    if Channel.PUSH not in channels.on():
        raise Refused("channel_off")
    found = values.browser(subscription)
    verifying.count_browser(subject)
    values.look_up(found)
    keys = {"p256dh": found.p256dh, "auth": found.auth, "vapid": push.key_print()}
    return _add(subject, Channel.PUSH, found.endpoint, name, keys=keys)


def _add(
    subject: str, channel: str, value: str, name: str, *, keys: dict[str, str] | None = None
) -> Address:
    """Nothing is sent there but a code until it is verified. Raises Refused.

    One that is there and not verified, or switched off, gets a new code.
    """
    if channel not in channels.on():
        raise Refused("channel_off")
    hers = Address.objects.of(subject).filter(channel=channel)
    same = {"value__iexact": value} if channel == Channel.EMAIL else {"value": value}
    known = hers.filter(**same).first()
    if known is None:
        if hers.count() >= MOST:
            raise Refused("too_many_addresses")
        try:
            with transaction.atomic():
                known = Address.objects.create(
                    subject=subject,
                    channel=channel,
                    value=value,
                    keys=keys or {},
                    name=clean_name(name),
                )
        except IntegrityError:
            known = hers.get(value=value)  # the other tab was faster
        log.info("address.added", address=known.public_id, channel=channel)
    elif known.state == Address.State.ACTIVE:
        raise Refused("address_known")
    elif keys:
        Address.objects.filter(pk=known.pk).update(keys=keys)
        known.keys = keys
    try:
        verifying.send_code(known)
    except Refused as refusal:
        # Sent twice by one click: the first code is on its way.
        if refusal.code != "code_too_soon":
            raise
    return known


def rename(*, address: Address, name: str) -> None:
    Address.objects.filter(pk=address.pk).update(name=clean_name(name), changed_at=timezone.now())


def choose_primary(*, address: Address) -> None:
    """Messages of its kind go here from now on. Raises Refused."""
    with transaction.atomic():
        book.hold(address.subject, address.channel)
        if not Address.objects.usable().filter(pk=address.pk).exists():
            raise Refused("not_verified")
        book.make_primary(address.subject, address.channel, address.pk)
    log.info("address.made_primary", address=address.public_id, channel=address.channel)


def remove(*, address: Address) -> None:
    """Nothing is sent there any more; the person is told of it elsewhere. Raises Refused."""
    if address.from_provider:
        raise Refused("sign_in_address")
    with transaction.atomic():
        book.hold(address.subject, address.channel)
        gone, _ = Address.objects.filter(pk=address.pk, from_provider=False).delete()
        if not gone:
            return
        book.elect_primary(address.subject, address.channel)
        if address.verified_at is not None:
            book.tell(book.ADDRESS_REMOVED, address)
    log.info("address.removed", address=address.public_id, channel=address.channel)


def clean_name(name: str) -> str:
    return names.plain(name, longest=LONGEST_NAME)
