"""The OpenID provider, found by AUTH_ISSUER alone; tokens are judged in clients/tokens.py."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.conf import settings

from selfcare import errors
from selfcare.clients import tokens
from selfcare.clients.http import Reply, Service
from selfcare.clients.kept import Kept

NAME = "auth"
KEPT_SECONDS = 600.0
KEYS_PAUSE_SECONDS = 2.0
# What a page needs of a person; userinfo is asked where the ID token doesn't say.
WANTED_CLAIMS = ("name", "email", "roles", "zoneinfo", "locale")

service = Service(
    NAME,
    settings.AUTH_ISSUER,
    threads=max(1, settings.THREADS // 2),
    default_seconds=settings.UPSTREAM_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Provider:
    """What discovery says (OpenID Connect Discovery 1.0, RFC 8414, RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    algorithms: tuple[str, ...]
    auth_methods: tuple[str, ...]
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is there: checked claims, and the ID token as it came."""

    claims: dict[str, Any]
    id_token: str

    def text(self, name: str, default: str = "", *, limit: int = 255) -> str:
        value = self.claims.get(name)
        return value[:limit] if isinstance(value, str) and value else default

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def auth_time(self) -> int | None:
        value = self.claims.get("auth_time")
        return int(value) if isinstance(value, int | float) and value >= 0 else None


def provider() -> Provider:
    """Raises errors.CallFailed where the provider was never reached."""
    return _discovery.get()


def authorization_url(*, state: str, nonce: str, verifier: str, **more: str) -> str:
    """Where the browser goes to sign in: authorization code with PKCE (RFC 7636, S256)."""
    params = {
        "response_type": "code",
        "client_id": settings.AUTH_CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "scope": settings.AUTH_SCOPES,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        **more,
    }
    return _with(provider().authorization_endpoint, params)


def end_session_url(*, id_token: str, state: str) -> str:
    """Where the browser goes to sign out there as well (RP-Initiated Logout 1.0); may be empty."""
    endpoint = provider().end_session_endpoint
    params = {
        "id_token_hint": id_token,
        "client_id": settings.AUTH_CLIENT_ID,
        "post_logout_redirect_uri": f"{settings.SELFCARE_URL}/signed-out/",
        "state": state,
    }
    return _with(endpoint, {k: v for k, v in params.items() if v}) if endpoint else ""


def redirect_uri() -> str:
    return f"{settings.SELFCARE_URL}/sign-in/callback/"


def identify(*, code: str, verifier: str, nonce: str) -> Identity:
    """Turns the code into a checked identity. Raises errors.CallFailed; Rejected for the code."""
    answer = _object("token", _redeem(code, verifier))
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise errors.BadReply(NAME, "token", "no ID token or no access token")
    there = provider()
    claims = tokens.id_token_claims(
        id_token, access_token, issuer=there.issuer, nonce=nonce, opened=_opened(there, id_token)
    )
    if there.userinfo_endpoint and not all(claims.get(name) for name in WANTED_CLAIMS):
        told = _userinfo(there, access_token)
        if told.get("sub") != claims["sub"]:
            raise errors.BadReply(NAME, "userinfo", "it tells of somebody else")
        claims = {**told, **claims}
    return Identity(claims, id_token)


def logout_claims(token: str) -> dict[str, Any]:
    """The checked claims of a logout token. Raises errors.BadReply for one that doesn't hold.

    NotSent where the provider's own documents can't be used: that says nothing about the token.
    """
    try:
        there, _ = provider(), _keys.get()
    except errors.BadReply as error:
        raise errors.NotSent(NAME, error.operation, error.detail) from error
    return tokens.logout_token_claims(_opened(there, token), issuer=there.issuer)


def _opened(there: Provider, token: str) -> tokens.Opened:
    """The token with its signature checked; a key that we don't know yet is asked for."""
    known = _keys.get()
    try:
        return tokens.opened(token, known, there.algorithms)
    except tokens.UnknownKey:
        return tokens.opened(token, _keys.newer(known), there.algorithms)


def _redeem(code: str, verifier: str) -> Reply:
    there = provider()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri(),
        "code_verifier": verifier,
    }
    headers = {}
    if "client_secret_basic" in there.auth_methods:
        # RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
        pair = ":".join(map(quote_plus, (settings.AUTH_CLIENT_ID, settings.AUTH_CLIENT_SECRET)))
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif "client_secret_post" in there.auth_methods:
        form |= {
            "client_id": settings.AUTH_CLIENT_ID,
            "client_secret": settings.AUTH_CLIENT_SECRET,
        }
    else:
        raise errors.BadReply(NAME, "token", "it takes no client secret")
    return service.write("token", there.token_endpoint, data=form, headers=headers)


def _userinfo(there: Provider, access_token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access_token}"}
    return _object("userinfo", service.read("userinfo", there.userinfo_endpoint, headers=headers))


def _discover() -> Provider:
    reply = service.read("discovery", f"{settings.AUTH_ISSUER}/.well-known/openid-configuration")
    facts = _object("discovery", reply)
    # The setting has no slash at its end, an issuer may have one; tokens say it as discovery does.
    issuer = _text(facts, "issuer")
    if issuer.rstrip("/") != settings.AUTH_ISSUER:
        raise errors.BadReply(NAME, "discovery", "it is another issuer's")
    methods = facts.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorization_endpoint=_text(facts, "authorization_endpoint"),
        token_endpoint=_text(facts, "token_endpoint"),
        jwks_uri=_text(facts, "jwks_uri"),
        userinfo_endpoint=_text(facts, "userinfo_endpoint", needed=False),
        end_session_endpoint=_text(facts, "end_session_endpoint", needed=False),
        algorithms=tokens.allowed(facts.get("id_token_signing_alg_values_supported")),
        auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
        names_itself=facts.get("authorization_response_iss_parameter_supported") is True,
    )


def _fetch_keys() -> list[tokens.Key]:
    keys = _object("jwks", service.read("jwks", provider().jwks_uri)).get("keys")
    if not isinstance(keys, list):
        raise errors.BadReply(NAME, "jwks", "no list of keys")
    return tokens.keys(keys)


def _object(operation: str, reply: Reply) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError as error:
        raise errors.BadReply(NAME, operation, "not JSON") from error
    if not isinstance(body, dict):
        raise errors.BadReply(NAME, operation, "not a JSON object")
    return body


def _text(facts: dict[str, Any], name: str, *, needed: bool = True) -> str:
    value = facts.get(name) or ""
    if not isinstance(value, str) or (needed and not value):
        raise errors.BadReply(NAME, "discovery", f"no {name}")
    if value and not value.startswith(("https://", "http://")):
        raise errors.BadReply(NAME, "discovery", f"{name} is no web address")
    return value


def _with(endpoint: str, params: dict[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(params)}"


_discovery: Kept[Provider] = Kept(_discover, seconds=KEPT_SECONDS, pause=KEYS_PAUSE_SECONDS)
_keys: Kept[list[tokens.Key]] = Kept(_fetch_keys, seconds=KEPT_SECONDS, pause=KEYS_PAUSE_SECONDS)


def _challenge(verifier: str) -> str:
    """S256 of a PKCE verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
