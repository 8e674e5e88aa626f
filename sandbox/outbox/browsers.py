"""Pretended browsers: they subscribe with keys of their own and open what is pushed to them."""

import base64
import binascii
import secrets
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from sandbox import clock
from sandbox.outbox.models import Browser


def subscribe(name: str, *, server_key: str = "") -> Browser:
    """A new one, with the keys that RFC 8291, section 3.1 and 3.2 ask for."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Browser.objects.create(
        token=secrets.token_urlsafe(32), name=name, private_key=private.decode(),
        public_key=b64(public), auth=b64(secrets.token_bytes(16)), server_key=server_key,
    )  # fmt: skip


def subscription(browser: Browser) -> dict[str, Any]:
    """As `PushSubscription.toJSON()` of the Push API spells it."""
    return {
        "endpoint": f"{settings.SANDBOX_URL}/push/{browser.token}",
        "expirationTime": None,
        "keys": {"p256dh": browser.public_key, "auth": browser.auth},
    }


def forget(token: str) -> bool:
    """Whether there was one to forget; its messages stay."""
    there = Browser.objects.filter(token=token.replace("\0", ""), gone_at=None)
    return bool(there.update(gone_at=clock.now()))


def opened(browser: Browser, content: bytes) -> str | None:
    """What was pushed in clear, or None where these keys don't open it."""
    key = serialization.load_pem_private_key(browser.private_key.encode(), password=None)
    try:
        clear = http_ece.decrypt(
            content, private_key=key, auth_secret=unb64(browser.auth), version="aes128gcm"
        )
        return str(clear.decode()).replace("\0", "")
    except (http_ece.ECEException, ValueError, IndexError):
        return None


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """ValueError for what isn't base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
