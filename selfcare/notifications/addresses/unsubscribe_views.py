"""The page behind the link in each mail that may be muted: looking changes nothing, POST does.

A mail program POSTs here by itself, signed out and without our cookies (RFC 8058), so this one
view asks for no CSRF token: the signed link is what allows it.
"""

from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from selfcare.notifications.addresses import unsubscribing
from selfcare.notifications.wording import CATEGORIES
from selfcare.web.guards import public
from selfcare.web.pages import render_page
from selfcare.web.request import Request


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public
def unsubscribe(request: Request, token: str) -> HttpResponse:
    """What would be muted, with a button; a POST mutes it, however often."""
    known = unsubscribing.read(token)
    if known is None:
        raise Http404
    subject, categories = known
    done = request.method == "POST"
    if done:
        unsubscribing.mute(subject=subject, categories=categories)
    context = {"categories": [CATEGORIES[one].title for one in categories], "done": done}
    response = render_page(request, "notifications/unsubscribe.html", context)
    response["Cache-Control"] = "no-store, private"
    # Whoever follows a link from here needn't learn by which one the person came.
    response["Referrer-Policy"] = "no-referrer"
    return response
