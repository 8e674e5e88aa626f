"""Gives a client its code, and turns codes and refresh tokens into tokens, each once."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from .authorization import answer
from .claims import id_token
from .models import (
    CODE_LASTS,
    SESSION_LASTS,
    AuthorizationRequest,
    Client,
    Grant,
    Session,
    Token,
    random_token,
)

ACCESS_SECONDS = 600


class InvalidGrant(Exception):
    """The code or refresh token is wrong, spent, too old, or somebody else's."""


def sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def give_code(ask: AuthorizationRequest, session: Session) -> HttpResponse:
    """The redirect that carries the code back."""
    code = random_token()
    Grant.objects.create(
        code_sha256=sha256(code),
        client=ask.client,
        session=session,
        redirect_uri=ask.redirect_uri,
        scope=ask.scope,
        nonce=ask.nonce,
        code_challenge=ask.code_challenge,
        acr=session.acr,
        amr=session.amr,
        auth_time=session.proven_at,
    )
    session.clients.add(ask.client)
    return answer(ask.redirect_uri, ask.state, {"code": code})


def redeem_code(client: Client, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """RFC 6749 section 4.1.3 and RFC 7636 section 4.6."""
    grant = _find(client, code)
    if not Grant.objects.filter(pk=grant.pk, redeemed_at=None).update(redeemed_at=timezone.now()):
        # Somebody else has the code too: what it gave is taken back (section 4.1.2).
        grant.tokens.all().delete()
        raise InvalidGrant
    if grant.created_at < timezone.now() - CODE_LASTS or grant.redirect_uri != redirect_uri:
        raise InvalidGrant
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    if challenge.rstrip(b"=").decode() != grant.code_challenge:
        raise InvalidGrant
    return _tokens(grant)


def _find(client: Client, code: str) -> Grant:
    found = Grant.objects.select_related("client", "session__person")
    grant = found.filter(code_sha256=sha256(code), client=client).first()
    if grant is None or not _alive(grant.session):
        raise InvalidGrant
    return grant


def _alive(session: Session) -> bool:
    return Session.objects.open().filter(pk=session.pk).exists()


@transaction.atomic
def _tokens(grant: Grant) -> dict[str, Any]:
    access, refresh = random_token(), random_token()
    now = timezone.now()
    Token.objects.create(
        sha256=sha256(access),
        kind=Token.Kind.ACCESS,
        grant=grant,
        expires_at=now + timedelta(seconds=ACCESS_SECONDS),
    )
    Token.objects.create(
        sha256=sha256(refresh),
        kind=Token.Kind.REFRESH,
        grant=grant,
        expires_at=grant.session.created_at + SESSION_LASTS,
    )
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh,
        "id_token": id_token(grant, access),
        "scope": grant.scope,
    }


def refresh_tokens(client: Client, value: str) -> dict[str, Any]:
    """A refresh token is spent by use; a spent one that returns kills the family (RFC 9700)."""
    found = Token.objects.select_related("grant__client", "grant__session__person")
    token = found.filter(
        sha256=sha256(value), kind=Token.Kind.REFRESH, grant__client=client
    ).first()
    if token is None or token.expires_at < timezone.now() or not _alive(token.grant.session):
        raise InvalidGrant
    if not Token.objects.filter(pk=token.pk, spent_at=None).update(spent_at=timezone.now()):
        token.grant.tokens.all().delete()
        raise InvalidGrant
    # A refreshed ID token carries no nonce (OpenID Connect Core, section 12.2).
    token.grant.nonce = ""
    return _tokens(token.grant)


def grant_of_access_token(value: str) -> Grant | None:
    found = Token.objects.select_related("grant__session__person").filter(
        sha256=sha256(value), kind=Token.Kind.ACCESS, expires_at__gt=timezone.now()
    )
    token = found.first()
    return token.grant if token and _alive(token.grant.session) else None
