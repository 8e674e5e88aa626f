"""Codes that prove an address: made, sent, limited and compared; a code is stored nowhere.

What a person has is known to them alone: the table keeps a keyed hash. Guessing gets five tries a
code, and so many codes an hour and a day, whichever way they are asked for.
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
from selfcare.notifications import channels
from selfcare.notifications.addresses import book
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.channels import Message
from selfcare.notifications.models import Address, Attempt, CodeSending

log = structlog.get_logger("selfcare.audit")

DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
PAUSE = timedelta(seconds=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Of one person an hour.
MOST_OF_PERSON = 10
MOST_BROWSERS = 20
# To one address, an hour and a day, from whomever: nobody's phone is rung all night. One person
# gets a third of it, so that a stranger alone can't use up what its owner needs.
MOST_TO_ADDRESS = {HOUR: 9, DAY: 18}
SHARES = 3
SENDING_SECONDS = 2.4


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
        book.hold(address.subject, address.channel)
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
        book.elect_primary(address.subject, address.channel)
        if is_new:
            book.tell(book.ADDRESS_ADDED, address)
    log.info("address.verified", address=address.public_id, channel=address.channel)


def clear_old() -> int:
    """Forgets what no longer limits anybody; the worker's duty."""
    gone, _ = CodeSending.objects.filter(at__lt=timezone.now() - DAY).delete()
    return gone


def count_browser(subject: str) -> None:
    """Counts one that is to be added: its host is looked up for whoever asks. Raises Refused."""
    own = CodeSending.objects.create(subject=subject, value_hash="", at=timezone.now())
    lately = CodeSending.objects.filter(subject=subject, value_hash="", at__gt=own.at - HOUR)
    if lately.count() > MOST_BROWSERS:
        own.delete()
        raise Refused("too_many_browsers")


def _count(address: Address, now: datetime) -> None:
    """Counts this one first, so that two at once don't both find room; a refused one isn't kept.

    Otherwise whoever asks on and on would keep the owner of an address from it for good.
    """
    # Mailboxes differ by capitals nowhere but in theory.
    value_hash = _keyed("notifications.code_sendings", address.value.lower())
    own = CodeSending.objects.create(subject=address.subject, value_hash=value_hash, at=now)
    if refusal := _too_many(own):
        own.delete()
        raise Refused(refusal)


def _too_many(own: CodeSending) -> str:
    """The limit that this one is over, as a refusal's code; empty where there is room."""
    codes = CodeSending.objects.exclude(value_hash="")
    if codes.filter(subject=own.subject, at__gt=own.at - HOUR).count() > MOST_OF_PERSON:
        return "too_many_codes"
    for span, most in MOST_TO_ADDRESS.items():
        there = codes.filter(value_hash=own.value_hash, at__gt=own.at - span)
        people = list(there.values_list("subject", flat=True))
        if len(people) > most or people.count(own.subject) > most // SHARES:
            return "too_many_codes" if span == HOUR else "too_many_codes_today"
    return ""


def _hash(address: Address, code: str) -> str:
    return _keyed("notifications.codes", f"{address.pk}:{code}")


def _keyed(purpose: str, text: str) -> str:
    return str(salted_hmac(purpose, text, algorithm="sha256").hexdigest())
