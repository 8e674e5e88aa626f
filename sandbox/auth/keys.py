"""The signing keys: made, rotated, published, and used to sign and to check; no claims here."""

from typing import Any

from django.db import IntegrityError, transaction
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from .models import SigningKey

PUBLISHED = 5


def _add_key(serial: int) -> SigningKey:
    """Another instance may have been quicker with this serial; then its key is the one."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
    kid = key.as_dict(private=False)["kid"]
    try:
        with transaction.atomic():
            return SigningKey.objects.create(
                serial=serial, kid=str(kid), private_jwk=key.as_dict(private=True)
            )
    except IntegrityError:
        return SigningKey.objects.get(serial=serial)


def signing_key() -> SigningKey:
    return SigningKey.objects.order_by("-serial").first() or _add_key(1)


def rotate() -> SigningKey:
    """From now on a new key signs. The old ones stay published, so that their tokens hold."""
    return _add_key(signing_key().serial + 1)


def _published() -> list[RSAKey]:
    signing_key()
    rows = SigningKey.objects.order_by("-serial")[:PUBLISHED]
    return [RSAKey.import_key(row.private_jwk) for row in rows]


def public_jwks() -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in _published()]}


def sign(claims: dict[str, Any], typ: str = "JWT") -> str:
    row = signing_key()
    header = {"alg": "RS256", "typ": typ, "kid": row.kid}
    return jwt.encode(header, claims, RSAKey.import_key(row.private_jwk))


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a token that we signed, whether or not it has expired; else None."""
    try:
        return jwt.decode(token, KeySet(list(_published())), algorithms=["RS256"]).claims
    except (JoseError, ValueError):
        return None
