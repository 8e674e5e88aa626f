"""Gives each request its session and its person; who may do what is for the guards."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from selfcare.identity.session_store import SessionStore, SessionsUnavailable, of
from selfcare.web import problems
from selfcare.web.request import Person, Request

type GetResponse = Callable[[Request], HttpResponse]


class SessionMiddleware:
    """Saves a changed session and sets its cookie.

    Unlike Django's it deletes the cookie at sign-out only. A session that isn't there needs no
    deletion, and an answer that comes late would delete the cookie of the next sign-in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        response = self.get_response(request)
        session = of(request)
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if session.ended and session.is_empty():
            _set_cookie(response, "", 0)
        elif not session.is_empty() and response.status_code < 500:
            return _keep(request, session, response)
        return response


def _keep(request: Request, session: SessionStore, response: HttpResponse) -> HttpResponse:
    try:
        if session.modified:
            session.save()
    except UpdateError:
        # Signed out elsewhere while this request was on its way.
        return problems.page(request, 401)
    except SessionsUnavailable:
        return problems.page(request, 503, retry_after=5)
    key = session.session_key or ""
    if key != request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        _set_cookie(response, key, session.get_expiry_age())
    return response


def _set_cookie(response: HttpResponse, key: str, seconds: int) -> None:
    # A browser takes a __Host- cookie, deletions included, only with Secure and path /.
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        key,
        max_age=seconds,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def person(get_response: GetResponse) -> GetResponse:
    """Sets request.person; where nobody can say who it is, 503 and no cookie changes."""

    def middleware(request: Request) -> HttpResponse:
        request.person = None
        session = of(request)
        if session.session_key:
            try:
                request.person = person_of(session)
            except SessionsUnavailable:
                return problems.page(request, 503, retry_after=5)
        return get_response(request)

    return middleware


def person_of(session: SessionStore) -> Person | None:
    """Who the session belongs to. Raises SessionsUnavailable."""
    facts = session.get("person")
    if not isinstance(facts, dict):
        return None
    seconds = facts.get("auth_time")
    return Person(
        subject=facts["subject"],
        name=facts["name"],
        email=facts["email"],
        roles=frozenset(facts["roles"]),
        zone=facts["zone"],
        locale=facts["locale"],
        acr=facts["acr"],
        authenticated_at=None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC),
    )
