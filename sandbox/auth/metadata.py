"""What the provider publishes about itself: discovery and keys."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from sandbox.control.faults import faulty

from . import keys
from .authorization import SCOPES
from .models import PASSWORD_ACR, STRONG_ACR


def _url(name: str) -> str:
    return settings.SANDBOX_URL + reverse(f"auth:{name}")


@require_safe
@faulty("discovery")
def discovery(request: HttpRequest) -> JsonResponse:
    """OpenID Connect Discovery 1.0, section 3."""
    facts: dict[str, Any] = {
        "issuer": settings.SANDBOX_URL,
        "authorization_endpoint": _url("authorize"),
        "token_endpoint": _url("token"),
        "userinfo_endpoint": _url("userinfo"),
        "jwks_uri": _url("jwks"),
        "end_session_endpoint": _url("end_session"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "acr_values_supported": [PASSWORD_ACR, STRONG_ACR],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": _CLAIMS,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
    return JsonResponse(facts, headers={"Cache-Control": "public, max-age=300"})


_CLAIMS = [
    *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
    *("name", "given_name", "zoneinfo", "locale", "roles", "email", "email_verified"),
]


@require_safe
@faulty("jwks")
def jwks(request: HttpRequest) -> JsonResponse:
    return JsonResponse(keys.public_jwks(), headers={"Cache-Control": "public, max-age=60"})
