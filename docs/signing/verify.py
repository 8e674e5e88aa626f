"""Whether a webhook comes from us and is whole (Standard Webhooks 1.0), without a library."""

import base64
import hmac
import time
from collections.abc import Mapping


def is_ours(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """`headers` by lower-case name; `body` as it came, before anything parsed it."""
    sent_at = headers["webhook-timestamp"]
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > 300:
        return False  # somebody may have kept it and sent it again
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, text, "sha256"))
    # While a secret is being replaced there are two signatures.
    given = headers["webhook-signature"].encode().split()
    return any(hmac.compare_digest(one, expected) for one in given)
