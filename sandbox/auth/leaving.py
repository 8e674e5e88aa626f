"""Signing out here at a client's wish (OpenID Connect RP-Initiated Logout 1.0)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from . import keys, sessions
from .authorization import LONGEST
from .models import Client, Session
from .pages import face, page, stop


@dataclass(frozen=True)
class Wish:
    """What the client asks for, as far as it can be trusted."""

    client: Client | None
    sub: str
    sid: str
    uri: str
    uri_asked: bool
    state: str

    @property
    def target(self) -> str:
        if not self.state:
            return self.uri
        joint = "&" if "?" in self.uri else "?"
        return f"{self.uri}{joint}{urlencode({'state': self.state})}"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """Ends the session that the ID token names; asks the person where it names none."""
    wish = _read(request.POST if request.method == "POST" else request.GET)
    here = sessions.session_of(request)
    named = _named(wish)
    if named:
        sessions.end(named)
    if here and here != named:
        token = signing.dumps([wish.target, bool(wish.uri_asked and not wish.uri)])
        context = {
            "client": wish.client,
            "token": token,
            "person": here.person,
            **face(here.person),
        }
        return page(request, "end_session.html", context, returns_to=wish.uri)
    return _gone(request, wish.target, refused=wish.uri_asked and not wish.uri)


@require_POST
def end_session_confirm(request: HttpRequest) -> HttpResponse:
    """The person's own yes, from the page above."""
    try:
        target, refused = signing.loads(request.POST.get("token", ""), max_age=3600)
    except signing.BadSignature:
        return stop(request, "This page has expired", "You are still signed in here.")
    session = sessions.session_of(request)
    if session:
        sessions.end(session)
    return _gone(request, target, refused=refused)


def _gone(request: HttpRequest, target: str, *, refused: bool) -> HttpResponse:
    request.session.flush()
    if target:
        return redirect(target)
    if refused:
        message = "The address to return to isn’t registered, so we leave you here."
        return stop(request, "You are signed out", message)
    return stop(request, "You are signed out", "You can close this page.", status=200)


def _read(params: QueryDict) -> Wish:
    """The wish; an unknown client or a foreign token count as not there."""
    claims = keys.claims_of(params.get("id_token_hint", "")) or {}
    audience = str(claims.get("aud", ""))
    client_id = params.get("client_id", "").replace("\x00", "") or audience
    if audience and audience != client_id:
        claims = {}
    client = Client.objects.filter(client_id=client_id).first()
    uri = params.get("post_logout_redirect_uri", "")
    known = client is not None and uri in client.post_logout_redirect_uris
    return Wish(
        client=client,
        sub=str(claims.get("sub", "")) if client else "",
        sid=str(claims.get("sid", "")) if client else "",
        uri=uri if known else "",
        uri_asked=bool(uri),
        state=params.get("state", "")[:LONGEST] if known else "",
    )


def _named(wish: Wish) -> Session | None:
    """The open session of the ID token: only the client and the person ever had that."""
    found = Session.objects.open().select_related("person")
    return found.filter(sid=wish.sid, person__sub=wish.sub).first() if wish.sid else None
