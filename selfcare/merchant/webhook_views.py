"""Webhooks seen: endpoints, deliveries with every attempt, and what came to our receiver."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.merchant.forms import WriteForm
from selfcare.merchant.room import Room, merchant_page, render
from selfcare.merchant.webhook_forms import AnswerForm
from selfcare.merchant.webhook_shapes import (
    Deliveries,
    Delivery,
    EndpointDetail,
    Endpoints,
    ReceivedList,
    WholeDelivery,
)
from selfcare.web.request import SignedInRequest

STATES = ("waiting", "delivered", "given_up", "stopped")


@merchant_page
@require_safe
def endpoint_list(request: SignedInRequest, room: Room) -> HttpResponse:
    found = room.read("webhook_endpoints", Endpoints, "/webhook-endpoints")
    context = {"endpoints": found.data, "form": WriteForm()}
    return render(request, room, "webhooks/list.html", context)


@merchant_page
@require_safe
def endpoint_detail(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    """Its deliveries beside one of them: the one asked for, else the first of the page."""
    state = request.GET.get("state", "")
    cursor, chosen = request.GET.get("cursor", "")[:200], request.GET.get("delivery", "")[:80]
    state = state if state in STATES else ""
    endpoint = _endpoint(room, endpoint_id)
    page = deliveries(room, endpoint_id, state, cursor)
    shown = _shown(room, chosen, page.data)
    context = {
        "endpoint": endpoint,
        "page": page,
        "state": state,
        "cursor": cursor,
        "chosen": shown.id if shown else "",
        "delivery": shown,
        "is_soon": any(row.is_soon for row in page.data) or bool(shown and shown.is_soon),
        "form": WriteForm(),
    }
    return render(request, room, "webhooks/endpoint.html", context, partial="console")


def deliveries(room: Room, endpoint_id: str, state: str, cursor: str) -> Deliveries:
    """A page; of a cursor that is none, the first."""
    path = f"/webhook-endpoints/{endpoint_id}/deliveries"
    params = [("state", state)] if state else []
    try:
        more = [("cursor", cursor)] if cursor else []
        return room.read("webhook_deliveries", Deliveries, path, [*params, *more])
    except errors.Rejected:
        return room.read("webhook_deliveries", Deliveries, path, params)


def _shown(room: Room, chosen: str, rows: tuple[Delivery, ...]) -> WholeDelivery | None:
    wanted = chosen or (rows[0].id if rows else "")
    if not wanted or not wanted.replace("_", "").isalnum() or not wanted.isascii():
        return None
    return room.read("webhook_delivery", WholeDelivery, f"/webhook-deliveries/{wanted}")


@merchant_page
@require_safe
def received_list(request: SignedInRequest, room: Room, endpoint_id: str) -> HttpResponse:
    endpoint = _endpoint(room, endpoint_id)
    path = f"/webhook-endpoints/{endpoint_id}/received"
    context = {
        "endpoint": endpoint,
        "received": room.read("webhook_received", ReceivedList, path).data,
        "form": AnswerForm(initial={"answers_with": endpoint.answers_with}),
    }
    return render(request, room, "webhooks/received.html", context, partial="list")


def _endpoint(room: Room, endpoint_id: str) -> EndpointDetail:
    return room.read("webhook_endpoint", EndpointDetail, f"/webhook-endpoints/{endpoint_id}")
