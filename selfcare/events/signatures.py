"""Checks that a body comes from the platform, after Standard Webhooks 1.0 (`v1`); reads no body."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import cache

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"
KEY_BYTES = range(24, 65)
# A full stop would make it unclear where the id ends in what is signed.
ID = re.compile(r"[!-\-/-~]{1,128}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
# A sender that changes its secret signs with both; more than a few is somebody's game.
MOST_SIGNATURES = 8


class BadSecretError(ValueError):
    """A secret that isn't `whsec_` and base64 of 24 to 64 bytes."""


class NotSigned(Exception):
    """The platform didn't say this, or not now; `reason` is a code.

    `rightly`: the signature is the platform's, and only its time is over.
    """

    def __init__(self, reason: str, *, rightly: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rightly = rightly


class Malformed(NotSigned):
    """The headers can't be read at all."""


@cache
def key_of(secret: str) -> bytes:
    """The key behind a secret as the platform gives it. Raises BadSecretError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in KEY_BYTES:
        raise BadSecretError(f"A hook's secret is {PREFIX} and base64 of 24 to 64 bytes.")
    return key


def check(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: float) -> str:
    """The id of a message that one of `secrets` signed within the tolerance. Raises NotSigned.

    `body` are the bytes as they came; `now` is in seconds since 1970.
    """
    id_, timestamp, signatures = (
        headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (id_ and timestamp and signatures):
        raise NotSigned("not_signed")
    if not ID.fullmatch(id_) or not TIMESTAMP.fullmatch(timestamp):
        raise Malformed("bad_headers")
    signed = f"{id_}.{timestamp}.".encode() + body
    given = [one.encode("latin-1", "replace") for one in signatures.split(" ")[:MOST_SIGNATURES]]
    # Each is compared with each, so that the time tells nothing about which one nearly fits.
    fits = [
        hmac.compare_digest(_signature(key_of(secret), signed), one)
        for secret in secrets
        for one in given
    ]
    if not any(fits):
        raise NotSigned("bad_signature")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotSigned("too_old" if int(timestamp) < now else "too_new", rightly=True)
    return id_


def _signature(key: bytes, signed: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
