"""How the auth service shows a page: template, policy, no caching; decides nothing."""

import zlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sandbox.people.models import Person

from .models import Client


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    returns_to: str = "",
) -> HttpResponse:
    """A page nobody stores. `returns_to`: where the redirect after its form may lead.

    Chromium applies form-action to that redirect too, so the client's origin must be in it.
    """
    context = {"demo": settings.SANDBOX_CONTROL == "open"} | context
    response = render(request, f"auth/{template}", context, status=status)
    response["Cache-Control"] = "no-store"
    if returns_to:
        parts = urlsplit(returns_to)
        allowed = ["'self'", f"{parts.scheme}://{parts.netloc}"]
        policy = settings.SECURE_CSP | {"form-action": allowed}
        response._csp_config = policy  # type: ignore[attr-defined]
    return response


def face(person: Person) -> dict[str, Any]:
    """Initials and tint of the circle that stands for a person."""
    words = person.name.split()
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    return {"face": {"initials": initials, "tint": zlib.crc32(person.name.encode()) % 8}}


def stop(request: HttpRequest, title: str, message: str, *, status: int = 400) -> HttpResponse:
    """The end of a way: what happened, and the link back to the app."""
    client = Client.objects.order_by("pk").first()
    context = {"title": title, "message": message, "client": client}
    return page(request, "stop.html", context, status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return stop(
        request,
        "This page has expired",
        "Nothing was sent. Go back to the app and start again; "
        "your browser must accept cookies from this address.",
        status=403,
    )
