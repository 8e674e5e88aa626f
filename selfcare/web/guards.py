"""Who may call a view: each view wears one guard, or says that it is public; no view logic here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from selfcare.web import problems
from selfcare.web.request import Request, SignedInRequest

type View = Callable[..., HttpResponse]
type SignedInView = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Anybody may call it."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: SignedInView) -> View:
    """Only a signed-in person may call it; others are sent to sign in and come back."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.person is None:
            return sign_in_first(request)
        response = view(cast(SignedInRequest, request), *args, **kwargs)
        # A page about a person's money stays in no cache, shared or not.
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded


def requires(role: str) -> Callable[[SignedInView], View]:
    """Only a signed-in person with `role` may call it; to others the page isn't there."""

    def decorate(view: SignedInView) -> View:
        @wraps(view)
        def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if role not in request.person.roles:
                return problems.page(request, 403)
            return view(request, *args, **kwargs)

        guarded = signed_in(checked)
        guarded.guard = f"requires {role}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def sign_in_first(request: Request) -> HttpResponse:
    """Sends a visitor to sign in: a redirect, HX-Redirect for a fragment, a problem for the API."""
    if problems.wants_json(request):
        return problems.response(request, 401, code="sign_in_required")
    address = f"{reverse('identity:sign_in')}?{urlencode({'next': _wanted(request)})}"
    if request.htmx:
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
    else:
        response = HttpResponseRedirect(address)
    # The back button takes what a browser kept: signed in again, it would be led in circles.
    response["Cache-Control"] = "no-store"
    return response


def _wanted(request: Request) -> str:
    """The page to come back to: this one, or the one that holds the form or the fragment."""
    if request.htmx and request.htmx.current_url_abs_path:
        return request.htmx.current_url_abs_path
    return request.get_full_path()
