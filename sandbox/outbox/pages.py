"""Shows the outbox like phones and mailboxes; it receives nothing."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from sandbox import ids
from sandbox.outbox import browsers, showing
from sandbox.outbox.models import Message

SHOWN = ("html", "text", "header")
# The page may hold the frame; in the frame only its own inline styles work, and no script does.
PAGE_CSP = {**settings.SECURE_CSP, "frame-src": ["'self'"]}
MAIL_CSP = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    # Links open beside the mail, as in a mail program, and the page there is not sandboxed.
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    _open_only()
    to = request.GET.get("to", "").replace("\0", "").strip()[:254]
    facts: dict[str, Any] = {
        "to": to,
        "devices": showing.devices(to),
        "mailboxes": showing.mailboxes(to),
        "events": [] if to else showing.latest_events(),
        "selfcare_url": settings.SELFCARE_URL,
        "mail_port": settings.SANDBOX_SMTP_PORT,
    }
    return render(request, "outbox/outbox.html", facts)


@require_safe
@never_cache
@csp_override(PAGE_CSP)
def mail(request: HttpRequest, id_: str) -> HttpResponse:
    found = _mail(id_)
    ways = [way for way in SHOWN if way == "header" or getattr(found, way)]
    asked = request.GET.get("show", "")
    facts = {
        "mail": found,
        "show": asked if asked in ways else ways[0],
        "ways": ways,
        "receptions": list(found.receptions.order_by("pk")),
    }
    return render(request, "outbox/mail.html", facts)


@require_safe
@never_cache
@csp_override(MAIL_CSP)
@xframe_options_sameorigin
def mail_html(request: HttpRequest, id_: str) -> HttpResponse:
    """A stranger's HTML as it came, where it can do nothing."""
    html = _mail(id_).html
    if not html:
        raise Http404
    target = '<base target="_blank">'
    if HEAD.search(html):
        html = HEAD.sub(lambda head: head[0] + target, html, count=1)
    else:
        html = f"<!doctype html>{target}{html}"
    return HttpResponse(html)


@require_POST
def emptying_new(request: HttpRequest) -> HttpResponse:
    _open_only()
    Message.objects.all().delete()
    return HttpResponseRedirect(reverse("outbox:outbox"), status=303)


@require_POST
def browser_new(request: HttpRequest) -> HttpResponse:
    """A pretended browser, whose subscription the page shows."""
    _open_only()
    name = " ".join(request.POST.get("name", "").replace("\0", "").split())[:120]
    browser = browsers.subscribe(name or "A browser")
    return HttpResponseRedirect(f"{reverse('outbox:outbox')}?to={browser.token}", status=303)


@require_POST
def browser_removal(request: HttpRequest, token: str) -> HttpResponse:
    """Its person takes the permission away: from now on the push service says 410."""
    _open_only()
    browsers.forget(token)
    return HttpResponseRedirect(f"{reverse('outbox:outbox')}?to={token}", status=303)


def _mail(id_: str) -> Message:
    _open_only()
    pk = ids.unwire("mail", id_)
    found = Message.objects.filter(pk=pk, channel=Message.Channel.MAIL).first() if pk else None
    if found is None:
        raise Http404
    return found


def _open_only() -> None:
    """What people are told, codes too, lies open here: only where everything does."""
    if settings.SANDBOX_CONTROL != "open":
        raise Http404
