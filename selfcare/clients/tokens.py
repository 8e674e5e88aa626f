"""Judges the tokens that the OpenID provider signs; fetches nothing and knows no person."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from selfcare import errors

type Key = RSAKey | ECKey | OKPKey

# Signatures that only the provider can make: never `none`, never a shared secret (HS…).
HASHES = {
    **dict.fromkeys(("RS256", "PS256", "ES256"), "sha256"),
    **dict.fromkeys(("RS384", "PS384", "ES384"), "sha384"),
    **dict.fromkeys(("RS512", "PS512", "ES512", "EdDSA", "Ed25519"), "sha512"),
}
LEEWAY_SECONDS = 60
LOGOUT_TOKEN_SECONDS = 600
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPES = {"", "jwt", "logout+jwt", "application/logout+jwt"}
LONGEST = 16_000
CLAIM_LENGTH = 255


class UnknownKey(errors.BadReply):
    """Signed with a key that isn't among the given ones; perhaps it is new."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A token whose signature holds; whether its claims do is still to be judged."""

    header: dict[str, Any]
    claims: dict[str, Any]


def allowed(listed: object) -> tuple[str, ...]:
    """The algorithms of discovery that we take; RS256 where it lists none (Core, 3.1.3.7)."""
    names = listed if isinstance(listed, list) else ["RS256"]
    return tuple(name for name in names if isinstance(name, str) and name in HASHES)


def keys(listed: Iterable[object]) -> list[Key]:
    """The keys for signatures; one of a kind that we don't know hinders none of the others."""
    found: list[Key] = []
    for one in listed:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            found.append(key)
    return found


def opened(token: str, known: list[Key], algorithms: tuple[str, ...]) -> Opened:
    """Checks the signature. Raises UnknownKey, or errors.BadReply for any other fault."""
    header = _header(token)
    if header.get("alg") not in algorithms:
        raise _bad("it is signed in a way that we don't take")
    kid = header.get("kid")
    candidates = [key for key in known if kid is None or key.kid in (None, kid)]
    for key in candidates:
        try:
            token_ = jwt.decode(token, key, algorithms=list(algorithms))
        except BadSignatureError:
            continue
        except (JoseError, ValueError, TypeError):
            # This key can't make such a signature, or the token is broken: no key will help.
            continue
        return Opened(dict(token_.header), dict(token_.claims))
    if kid is None or not candidates:
        raise UnknownKey("auth", "token", "it is signed with a key that the provider doesn't list")
    raise _bad("its signature doesn't hold")


def id_token_claims(
    id_token: str, access_token: str, *, issuer: str, nonce: str, opened: Opened
) -> dict[str, Any]:
    """The claims of an ID token, judged by OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.8."""
    claims = opened.claims
    _judge(
        claims,
        issuer,
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    if not _is_name(claims["sub"]):
        raise _bad("its sub is no name that we can keep")
    audience, party = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and party is None:
        raise _bad("it is for several clients and names none of them")
    if party is not None and party != settings.AUTH_CLIENT_ID:
        raise _bad("it was made for another client")
    at_hash = claims.get("at_hash")
    if at_hash is not None and not _belongs(at_hash, access_token, opened.header["alg"]):
        raise _bad("it belongs to another access token")
    return claims


def logout_token_claims(opened: Opened, *, issuer: str) -> dict[str, Any]:
    """The claims of a logout token, judged by Back-Channel Logout 1.0, 2.6 (but for jti, once)."""
    claims = opened.claims
    if str(opened.header.get("typ") or "").lower() not in LOGOUT_TYPES:
        raise _bad("its typ is another token's")
    _judge(claims, issuer, exp={"essential": True}, jti={"essential": True})
    if claims["iat"] < time.time() - LOGOUT_TOKEN_SECONDS:
        raise _bad("it is too old")
    if not isinstance(claims.get("events"), dict) or not isinstance(
        claims["events"].get(LOGOUT_EVENT), dict
    ):
        raise _bad("it tells of no logout")
    if "nonce" in claims:
        raise _bad("it has a nonce, so it is an ID token")
    named = [claims[name] for name in ("sub", "sid") if claims.get(name) is not None]
    if not named or not all(map(_is_name, [*named, claims["jti"]])):
        raise _bad("it names nobody and no session")
    return claims


def _judge(claims: dict[str, Any], issuer: str, **more: Any) -> None:
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": settings.AUTH_CLIENT_ID},
        iat={"essential": True},
        **more,
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise _bad(f"{error.error}: {error.description}") from error


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise _bad("it is far too long")
    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError) as error:
        raise _bad("it is no signed token") from error


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= CLAIM_LENGTH and "\x00" not in value


def _belongs(at_hash: object, access_token: str, algorithm: str) -> bool:
    digest = hashlib.new(HASHES[algorithm], access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    return isinstance(at_hash, str) and hmac.compare_digest(half.encode(), at_hash.encode())


def _bad(why: str) -> errors.BadReply:
    return errors.BadReply("auth", "token", why)
