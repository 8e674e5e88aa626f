"""A person's own share links, and the page that anyone with a link sees."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare import errors
from selfcare.clients import transactions as service
from selfcare.documents.shares import actions, showing
from selfcare.documents.shares.forms import ShareForm
from selfcare.documents.shares.models import MOST_LIVE, Share
from selfcare.web import problems
from selfcare.web.guards import public, signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Request, SignedInRequest

LISTED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    txn = service.transaction(request.person.subject, transaction_id)
    form = ShareForm(request.POST or None, initial={"key": secrets.token_urlsafe(24)})
    status, full = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.share(txn=txn, **form.cleaned_data)
                return SeeOther(made.url)
            except actions.TooManyShares:
                status, full = 409, True
            except actions.KeyReused:
                return problems.page(request, 422, code="idempotency_key_reused")
        elif "key" in form.errors:
            return problems.page(request, 400)
    context = {"txn": txn, "form": form, "full": full, "most": MOST_LIVE}
    return render_page(request, "documents/share_new.html", context, status=status)


@require_safe
@signed_in
def share_list(request: SignedInRequest) -> HttpResponse:
    rows = list(Share.objects.of(request.person.subject).order_by("-created_at")[:LISTED])
    context = {
        "live": [row for row in rows if row.is_live],
        "ended": [row for row in rows if not row.is_live],
    }
    return render_page(request, "documents/shares.html", context)


@require_safe
@signed_in
def share_detail(request: SignedInRequest, share_id: str) -> HttpResponse:
    row = actions.find(request.person.subject, share_id)
    if row is None:
        raise Http404
    context = {
        "share": row,
        "shown": showing.said(row.shown),
        "hidden": showing.said([name for name in showing.NAMES if name not in row.shown]),
        "address": address_of(row),
    }
    return render_page(request, "documents/share.html", context)


@require_POST
@signed_in
def share_revocation_new(request: SignedInRequest, share_id: str) -> HttpResponse:
    row = actions.revoke(request.person.subject, share_id)
    if row is None:
        raise Http404
    messages.success(request, _("The link shows nothing any more."))
    return SeeOther(row.url)


@require_safe
@public
def shared(request: Request, token: str) -> HttpResponse:
    """Expired, revoked and unknown links are the same 404: none says that there was something."""
    row = actions.by_token(token)
    if row is None:
        return _unlisted(render_page(request, "documents/shared_gone.html", {}, status=404))
    context: dict[str, object] = {"expires_at": row.expires_at}
    try:
        txn = service.transaction(row.subject, row.transaction_id)
    except errors.NotFound:
        return _unlisted(render_page(request, "documents/shared_gone.html", {}, status=404))
    except errors.CallFailed:
        response = render_page(request, "documents/shared.html", context, status=503)
        response["Retry-After"] = "30"
        return _unlisted(response)
    if _is_somebody(request, row):
        Share.objects.count_view(row, timezone.now())
    told = showing.of(txn, row.shown)
    return _unlisted(render_page(request, "documents/shared.html", {**context, "told": told}))


def address_of(row: Share) -> str:
    """The whole link; empty when it ended, or can't be told any more."""
    token = actions.token_of(row) if row.is_live else ""
    return settings.SELFCARE_URL + reverse("documents:shared", args=[token]) if token else ""


def _is_somebody(request: Request, row: Share) -> bool:
    """Not its owner, not a program that only asks whether it is there, not a guess of a browser."""
    owner = request.person is not None and request.person.subject == row.subject
    guess = "prefetch" in request.headers.get("Sec-Purpose", "")
    return request.method == "GET" and not owner and not guess


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
