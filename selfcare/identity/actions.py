"""Begins and ends sessions, and says so in the log; reads no request but its own browser's."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.module_loading import import_string

from selfcare.clients.auth import Identity
from selfcare.identity import browsers, known_browsers, session_store
from selfcare.identity.models import Logout, Session
from selfcare.identity.session_store import SessionStore, SessionsUnavailable
from selfcare.web.request import Request

SESSION_STARTED = "session.started"
SESSION_ENDED = "session.ended"

log = structlog.get_logger("selfcare.audit")


class EndedAlready(Exception):
    """The provider ended its session while this sign-in was on its way."""


class TokenUsed(Exception):
    """This logout token was taken before."""


def start_session(identity: Identity, *, user_agent: str = "") -> SessionStore:
    """A new session under a new key, saved. Raises SessionsUnavailable, EndedAlready."""
    session = SessionStore(
        subject=identity.subject,
        sid=identity.text("sid"),
        browser=browsers.words(user_agent),
    )
    session["person"] = person_facts(identity)
    session["id_token"] = identity.id_token
    session.create()
    # After the row is there: a logout meets the row, or we meet the logout here.
    if session.sid and Logout.objects.filter(sid=session.sid).exists():
        session.delete()
        raise EndedAlready
    _hand_on(identity.subject)
    known_browsers.note(identity.subject, session.browser, session.key_hash)
    log.info(SESSION_STARTED, subject=identity.subject, session=_short(session.key_hash))
    return session


def _hand_on(subject: str) -> None:
    """Before the sign-in is told, so that the word goes where the provider says now."""
    handler: Callable[[str], object] = import_string(settings.SIGN_IN_HANDLER)
    try:
        handler(subject)
    except Exception:
        log.exception("session.not_handed_on", subject=subject)


def sign_in(request: Request, identity: Identity) -> None:
    """Gives the browser a new session and ends the one it had: no key survives a sign-in."""
    try:
        before = request.session
        request.session = start_session(
            identity, user_agent=request.headers.get("User-Agent", "")[:500]
        )
        if before.session_key:
            before.delete()
    except DatabaseError as error:
        raise SessionsUnavailable from error
    rotate_token(request)


def person_facts(identity: Identity) -> dict[str, Any]:
    """What a session keeps of a person; selfcare.web.request.Person is made from it."""
    roles = identity.claims.get("roles")
    email = identity.text("email")
    return {
        "subject": identity.subject,
        "name": identity.text("name") or email or "Signed in",
        "email": email,
        "email_verified": identity.claims.get("email_verified") is True,
        "roles": [str(role)[:64] for role in roles[:50]] if isinstance(roles, list) else [],
        "zone": identity.text("zoneinfo", "UTC", limit=64),
        "locale": identity.text("locale", "en", limit=35),
        "acr": identity.text("acr"),
        "auth_time": identity.auth_time,
    }


def end_own(request: Request) -> str:
    """Signs this browser out; its ID token, to tell the provider. Raises SessionsUnavailable."""
    id_token = str(request.session.get("id_token", ""))
    key_hash = session_store.of(request).key_hash
    request.session.flush()
    log.info(SESSION_ENDED, session=_short(key_hash), reason="signed_out")
    return id_token


def end_one(subject: str, pk: uuid.UUID) -> bool:
    """Ends one session of this person; False if it isn't theirs or has ended."""
    return _end(Session.objects.filter(pk=pk), subject, "ended_by_person") > 0


def end_others(subject: str, *, but: str) -> int:
    """Ends all sessions of this person except the one with the hash `but`."""
    return _end(Session.objects.exclude(key_hash=but), subject, "ended_by_person")


def end_by_provider(claims: dict[str, Any]) -> int:
    """Ends what a checked logout token names, once. Raises TokenUsed, SessionsUnavailable."""
    subject, sid = claims.get("sub") or "", claims.get("sid") or ""
    named = (Q(sid=sid) if sid else Q()) & (Q(subject=subject) if subject else Q())
    sessions = Session.objects.filter(named)
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    Logout.objects.create(
                        jti_hash=hashlib.sha256(claims["jti"].encode()).hexdigest(),
                        sid=sid,
                        subject=subject,
                    )
            except IntegrityError as error:
                raise TokenUsed from error
            ended = _end(sessions, "", "ended_by_provider")
        # A sign-in that was saved before our row could be seen, and after we looked.
        return ended + _end(sessions, "", "ended_by_provider")
    except DatabaseError as error:
        raise SessionsUnavailable from error


def _end(sessions: Any, subject: str, reason: str) -> int:
    try:
        open_ones = sessions.open().of(subject) if subject else sessions.open()
        hashes = list(open_ones.values_list("key_hash", flat=True))
    except DatabaseError as error:
        raise SessionsUnavailable from error
    ended = session_store.end(hashes) if hashes else 0
    for key_hash in hashes:
        log.info(SESSION_ENDED, session=_short(key_hash), reason=reason, at=str(timezone.now()))
    return ended


def _short(key_hash: str) -> str:
    """Enough to follow one session through the log."""
    return key_hash[:12]


def was_ended_elsewhere(request: Request) -> bool:
    """Whether this browser still carries the key of a session that was ended from outside.

    Signing out in the browser itself takes the key away, and one that ran out wasn't ended.
    """
    key_hash = session_store.hash_of(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    try:
        return Session.objects.filter(key_hash=key_hash, ended_at__isnull=False).exists()
    except DatabaseError:
        # The sign-in ends at the same database and says so there.
        return False
