"""One-time codes by time (RFC 6238, SHA-1, six digits, 30 seconds); each counts once."""

import base64
import hashlib
import hmac
import time

from django.utils.crypto import salted_hmac

from sandbox.people.models import Person

from .models import Authenticator

PERIOD = 30
# One step either way, for phones whose clock is off (RFC 6238, section 5.2).
SKEW = (0, -1, 1)


def enroll(person: Person, *, seed: int = 1) -> Authenticator:
    """Give the person a phone whose secret follows from the seed and their sub."""
    digest = salted_hmac("sandbox.auth.phone", f"{seed}:{person.sub}", algorithm="sha1").digest()
    secret = base64.b32encode(digest).decode()
    return Authenticator.objects.get_or_create(person=person, defaults={"secret": secret})[0]


def _code(secret: str, step: int) -> str:
    """RFC 4226, section 5.3."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8), hashlib.sha1)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def current_code(person: Person, *, ahead: int = 0) -> tuple[str, int]:
    """What the person's phone shows, and for how many seconds more.

    `ahead=1` is the next step's code, which is taken already: a test that has spent the
    current one need not wait for it.
    """
    now = int(time.time())
    code = _code(enroll(person).secret, now // PERIOD + ahead)
    return code, PERIOD * (1 + ahead) - now % PERIOD


def accept(person: Person, typed: str) -> str:
    """Spend a code: `ok`, `used` (right, but counted before) or `wrong`."""
    phone = enroll(person)
    now = int(time.time()) // PERIOD
    steps = [s for s in (now + skew for skew in SKEW) if _same(_code(phone.secret, s), typed)]
    if not steps:
        return "wrong"
    # Compare and set: of two that send the same code at once, one wins.
    fresh = Authenticator.objects.filter(pk=phone.pk, last_step__lt=steps[0])
    return "ok" if fresh.update(last_step=steps[0]) else "used"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
