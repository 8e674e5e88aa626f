"""Signing in and out in the browser; what a session is stands in session_store.py."""

import re
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import Error as DatabaseError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from selfcare import errors
from selfcare.clients import auth
from selfcare.identity import actions, attempts, leaving, step_up
from selfcare.identity.session_store import SessionsUnavailable
from selfcare.preferences import actions as preferences
from selfcare.preferences import choices
from selfcare.web import problems
from selfcare.web.guards import public
from selfcare.web.pages import render_page
from selfcare.web.request import Request, SignedInRequest

HINT = re.compile(r"[\x21-\x7e]{1,254}")
SIGNED_OUT_SALT = "selfcare.identity.signed-out"
# What the provider may say instead of a code (Core 3.1.2.6), as reasons of ours.
PROVIDER_ERRORS = {
    "access_denied": "left",
    "login_required": "login_required",
    "interaction_required": "login_required",
    "server_error": "not_reached",
    "temporarily_unavailable": "not_reached",
}


@require_GET
@never_cache
@public
def sign_in(request: Request) -> HttpResponse:
    """Leads straight to the provider; somebody signed in goes on to the wanted page.

    `as` names whom the provider is to expect. It signs nobody in, and where somebody else is
    signed in, they are asked first.
    """
    to = attempts.local_path(request.GET.get("next"))
    hint = _hint(request.GET.get("as", ""))
    person = request.person
    if person is None:
        return _leave(request, to, hint=hint, afresh=actions.was_ended_elsewhere(request))
    if hint and hint.lower() not in {person.email.lower(), person.subject.lower()}:
        context = {"hint": hint, "to": to}
        return render_page(request, "identity/another_person.html", context)
    return HttpResponseRedirect(to)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def another_person(request: Request) -> HttpResponse:
    """Leads somebody else to the provider; whoever is signed in stays so until that worked."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("overview:home"))
    to = attempts.local_path(request.POST.get("next"))
    return _leave(request, to, hint=_hint(request.POST.get("as", "")), afresh=True)


def _leave(request: Request, to: str, *, hint: str, afresh: bool) -> HttpResponse:
    """On to the provider, which has to ask `afresh` where it may still know this browser.

    That is after a sign-out from another browser, and where somebody else is to sign in (OpenID
    Connect Core 1.0, section 3.1.2.1).
    """
    attempt = attempts.new(to, instead_of=request.person.name if request.person else "")
    more = {"prompt": "login"} if afresh else {}
    more |= {"login_hint": hint} if hint else {}
    try:
        url = auth.authorization_url(
            state=attempt.state, nonce=attempt.nonce, verifier=attempt.verifier, **more
        )
    except errors.CallFailed as error:
        return leaving.not_reached(request, error, on=_sign_in_address(to))
    response = leaving.to(request, url)
    attempts.remember(request, response, attempt)
    return response


def _hint(text: str) -> str:
    """An address or a subject to hand on; anything else is as good as none."""
    return text if text.isascii() and HINT.fullmatch(text) else ""


@require_GET
@never_cache
@public
def callback(request: Request) -> HttpResponse:
    """Where the provider leads back to, after a sign-in and after a step-up."""
    attempt = attempts.find(request, request.GET.get("state", ""))
    if attempt is None:
        return _go_on(request, "/", "stale")
    if attempt.finished:
        return _go_on(request, attempt.next, "used")
    response = _answered(request, attempt)
    if response.status_code < 500:
        attempts.finish(response, attempt)
    return response


def _go_on(request: Request, to: str, reason: str) -> HttpResponse:
    """A second click or the back button: who is signed in already is where they wanted to be."""
    if request.person is not None:
        return HttpResponseRedirect(to)
    return leaving.failed(request, reason, on=_sign_in_address(to))


def _answered(request: Request, attempt: attempts.Attempt) -> HttpResponse:
    """What became of this attempt: the page it was for, or one that says why not."""
    back = attempt.next if attempt.is_step_up else _sign_in_address(attempt.next)
    try:
        reason = _fault(request)
        if not reason:
            identity = auth.identify(
                code=request.GET["code"], verifier=attempt.verifier, nonce=attempt.nonce
            )
            _accept(request, attempt, identity)
            return HttpResponseRedirect(_destination(attempt, identity))
    except step_up.Refused as refused:
        reason = refused.reason
    except actions.EndedAlready:
        reason = "ended_there"
    except errors.Rejected:
        # The code was used or is too old: with a double click the other answer has arrived.
        reason, back = "used", attempt.next
    except errors.CallFailed as error:
        return leaving.not_reached(request, error, on=back)
    except (SessionsUnavailable, DatabaseError):
        reason = "no_store"
    return leaving.failed(request, reason, on=back, step_up=attempt.is_step_up)


def _fault(request: Request) -> str:
    """Why the parameters of an answer can't be used; empty if they can."""
    there, issuer = auth.provider(), request.GET.get("iss")
    # RFC 9207, 2.4: an answer of another provider that was mixed in.
    if issuer != there.issuer and (issuer is not None or there.names_itself):
        return "not_ours"
    if "error" in request.GET:
        return PROVIDER_ERRORS.get(request.GET["error"], "refused")
    return "" if request.GET.get("code") else "not_ours"


def _accept(request: Request, attempt: attempts.Attempt, identity: auth.Identity) -> None:
    if not attempt.is_step_up:
        # Before the session is there: where this can't be written, nobody is half signed in.
        preferences.remember(
            subject=identity.subject,
            language=get_language() or "",
            zone=identity.text("zoneinfo", limit=64),
        )
        actions.sign_in(request, identity)
        _say_who_went(request, attempt.instead_of, identity)
    elif request.person is None:
        raise step_up.Refused("other_session")
    else:
        step_up.complete(cast(SignedInRequest, request), attempt, identity)


def _say_who_went(request: Request, before: str, identity: auth.Identity) -> None:
    name = str(actions.person_facts(identity)["name"])
    if before and before != name:
        told = _("You are signed in as %(name)s now. %(before)s is signed out in this browser.")
        messages.success(request, told % {"name": name, "before": before})


def _destination(attempt: attempts.Attempt, identity: auth.Identity) -> str:
    """The page that was wanted; whoever wanted none begins where they like to."""
    if attempt.is_step_up or attempt.next != "/":
        return attempt.next
    return choices.start_page(preferences.of(identity.subject).start_page)


@require_POST
@never_cache
@public
def sign_out(request: Request) -> HttpResponse:
    """Ends the session here, then at the provider, which leads back to the page below."""
    if request.person is None:
        return HttpResponseRedirect(reverse("identity:signed_out"))
    try:
        id_token = actions.end_own(request)
    except SessionsUnavailable:
        # Said as it is: this browser would still be signed in.
        return problems.page(request, 503, retry_after=5)
    request.person = None
    try:
        state = signing.dumps("everywhere", salt=SIGNED_OUT_SALT)
        url = auth.end_session_url(id_token=id_token, state=state)
    except errors.CallFailed:
        url = ""
    return leaving.to(request, url) if url else HttpResponseRedirect(reverse("identity:signed_out"))


@require_GET
@never_cache
@public
def signed_out(request: Request) -> HttpResponse:
    """Signed out; also at the provider where it led back here with our state."""
    try:
        state = request.GET.get("state", "")
        everywhere = signing.loads(state, salt=SIGNED_OUT_SALT, max_age=3600) == "everywhere"
    except signing.BadSignature:
        everywhere = False
    context = {"everywhere": everywhere, "provider": settings.AUTH_ISSUER}
    return render_page(request, "identity/signed_out.html", context)


def _sign_in_address(to: str) -> str:
    return f"{reverse('identity:sign_in')}?{urlencode({'next': to})}"
