"""Says which proof a request still lacks, and checks what people type; it shows no page."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from sandbox.people.models import Person

from .models import STRONG_FOR, AuthorizationRequest, Session

# Behind a one-time code a password this old still counts as the second element.
PASSWORD_FRESH = timedelta(hours=4)


def missing(ask: AuthorizationRequest, session: Session | None) -> str:
    """`password`, `code`, or empty where nothing is missing."""
    if session is None or not _is_hinted(ask, session):
        return "password"
    fresh_after = ask.fresh_after
    if ask.strong:
        if session.password_at < timezone.now() - PASSWORD_FRESH:
            return "password"
        return "" if _code_counts(ask, session) else "code"
    afresh = fresh_after == ask.created_at
    proof = session.password_at if afresh else session.proven_at
    return "password" if fresh_after and proof < fresh_after else ""


def _is_hinted(ask: AuthorizationRequest, session: Session) -> bool:
    """Whether the browser's session is of the person that the client expects."""
    person = session.person
    if ask.hinted_sub and ask.hinted_sub != person.sub:
        return False
    return ask.login_hint.lower() in ("", person.email, person.sub.lower())


def _code_counts(ask: AuthorizationRequest, session: Session) -> bool:
    limits = [timezone.now() - STRONG_FOR, ask.fresh_after]
    return session.code_at is not None and all(session.code_at >= t for t in limits if t)


def person_by_password(email: str, password: str) -> Person | None:
    """The person, or None after the same work whether or not the address is known."""
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        make_password(password)
        return None
    return person if person.check_password(password) else None
