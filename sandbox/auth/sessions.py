"""The session at this provider: begun, proved again, found by cookie, and ended everywhere."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from sandbox.events import telling
from sandbox.people.models import Person

from . import backchannel, browsers
from .claims import logout_token
from .models import Session, Token

COOKIE_KEY = "sid"


def session_of(request: HttpRequest) -> Session | None:
    """The open session of this browser."""
    sid = request.session.get(COOKIE_KEY)
    if not sid:
        return None
    return Session.objects.open().select_related("person").filter(sid=sid).first()


def prove_password(request: HttpRequest, person: Person) -> Session:
    """The person typed their password: go on with their session, or begin one."""
    session = session_of(request)
    if session and session.person_id != person.pk:
        end(session)
        session = None
    now = timezone.now()
    if session is None:
        session = _begun(request, person, now)
    else:
        session.password_at = now
        session.save(update_fields=["password_at"])
    request.session.cycle_key()
    request.session[COOKIE_KEY] = session.sid
    return session


def _begun(request: HttpRequest, person: Person, now: datetime) -> Session:
    with transaction.atomic():
        session = Session.objects.create(person=person, password_at=now)
        browser = browsers.name(request.headers.get("User-Agent", ""))
        telling.of_session(session.sid, person.sub, browser=browser, acr=session.acr, at=now)
    return session


def prove_code(session: Session) -> None:
    session.code_at = timezone.now()
    session.save(update_fields=["code_at"])


def end(session: Session) -> None:
    """End it here, kill its tokens, and tell each client behind the browser's back."""
    with transaction.atomic():
        ended = Session.objects.filter(pk=session.pk, ended_at=None)
        if not ended.update(ended_at=timezone.now()):
            return
        Token.objects.filter(grant__session=session).delete()
        letters = [
            backchannel.Letter(client.client_id, client.backchannel_logout_uri, token)
            for client in session.clients.exclude(backchannel_logout_uri="")
            if (token := logout_token(session, client))
        ]
        transaction.on_commit(lambda: backchannel.send(letters))
