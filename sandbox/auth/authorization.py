"""Reads an authorization request and judges it; it shows nothing and proves nobody.

OpenID Connect Core 1.0 section 3.1.2, PKCE (RFC 7636), issuer in the answer (RFC 9207).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, QueryDict

from . import keys
from .models import PASSWORD_ACR, STRONG_ACR, AuthorizationRequest, Client

SCOPES = ("openid", "profile", "email")
PROMPTS = {"none", "login", "consent", "select_account"}
LONGEST = 2000
_S256 = re.compile(r"[A-Za-z0-9_-]{43}")


class Unanswerable(Exception):
    """The client or its address isn't one that we know: say so here, redirect nowhere."""


@dataclass(eq=False)
class Refused(Exception):
    """An error that the client is told at its redirect URI."""

    redirect_uri: str
    state: str
    error: str
    description: str

    def response(self) -> HttpResponse:
        facts = {"error": self.error, "error_description": self.description}
        return answer(self.redirect_uri, self.state, facts)


def answer(redirect_uri: str, state: str, facts: dict[str, str]) -> HttpResponse:
    facts = facts | {"iss": settings.SANDBOX_URL} | ({"state": state} if state else {})
    joint = "&" if "?" in redirect_uri else "?"
    response = HttpResponse(status=303)
    response["Location"] = f"{redirect_uri}{joint}{urlencode(facts)}"
    response["Cache-Control"] = "no-store"
    return response


def refusal(ask: AuthorizationRequest, error: str, description: str) -> HttpResponse:
    return Refused(ask.redirect_uri, ask.state, error, description).response()


def read_request(params: QueryDict) -> AuthorizationRequest:
    """The request, not yet saved. Raises Unanswerable or Refused."""
    client = _client(params)
    redirect_uri = _one(params, "redirect_uri")
    if redirect_uri not in client.redirect_uris:
        raise Unanswerable(f"The address to return to isn’t registered for {client.name}.")
    state = _one(params, "state")
    fault = _fault(params)
    if fault:
        raise Refused(redirect_uri, state, *fault)
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        state=state,
        scope=" ".join(s for s in SCOPES if s in params.get("scope", "").split()),
        nonce=params.get("nonce", ""),
        code_challenge=params.get("code_challenge", ""),
        strong=_wants_strong(params.get("acr_values", "")),
        prompt=" ".join(sorted(params.get("prompt", "").split())),
        max_age=int(params.get("max_age", "")) if params.get("max_age") else None,
        login_hint=params.get("login_hint", "")[:254],
        hinted_sub=_hinted_sub(params, client),
    )


def _client(params: QueryDict) -> Client:
    if any("\x00" in value for _, values in params.lists() for value in values):
        raise Unanswerable("The request has characters in it that no address has.")
    client = Client.objects.filter(client_id=_one(params, "client_id")).first()
    if client is None:
        raise Unanswerable("The app that sent you isn’t registered here.")
    return client


def _one(params: QueryDict, name: str) -> str:
    """A parameter that we must be able to trust before any redirect."""
    values = params.getlist(name)
    if len(values) > 1 or (values and len(values[0]) > LONGEST):
        raise Unanswerable(f"The request has {name} twice, or far too long.")
    return values[0] if values else ""


def _fault(params: QueryDict) -> tuple[str, str] | None:
    """What keeps the request from being served, as error code and description."""
    prompts = set(params.get("prompt", "").split())
    max_age = params.get("max_age", "0") or "0"
    challenge = params.get("code_challenge", "")
    rules = [
        (any(len(v) > 1 for _, v in params.lists()), "invalid_request", "a parameter comes twice"),
        (any(len(v) > LONGEST for v in params.values()), "invalid_request", "too long"),
        ("request" in params, "request_not_supported", "request objects are not supported"),
        ("request_uri" in params, "request_uri_not_supported", "request_uri is not supported"),
        (not params.get("response_type"), "invalid_request", "response_type is missing"),
        (params.get("response_type") != "code", "unsupported_response_type", "only code"),
        (params.get("response_mode", "query") != "query", "invalid_request", "only query"),
        ("openid" not in params.get("scope", "").split(), "invalid_scope", "openid is missing"),
        (not challenge, "invalid_request", "code_challenge is missing: PKCE is required"),
        (
            params.get("code_challenge_method") != "S256" or not _S256.fullmatch(challenge),
            "invalid_request",
            "code_challenge must be made with S256",
        ),
        (not prompts <= PROMPTS, "invalid_request", "unknown prompt"),
        (
            "none" in prompts and len(prompts) > 1,
            "invalid_request",
            "prompt none stands alone",
        ),
        (
            not (max_age.isascii() and max_age.isdecimal() and int(max_age) < 2**31),
            "invalid_request",
            "max_age must be seconds",
        ),
    ]
    return next(((error, why) for broken, error, why in rules if broken), None)


def _wants_strong(acr_values: str) -> bool:
    """They stand in the order of preference; what we don't know is passed over."""
    known = [acr for acr in acr_values.split() if acr in (PASSWORD_ACR, STRONG_ACR)]
    return known[:1] == [STRONG_ACR]


def _hinted_sub(params: QueryDict, client: Client) -> str:
    claims = keys.claims_of(params.get("id_token_hint", "")) or {}
    return str(claims.get("sub", "")) if claims.get("aud") == client.client_id else ""
