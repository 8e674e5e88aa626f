"""Renders a page, or the one part of it that HTMX asked for; the server names the part."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from selfcare.web.request import Request, in_place


class SeeOther(HttpResponseRedirect):
    """303: the form was taken, look at the result there; a reload sends nothing again."""

    status_code = 303


def render_page(
    request: Request,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or `{% partialdef partial %}` of it when HTMX swaps it in."""
    in_part = bool(partial) and in_place(request)
    name = f"{template}#{partial}" if in_part else template
    response = render(request, name, context, status=status)
    if partial:
        patch_vary_headers(response, ("HX-Request",))
    return response
