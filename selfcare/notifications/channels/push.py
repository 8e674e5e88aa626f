"""Web push: encrypted for one browser (RFC 8291) and signed as ours (RFC 8292); no rules in here.

A browser's endpoint is whatever somebody said it is, so it is called by `clients.outbound` alone.
"""

import base64
import binascii
import hashlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from py_vapid import Vapid02

from selfcare import errors
from selfcare.clients import allowed, outbound
from selfcare.clients.http import Reply
from selfcare.notifications import channels
from selfcare.notifications.channels import Message, Result
from selfcare.notifications.models import Address

PROVIDER = "push"
# The push service keeps it so long for a browser that is away.
TTL_SECONDS = 24 * 3600
CODE_TTL_SECONDS = 600
TOKEN_SECONDS = 12 * 3600
LONGEST_TITLE = 200
LONGEST_BODY = 400


class BadSubscription(ValueError):
    """This is no subscription of a browser."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser's endpoint with its two keys, base64url, as PushSubscription.toJSON has them."""

    endpoint: str
    p256dh: str
    auth: str


def is_on() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


def read(told: Any) -> Subscription:
    """What a browser says of itself; raises BadSubscription. May we call it? `outbound` knows."""
    keys = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(keys, dict) or not isinstance(told.get("endpoint"), str):
        raise BadSubscription
    p256dh, auth = _bytes(keys.get("p256dh")), _bytes(keys.get("auth"))
    if len(auth) != 16:
        raise BadSubscription
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    except ValueError as error:
        raise BadSubscription from error
    return Subscription(told["endpoint"].strip(), _text(p256dh), _text(auth))


def send(address: Address, message: Message, *, seconds: float = 0) -> Result:
    """Gives it to the browser's push service, which brings it or keeps it for a while."""
    if address.keys.get("vapid", key_print()) != key_print():
        # It takes messages signed with the key it was made for, and with no other (RFC 8292, 4).
        return channels.refused(PROVIDER, "made_for_another_key", off_reason="gone")
    try:
        body = encrypted(compose(message), address.keys["p256dh"], address.keys["auth"])
        headers = _headers(address.value, message)
        reply = outbound.post(
            "push", address.value, person=address.subject, data=body, headers=headers
        )
    except (outbound.Private, allowed.NotAllowed):
        return channels.refused(PROVIDER, "private_address", off_reason="private")
    except errors.OutcomeUnknown as failure:
        return channels.later(PROVIDER, f"unknown: {failure.detail}")
    except errors.NotSent as failure:
        return channels.later(PROVIDER, failure.detail)
    return _meaning(reply)


def _meaning(reply: Reply) -> Result:
    said = str(reply.status)
    if reply.status in {200, 201, 202}:
        return channels.sent(PROVIDER, said)
    if reply.status in {404, 410}:
        return channels.refused(PROVIDER, said, off_reason="gone")
    if reply.status == 429 or reply.status >= 500:
        wait = reply.headers.get("retry-after", "")
        seconds = min(int(wait), 3600) if re.fullmatch(r"[0-9]{1,6}", wait) else 0
        return channels.later(PROVIDER, said, retry_after=seconds)
    if reply.status in {401, 403}:
        # It was made for our key, so it is our own proof that isn't taken: the message can wait.
        return channels.later(PROVIDER, said)
    # Also a redirect: a push service doesn't move, and we follow nobody to another address.
    return channels.refused(PROVIDER, said)


# ── What goes over the wire ─────────────────────────────────────────────────────────────────
def compose(message: Message) -> bytes:
    """JSON for our service worker: words, where a click leads, and the tag that replaces."""
    if message.code:
        title = _("Your code is %(code)s") % {"code": message.code}
        told = {"title": title, "body": _("Write it in Selfcare within ten minutes.")}
    else:
        body = message.lines[0].text if message.is_single else ""
        told = {"title": message.title[:LONGEST_TITLE], "body": body[:LONGEST_BODY]}
    told |= {"path": message.path or "/", "tag": message.id, "lang": get_language() or "en"}
    return json.dumps(told, ensure_ascii=False).encode()


def encrypted(content: bytes, p256dh: str, auth: str) -> bytes:
    body: bytes = http_ece.encrypt(
        content,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(p256dh),
        auth_secret=_bytes(auth),
        version="aes128gcm",
    )
    return body


def _headers(endpoint: str, message: Message) -> dict[str, str]:
    return {
        "Authorization": _tokens.of(endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(CODE_TTL_SECONDS if message.code else TTL_SECONDS),
        "Urgency": "high" if message.urgent or message.code else "normal",
        # 32 letters at most (RFC 8030, 5.4): the id without its prefix.
        "Topic": message.id.rpartition("_")[2][:32],
    }


# ── Who we are ──────────────────────────────────────────────────────────────────────────────
@cache
def _key() -> Vapid02:
    return _read_key(settings.VAPID_PRIVATE_KEY)


@cache
def public_key() -> str:
    """What a page gives the browser as applicationServerKey."""
    return public_key_of(settings.VAPID_PRIVATE_KEY)


@cache
def key_print() -> str:
    """By which a subscription says which key of ours it was made for."""
    return hashlib.sha256(public_key().encode()).hexdigest()[:16]


def public_key_of(private_key: str) -> str:
    """The point on P-256, base64url. Raises ValueError for what is no key."""
    point = _read_key(private_key).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return _text(point)


def _read_key(private_key: str) -> Vapid02:
    if len(_bytes(private_key)) != 32:
        raise ValueError("a private key on P-256 has 32 bytes")
    return Vapid02.from_raw(private_key.encode())


class _Tokens:
    """One signed token for each push service, kept until half of its time is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, str]] = {}

    def of(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        now = time.time()
        with self._lock:
            made_at, header = self._known.get(origin, (0.0, ""))
            if now - made_at > TOKEN_SECONDS / 2:
                claims = {
                    "aud": origin,
                    "exp": int(now) + TOKEN_SECONDS,
                    "sub": settings.VAPID_SUBJECT,
                }
                header = str(_key().sign(claims)["Authorization"])
                if len(self._known) > 1000:
                    self._known.clear()
                self._known[origin] = (now, header)
            return header


_tokens = _Tokens()


def _bytes(text: object) -> bytes:
    """Of base64url, with or without its padding; raises BadSubscription."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,200}={0,2}", text):
        raise BadSubscription
    plain = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error as error:
        raise BadSubscription from error


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
