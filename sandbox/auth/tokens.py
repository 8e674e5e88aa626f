"""The endpoints that clients call themselves: token and userinfo; no person is here."""

import base64
import binascii
import hmac
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from sandbox.control.faults import faulty

from .claims import person_claims
from .grants import InvalidGrant, grant_of_access_token, redeem_code, refresh_tokens, sha256
from .models import Client

_UNSTORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@csrf_exempt
@require_POST
@faulty("token")
def token(request: HttpRequest) -> JsonResponse:
    """RFC 6749, sections 3.2 and 5."""
    if any(len(values) > 1 or "\x00" in values[0] for _, values in request.POST.lists()):
        return _failure("invalid_request", "a parameter comes twice, or isn't text")
    client = _authenticated(request)
    if client is None:
        headers = {"WWW-Authenticate": 'Basic realm="token"'}
        return _failure("invalid_client", "client id or secret is wrong", 401, headers)
    try:
        return _exchange(request, client)
    except InvalidGrant:
        return _failure("invalid_grant", "wrong, spent or expired")


def _exchange(request: HttpRequest, client: Client) -> JsonResponse:
    sent = request.POST
    match sent.get("grant_type"):
        case "authorization_code":
            answer = redeem_code(
                client,
                code=sent.get("code", ""),
                verifier=sent.get("code_verifier", ""),
                redirect_uri=sent.get("redirect_uri", ""),
            )
        case "refresh_token":
            answer = refresh_tokens(client, sent.get("refresh_token", ""))
        case None | "":
            return _failure("invalid_request", "grant_type is missing")
        case _:
            return _failure("unsupported_grant_type", "only code and refresh token")
    return JsonResponse(answer, headers=_UNSTORED)


def _failure(
    error: str, description: str, status: int = 400, headers: dict[str, str] | None = None
) -> JsonResponse:
    body = {"error": error, "error_description": description}
    return JsonResponse(body, status=status, headers=_UNSTORED | (headers or {}))


def _authenticated(request: HttpRequest) -> Client | None:
    """The client, by client_secret_basic or client_secret_post; both at once is neither."""
    client_id, secret = _basic(request.headers.get("Authorization", ""))
    if secret and "client_secret" in request.POST:
        return None
    if not secret:
        client_id = request.POST.get("client_id", "")
        secret = request.POST.get("client_secret", "")
    client = Client.objects.filter(client_id=client_id).first()
    given = sha256(secret)
    kept = client.secret_sha256 if client else sha256("")
    return client if hmac.compare_digest(given, kept) and secret else None


def _basic(header: str) -> tuple[str, str]:
    """RFC 6749 section 2.3.1: both halves are form-encoded before they are joined."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        joined = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = joined.partition(":")
    return unquote_plus(client_id).replace("\x00", ""), unquote_plus(secret)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> JsonResponse:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    grant = grant_of_access_token(value) if scheme.lower() == "bearer" else None
    if grant is None:
        # RFC 6750 section 3.1: no error code for a request that brought no token at all.
        challenge = 'Bearer error="invalid_token"' if value else "Bearer"
        headers = {"WWW-Authenticate": challenge, **_UNSTORED}
        return JsonResponse({"error": "invalid_token"}, status=401, headers=headers)
    claims: dict[str, Any] = person_claims(grant.session.person, grant.scope)
    return JsonResponse(claims, headers=_UNSTORED)
