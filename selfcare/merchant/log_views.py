"""The log: each request of the merchant's programs, and why one was refused."""

import json
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from selfcare.merchant import listing
from selfcare.merchant.log_forms import FilterForm
from selfcare.merchant.log_shapes import Explained, Requests
from selfcare.merchant.room import Room, merchant_page, render
from selfcare.web.request import SignedInRequest

FILTERS = ("verdict", "http_status", "method", "step", "key", "idempotency_key")


@merchant_page
@require_safe
def request_list(request: SignedInRequest, room: Room) -> HttpResponse:
    context = listing.page(request, room, "console_requests", Requests, "/requests", names=FILTERS)
    context["form"] = FilterForm(initial=context["asked"])
    return render(request, room, "log/list.html", context, status=context["status"])


@merchant_page
@require_safe
def request_detail(request: SignedInRequest, room: Room, request_id: str) -> HttpResponse:
    """Step by step, with what was expected and what came."""
    found = room.read("console_request", Explained, f"/requests/{request_id}")
    context: dict[str, Any] = {
        "logged": found,
        "failed": next((step for step in found.steps if step.result == "failed"), None),
        "sent": _readable(found.request.body),
        "given": _readable(found.response.body),
    }
    return render(request, room, "log/detail.html", context)


def _readable(body: str) -> str:
    """JSON with its lines indented; anything else, and what was cut, as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
