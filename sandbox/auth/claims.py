"""What tokens and userinfo say about a person; the only list of claims."""

import base64
import hashlib
import time
from typing import Any

from django.conf import settings

from sandbox.people.models import Person

from . import keys
from .models import Client, Grant, Session, random_token

ID_TOKEN_SECONDS = 300
LOGOUT_TOKEN_SECONDS = 120
MERCHANT_ADMIN = "merchant_admin"
BACKCHANNEL_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def person_claims(person: Person, scope: str) -> dict[str, Any]:
    """The claims that the scopes ask for (OpenID Connect Core, section 5.4)."""
    claims: dict[str, Any] = {"sub": person.sub}
    scopes = scope.split()
    if "profile" in scopes:
        claims |= {
            "name": person.name,
            "given_name": person.given_name,
            "zoneinfo": person.zoneinfo,
            "locale": person.locale,
            "roles": _roles(person),
        }
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": True}
    return claims


def _roles(person: Person) -> list[str]:
    """With the one that shows the way to the console, for whoever works for a merchant."""
    works = MERCHANT_ADMIN not in person.roles and person.memberships.exists()
    return [*person.roles, MERCHANT_ADMIN] if works else person.roles


def id_token(grant: Grant, access_token: str) -> str:
    now = int(time.time())
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims = person_claims(grant.session.person, grant.scope) | {
        "iss": settings.SANDBOX_URL,
        "aud": grant.client.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": grant.amr,
        "sid": grant.session.sid,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    return keys.sign(claims)


def logout_token(session: Session, client: Client) -> str:
    """OpenID Connect Back-Channel Logout 1.0, section 2.4."""
    now = int(time.time())
    claims = {
        "iss": settings.SANDBOX_URL,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_SECONDS,
        "jti": random_token(),
        "sub": session.person.sub,
        "sid": session.sid,
        "events": {BACKCHANNEL_EVENT: {}},
    }
    return keys.sign(claims, typ="logout+jwt")
