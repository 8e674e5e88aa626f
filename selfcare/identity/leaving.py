"""The ways out of our site to the provider, and the pages for when that doesn't work."""

from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from selfcare import errors
from selfcare.web.pages import render_page
from selfcare.web.request import Request

SIGN_IN_FAILED = "sign_in.failed"

log = structlog.get_logger("selfcare.audit")

# Reason: HTTP status. The words for each stand in templates/identity/failed.html.
STATUSES = {
    "left": 403,
    "login_required": 403,
    "refused": 403,
    "stale": 400,
    "used": 400,
    "not_ours": 400,
    "other_session": 403,
    "other_person": 403,
    "too_weak": 403,
    "not_fresh": 403,
    "ended_there": 403,
    "not_reached": 503,
    "bad_answer": 503,
    "no_store": 503,
}


def to(request: Request, url: str) -> HttpResponse:
    """Leads the browser away; also where an answer to a form may redirect to AUTH_ISSUER alone.

    Our Content-Security-Policy lets forms end at AUTH_ISSUER. A provider whose endpoints lie on
    another host is reached over a page in between, which no form-action follows.
    """
    if request.method == "GET" or _origin(url) == _origin(settings.AUTH_ISSUER):
        response: HttpResponse = HttpResponseRedirect(url)
    else:
        response = render_page(request, "identity/leaving.html", {"url": url})
        response["Refresh"] = f"0; url={url}"
    response["Cache-Control"] = "no-store"
    return response


def not_reached(request: Request, error: errors.CallFailed, *, on: str) -> HttpResponse:
    """The provider gave no answer, or none that holds; `on` is where to go from here."""
    if isinstance(error, errors.BadReply):
        log.error("upstream.broke_contract", detail=str(error))
        return failed(request, "bad_answer", on=on)
    return failed(request, "not_reached", on=on)


def failed(request: Request, reason: str, *, on: str, step_up: bool = False) -> HttpResponse:
    """A page that says what happened and how to go on."""
    log.warning(SIGN_IN_FAILED, reason=reason, step_up=step_up)
    status = STATUSES[reason]
    context = {"reason": reason, "on": on, "step_up": step_up, "request_id": request.request_id}
    response = render_page(request, "identity/failed.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "5"
    return response


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
