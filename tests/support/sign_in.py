"""Signs a test client in without the provider: a real session, made as a sign-in makes it."""

import time
from collections.abc import Iterable

from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from selfcare.clients.auth import Identity
from selfcare.identity import actions
from selfcare.identity.session_store import SessionStore


def sign_in(
    client: Client,
    subject: str = "usr_alice",
    name: str = "Alice Marlow",
    *,
    roles: Iterable[str] = ("user",),
    email: str = "alice@example.com",
    acr: str = "urn:openbanking:psd2:ca",
    sid: str = "",
    zone: str = "UTC",
    locale: str = "en",
    user_agent: str = "",
    email_verified: bool = True,
) -> SessionStore:
    """The client is signed in afterwards; `sid` is the provider's name for its own session."""
    be_warm()
    session = start_session(
        subject,
        name,
        roles=roles,
        email=email,
        acr=acr,
        sid=sid,
        zone=zone,
        locale=locale,
        user_agent=user_agent,
        email_verified=email_verified,
    )
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return session


def be_warm() -> None:
    """As config.wsgi does: read with the first request, all rooms would use up its deadline."""
    get_resolver().url_patterns  # noqa: B018


def start_session(
    subject: str,
    name: str = "Alice Marlow",
    *,
    roles: Iterable[str] = ("user",),
    email: str = "alice@example.com",
    acr: str = "urn:openbanking:psd2:ca",
    sid: str = "",
    zone: str = "UTC",
    locale: str = "en",
    user_agent: str = "",
    email_verified: bool = True,
) -> SessionStore:
    """A session without a browser; its `session_key` is what the cookie would hold."""
    claims = {
        "sub": subject,
        "name": name,
        "email": email,
        "email_verified": email_verified,
        "roles": list(roles),
        "zoneinfo": zone,
        "locale": locale,
        "acr": acr,
        "auth_time": int(time.time()),
        "sid": sid,
    }
    return actions.start_session(Identity(claims, id_token=""), user_agent=user_agent)
