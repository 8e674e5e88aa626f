"""Who pushes, proved by a signed token (RFC 8292); it knows no message."""

import re
import time
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from sandbox.outbox.browsers import b64, unb64

LONGEST_SECONDS = 24 * 3600 + 60
_HEADER = re.compile(r"vapid\s+(.+)", re.IGNORECASE)


class UnprovenError(Exception):
    """The token isn't there, isn't theirs, is over, or isn't for us."""


def check(authorization: str, origin: str, server_key: str = "") -> str:
    """The key that signed, base64url. Raises UnprovenError."""
    found = _HEADER.fullmatch(authorization.strip())
    if not found:
        raise UnprovenError("Authorization must be `vapid t=…, k=…`.")
    parts: dict[str, str] = dict(part.strip().partition("=")[::2] for part in found[1].split(","))
    key_text = parts.get("k", "")
    if server_key and key_text.rstrip("=") != server_key.rstrip("="):
        raise UnprovenError("This subscription was made for another sender's key.")
    try:
        token = jwt.decode(parts.get("t", ""), _key(key_text), algorithms=["ES256"])
    except (JoseError, ValueError) as error:
        raise UnprovenError("The token isn't signed with the key beside it.") from error
    _check_claims(token.claims, origin)
    return key_text


def _check_claims(claims: dict[str, object], origin: str) -> None:
    expires, subject = claims.get("exp"), claims.get("sub")
    if claims.get("aud") != origin:
        raise UnprovenError(f"The token's aud must be {origin}.")
    if not isinstance(expires, int | float) or not 0 < expires - time.time() < LONGEST_SECONDS:
        raise UnprovenError("The token must end within 24 hours, and not yet.")
    if subject is not None and urlsplit(str(subject)).scheme not in {"mailto", "https"}:
        raise UnprovenError("The token's sub is a mailto: or https: address.")


def _key(text: str) -> ECKey:
    """The uncompressed point on P-256 that `k` is; ValueError if it isn't."""
    point = unb64(text)
    if len(point) != 65 or point[0] != 4:
        raise ValueError("k must be an uncompressed point on P-256")
    x, y = b64(point[1:33]), b64(point[33:])
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
