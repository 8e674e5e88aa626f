"""Django's session engine: the database remembers, Redis answers; no rule about signing in."""

import hashlib
import re
import secrets
import string
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import Error as DatabaseError
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from selfcare.identity import quick_copy
from selfcare.identity.models import Logout, Proof, Session
from selfcare.web.breaker import database

log = structlog.get_logger("selfcare.identity")

KEY = re.compile(r"[a-z0-9]{32}")
KEY_LETTERS = string.ascii_lowercase + string.digits
SEEN_EVERY = timedelta(minutes=1)
# How long what has ended stays readable, for support and for tokens that come late.
KEPT_FOR = timedelta(days=1)
CLEARED_AT_ONCE = 5000


class SessionsUnavailable(Exception):
    """Neither the database nor Redis can say whose session this is: 503, and no cookie changes."""


def of(request: HttpRequest) -> "SessionStore":
    """The request's session, as the type that it is."""
    return cast(SessionStore, request.session)


def hash_of(key: str) -> str:
    """What we keep instead of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """One session. `subject`, `sid` and `browser` go into columns of their own when it begins."""

    def __init__(
        self, session_key: str | None = None, *, subject: str = "", sid: str = "", browser: str = ""
    ) -> None:
        super().__init__(session_key if KEY.fullmatch(session_key or "") else None)
        self.subject = subject
        self.sid = sid
        self.browser = browser
        self.ended = False
        self._expires_at: datetime | None = None

    @property
    def key_hash(self) -> str:
        """SHA-256 of the key; empty while there is no session."""
        return hash_of(self.session_key) if self.session_key else ""

    def load(self) -> dict[str, Any]:
        """The session's data, {} if it isn't open. Raises SessionsUnavailable."""
        copy = quick_copy.read(self.key_hash)
        if copy and (copy.verified or not database.allows()):
            self._expires_at = _instant(copy.expires_at)
            return copy.data
        asked_at = time.monotonic()
        try:
            row = Session.objects.open().filter(key_hash=self.key_hash).first()
        except DatabaseError as error:
            database.failed()
            # A broken connection goes back to its pool now, not at the end of a long request.
            connection.close_if_unusable_or_obsolete()
            if copy is None:
                raise SessionsUnavailable from error
            log.warning("session.served_from_copy", error=type(error).__name__)
            self._expires_at = _instant(copy.expires_at)
            return copy.data
        database.worked()
        if row is None:
            if copy:
                quick_copy.forget([self.key_hash])
            self._session_key = None
            return {}
        self._expires_at = row.expires_at
        quick_copy.write(self.key_hash, row.data, row.expires_at.timestamp(), asked_at=asked_at)
        _seen(row)
        return dict(row.data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=hash_of(session_key)).exists()

    def create(self) -> None:
        """A new row under a new key; it keeps what the session holds already."""
        # 165 random bits: a second one of the same kind is left to the unique column.
        self._session_key = "".join(secrets.choice(KEY_LETTERS) for _ in range(32))
        self._expires_at = None
        self.save(must_create=True)

    def save(self, must_create: bool = False) -> None:
        """Database first, then Redis; a session that has ended stays ended (UpdateError)."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        asked_at = time.monotonic()
        try:
            self._write_row(data, must_create=must_create)
        except IntegrityError as error:
            raise CreateError from error
        except DatabaseError as error:
            raise SessionsUnavailable from error
        quick_copy.write(self.key_hash, data, self.get_expiry_date().timestamp(), asked_at=asked_at)
        self.modified = False

    def _write_row(self, data: dict[str, Any], *, must_create: bool) -> None:
        if must_create:
            with transaction.atomic():
                Session.objects.create(
                    key_hash=self.key_hash,
                    subject=self.subject,
                    sid=self.sid,
                    browser=self.browser,
                    data=data,
                    expires_at=self.get_expiry_date(),
                )
            return
        changes: dict[str, Any] = {"data": data} | ({"sid": self.sid} if self.sid else {})
        if not Session.objects.open().filter(key_hash=self.key_hash).update(**changes):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """End it: at once where Redis hears of it, within a second everywhere else."""
        key = session_key or self.session_key
        if key:
            end([hash_of(key)])

    def flush(self) -> None:
        super().flush()
        self.ended = True

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """The absolute end, set when the session began; using it doesn't move it."""
        if self._expires_at is None:
            self._expires_at = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        return self._expires_at

    def get_expiry_age(self, **kwargs: Any) -> int:
        return max(0, int((self.get_expiry_date() - timezone.now()).total_seconds()))

    def get_expire_at_browser_close(self) -> bool:
        return False

    @classmethod
    def clear_expired(cls) -> None:
        clear_ended()


def end(key_hashes: list[str]) -> int:
    """End these sessions; how many were still open. Raises SessionsUnavailable."""
    try:
        ended = Session.objects.filter(key_hash__in=key_hashes, ended_at=None).update(
            ended_at=timezone.now()
        )
    except DatabaseError as error:
        raise SessionsUnavailable from error
    quick_copy.forget(key_hashes)
    if connection.in_atomic_block:
        # Before the commit somebody else may have read the open row and copied it anew.
        transaction.on_commit(lambda: quick_copy.forget(key_hashes))
    return ended


def clear_ended() -> int:
    """Remove what ended long ago; the worker calls this. How many sessions that were."""
    before = timezone.now() - KEPT_FOR
    old = Session.objects.filter(ended_at__lt=before) | Session.objects.filter(
        expires_at__lt=before
    )
    pks = list(old.values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    cleared, _ = Session.objects.filter(pk__in=pks).delete()
    Proof.objects.filter(expires_at__lt=before).delete()
    Logout.objects.filter(received_at__lt=before).delete()
    return cleared


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def _seen(row: Session) -> None:
    """Once a minute at most; a database that can't be written keeps nobody out."""
    now = timezone.now()
    if row.last_seen_at > now - SEEN_EVERY:
        return
    try:
        Session.objects.filter(pk=row.pk, ended_at=None).update(last_seen_at=now)
    except DatabaseError as error:
        log.warning("session.not_marked_seen", error=type(error).__name__)
