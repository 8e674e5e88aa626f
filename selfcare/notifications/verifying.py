"""Codes that prove an address: made, sent, limited and compared; a code is stored nowhere.

What a person has is known to them alone: the table keeps a keyed hash. Guessing gets five tries a
code, and so many codes an hour, whichever way they are asked for.
"""

import secrets
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from selfcare import deadline
from selfcare.notifications import address_book, channels
from selfcare.notifications.address_refusals import Refused
from selfcare.notifications.channels import Message
from selfcare.notifications.models import Address, Attempt, CodeSending

log = structlog.get_logger("selfcare.audit")

DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
PAUSE = timedelta(seconds=30)
HOUR = timedelta(hours=1)
# Of one person, and to one address from whomever: nobody's phone is rung all night.
MOST_OF_PERSON = 10
MOST_TO_ADDRESS = 5
SENDING_SECONDS = 2.4
KEPT = timedelta(days=1)


def send_code(address: Address) -> None:
    """A new code, in place of any before it. Raises Refused; the address stays as it is then."""
    if address.channel not in channels.on():
        raise Refused("channel_off")
    if address.state == Address.State.ACTIVE:
        raise Refused("address_known")
    now = timezone.now()
    if address.code_sent_at and address.code_sent_at > now - PAUSE:
        raise Refused("code_too_soon")
    _count(address, now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    Address.objects.filter(pk=address.pk).update(
        code_hash=_hash(address, code),
        code_expires_at=now + GOOD_FOR,
        code_sent_at=now,
        code_tries=0,
        changed_at=now,
    )
    address.refresh_from_db()
    _hand_over(address, code)


def _hand_over(address: Address, code: str) -> None:
    message = Message(
        id=f"cod_{secrets.token_hex(16)}",
        title=_("Your code for Selfcare"),
        lines=[],
        path=reverse("notifications:address", args=[address.public_id]),
        urgent=True,
        code=code,
    )
    with deadline.within(SENDING_SECONDS):
        result = channels.of(address.channel).send(address, message, seconds=SENDING_SECONDS)
    log.info(
        "address.code_sent",
        address=address.public_id,
        channel=address.channel,
        outcome=result.outcome,
        detail=result.detail,
    )
    if result.outcome == Attempt.Outcome.REFUSED:
        raise Refused("code_refused")
    # Where the answer was lost it may well arrive.
    if result.outcome == Attempt.Outcome.LATER and not result.detail.startswith("unknown"):
        Address.objects.filter(pk=address.pk).update(code_sent_at=None)
        raise Refused("code_not_sent")


def verify(address: Address, code: str) -> None:
    """The address is the person's from now on. Raises Refused."""
    now = timezone.now()
    mine = Address.objects.filter(pk=address.pk).exclude(state=Address.State.ACTIVE)
    # Counted before it is compared: many at once gain nothing.
    counted = (
        mine.filter(code_tries__lt=MOST_TRIES, code_expires_at__gt=now)
        .exclude(code_hash="")
        .update(code_tries=F("code_tries") + 1)
    )
    if not counted:
        raise Refused("code_over")
    address.refresh_from_db()
    plain = "".join(c for c in code if not c.isspace())[:20]
    if not constant_time_compare(_hash(address, plain), address.code_hash):
        raise Refused("code_over" if address.code_tries >= MOST_TRIES else "code_wrong")
    with transaction.atomic():
        address_book.hold(address.subject, address.channel)
        verified = mine.filter(code_hash=address.code_hash).update(
            state=Address.State.ACTIVE,
            off_reason="",
            code_hash="",
            code_expires_at=None,
            verified_at=now,
            changed_at=now,
        )
        if not verified:
            raise Refused("code_over")
        is_new = address.verified_at is None
        address.refresh_from_db()
        address_book.elect_primary(address.subject, address.channel)
        if is_new:
            address_book.tell(address_book.ADDRESS_ADDED, address)
    log.info("address.verified", address=address.public_id, channel=address.channel)


def clear_old() -> int:
    """Forgets what no longer limits anybody; the worker's duty."""
    gone, _ = CodeSending.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return gone


def _count(address: Address, now: datetime) -> None:
    """Counts this one first, so that two at once don't both find room; a refused one isn't kept.

    Otherwise whoever asks on and on would keep the owner of an address from it for good.
    """
    # Mailboxes differ by capitals nowhere but in theory.
    value_hash = _keyed("notifications.code_sendings", address.value.lower())
    own = CodeSending.objects.create(subject=address.subject, value_hash=value_hash, at=now)
    lately = CodeSending.objects.filter(at__gt=now - HOUR)
    if (
        lately.filter(subject=address.subject).count() > MOST_OF_PERSON
        or lately.filter(value_hash=value_hash).count() > MOST_TO_ADDRESS
    ):
        own.delete()
        raise Refused("too_many_codes")


def _hash(address: Address, code: str) -> str:
    return _keyed("notifications.codes", f"{address.pk}:{code}")


def _keyed(purpose: str, text: str) -> str:
    return str(salted_hmac(purpose, text, algorithm="sha256").hexdigest())
