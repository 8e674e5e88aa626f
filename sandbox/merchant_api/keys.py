"""A merchant's keys: made, found, rotated and revoked; what they may is up to the door."""

import base64
import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.conf import settings
from django.db import transaction as database
from django.db.models import QuerySet

from sandbox import clock
from sandbox.merchant_api import sealing
from sandbox.merchant_api.models import ApiKey
from sandbox.people.models import Merchant

KEY_ID = re.compile(r"key_(test|live)_[0-9a-f]{32}")
TOKEN = re.compile(r"read_(test|live)_[A-Za-z0-9_-]{43}")
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
MOST_KEYS = 50
RAW_BYTES = 32

# Encodings of points of small order, without the sign bit: under such a key one signature fits
# many messages (RFC 8032 leaves the check to who needs it).
SMALL_ORDER = {
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
}


class Made(NamedTuple):
    """A new key with what is shown this once; `secret` is empty where the merchant has it."""

    key: ApiKey
    secret: str
    token: str


def make(
    merchant: Merchant,
    *,
    name: str,
    scope: str,
    public_key: str = "",
    environment: str = "",
    replaces: ApiKey | None = None,
    built_in: bool = False,
) -> Made:
    """A key that signs with HMAC, or with Ed25519 if a public key is given.

    ValueError says what is wrong.
    """
    name = name.strip()
    if not 0 < len(name) <= 80 or not name.isprintable():
        raise ValueError("name must be text of 1 to 80 characters")
    if scope not in ApiKey.Scope.values:
        raise ValueError("scope must be read or write")
    environment = environment or settings.SANDBOX_KEYS
    if environment not in ApiKey.Environment.values:
        raise ValueError("environment must be test or live")
    public_id = f"key_{environment}_{secrets.token_hex(16)}"
    token = f"read_{environment}_{secrets.token_urlsafe(32)}"
    secret = "" if public_key else f"sign_{environment}_{secrets.token_urlsafe(32)}"
    algorithm = ApiKey.Algorithm.ED25519 if public_key else ApiKey.Algorithm.HMAC_SHA256
    verifier = raw_public_key(public_key) if public_key else sealing.seal(
        secret.encode(), public_id
    )  # fmt: skip
    with database.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        live = merchant.api_keys.filter(environment=environment, revoked_at=None)
        if live.count() >= MOST_KEYS:
            raise ValueError(f"{MOST_KEYS} keys are the most; revoke one first")
        key = ApiKey.objects.create(
            public_id=public_id,
            merchant=merchant,
            environment=environment,
            name=name,
            scope=scope,
            algorithm=algorithm,
            verifier=verifier,
            bearer_sha256=hashed(token),
            replaces=replaces,
            built_in=built_in,
        )
    return Made(key, secret, token)


def rotate(
    key: ApiKey, now: datetime, *, overlap: timedelta = OVERLAP, public_key: str = ""
) -> Made:
    """A successor; the key itself ends after the overlap. ValueError says what is wrong."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValueError("the overlap may be up to seven days")
    if bool(public_key) != (key.algorithm == ApiKey.Algorithm.ED25519):
        raise ValueError("an Ed25519 key, and only that, is rotated with a new public key")
    with database.atomic():
        held = ApiKey.objects.select_for_update().get(pk=key.pk)
        if held.state(now) != "active":
            raise ValueError("only an active key can be rotated")
        made = make(
            held.merchant,
            name=held.name,
            scope=held.scope,
            public_key=public_key,
            environment=held.environment,
            replaces=held,
        )
        ApiKey.objects.filter(pk=made.key.pk).update(
            rate=held.rate, burst=held.burst, at_once=held.at_once
        )
        ApiKey.objects.filter(pk=held.pk).update(expires_at=now + overlap)
    made.key.refresh_from_db()
    return made


def shown(key: ApiKey, now: datetime) -> dict[str, Any]:
    """A key on the wire, without anything that signs or reads."""
    return {
        "id": key.public_id,
        "name": key.name,
        "scope": key.scope,
        "algorithm": key.algorithm,
        "state": key.state(now),
        "created_at": clock.rfc3339(key.created_at),
        "expires_at": clock.maybe(key.expires_at),
        "revoked_at": clock.maybe(key.revoked_at),
        "last_used_at": clock.maybe(key.last_used_at),
    }


def revoke(key: ApiKey, now: datetime) -> None:
    """From the next request on, everywhere; the first time counts."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


def by_id(public_id: str) -> ApiKey | None:
    """The key of our environment; another environment's is like one that never was."""
    if not KEY_ID.fullmatch(public_id):
        return None
    return _ours().filter(public_id=public_id).first()


def by_token(token: str) -> ApiKey | None:
    if not TOKEN.fullmatch(token):
        return None
    return _ours().filter(bearer_sha256=hashed(token)).first()


def raw_public_key(text: str) -> bytes:
    """32 bytes of an Ed25519 public key, from PEM or from their base64; or ValueError."""
    raw = _raw(text.strip())
    if len(raw) != RAW_BYTES:
        raise ValueError("the public key must be PEM or the base64 of 32 bytes")
    if raw[:31] + bytes([raw[31] & 0x7F]) in SMALL_ORDER:
        raise ValueError("the public key is a point of small order")
    return raw


def _raw(text: str) -> bytes:
    try:
        if not text.startswith("-----BEGIN"):
            return base64.b64decode(text.encode("ascii"), validate=True)
        found = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("the public key must be PEM or the base64 of 32 bytes") from None
    if not isinstance(found, Ed25519PublicKey):
        raise ValueError("the public key must be an Ed25519 key")
    return found.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _ours() -> QuerySet[ApiKey]:
    found = ApiKey.objects.filter(environment=settings.SANDBOX_KEYS)
    return found.select_related("merchant__world")


def hashed(token: str) -> str:
    """What is kept of a bearer token."""
    return hashlib.sha256(token.encode()).hexdigest()
