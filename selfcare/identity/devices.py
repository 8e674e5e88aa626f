"""A person's own sessions: see them, end one, end all others."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from selfcare import ids
from selfcare.identity import actions
from selfcare.identity.models import Session
from selfcare.identity.session_store import SessionsUnavailable, of
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest

SHOWN = 100


@require_GET
@signed_in
def device_list(request: SignedInRequest) -> HttpResponse:
    rows = Session.objects.open().of(request.person.subject).order_by("-last_seen_at")[:SHOWN]
    here = of(request).key_hash
    others = [row for row in rows if row.key_hash != here]
    context = {
        "this": next((row for row in rows if row.key_hash == here), None),
        "others": others,
    }
    return render_page(request, "identity/devices.html", context)


@require_POST
@signed_in
def device_sign_out(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ends one session; ending this very one is signing out, which has a form of its own."""
    pk = ids.decode("ses", public_id)
    own = Session.objects.of(request.person.subject).filter(pk=pk).first() if pk else None
    if own is None or own.key_hash == of(request).key_hash:
        raise Http404
    try:
        actions.end_one(request.person.subject, own.pk)
    except SessionsUnavailable:
        return problems.page(request, 503, retry_after=5)
    messages.success(request, _("%(browser)s is signed out.") % {"browser": own.browser_words})
    return _back()


@require_POST
@signed_in
def other_devices_sign_out(request: SignedInRequest) -> HttpResponse:
    try:
        ended = actions.end_others(request.person.subject, but=of(request).key_hash)
    except SessionsUnavailable:
        return problems.page(request, 503, retry_after=5)
    words = _("There was no other browser to sign out.")
    if ended:
        words = ngettext(
            "One other browser is signed out.",
            "%(count)d other browsers are signed out.",
            ended,
        ) % {"count": ended}
    messages.success(request, words)
    return _back()


def _back() -> HttpResponse:
    response = HttpResponseRedirect(reverse("identity:devices"))
    response.status_code = 303
    return response
