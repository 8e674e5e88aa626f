"""Signs what is posted, after Standard Webhooks 1.0 (symmetric, `v1`)."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


class BadSecretError(ValueError):
    """A secret that isn't `whsec_` and base64 of 24 to 64 bytes."""


def keys(secrets: str) -> list[bytes]:
    """The keys of secrets with spaces between them; all of them sign."""
    return [_key(secret) for secret in secrets.split()]


def headers(keys_: list[bytes], id_: str, timestamp: int, content: bytes) -> dict[str, str]:
    signed = f"{id_}.{timestamp}.".encode() + content
    made = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()) for key in keys_]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{one.decode()}" for one in made),
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise BadSecretError(f"A hook's secret is {PREFIX} and base64 of 24 to 64 bytes.")
    return key
