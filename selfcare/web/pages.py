"""Renders a page, or the one part of it that HTMX asked for; the server names the part."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from selfcare.web.request import Request


def render_page(
    request: Request,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or `{% partialdef partial %}` of it when HTMX swaps it in."""
    in_part = bool(partial and request.htmx and not request.htmx.boosted)
    name = f"{template}#{partial}" if in_part else template
    response = render(request, name, context, status=status)
    if partial:
        patch_vary_headers(response, ("HX-Request",))
    return response
