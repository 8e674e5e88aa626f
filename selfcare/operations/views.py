"""The operators' pages that look: figures, dead letters, what was refused, the audit."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from selfcare import ids
from selfcare.events.models import Event, Refusal
from selfcare.notifications.models import AuditEntry, Delivery
from selfcare.operations import asking, driving, figures, masking, wording
from selfcare.operations.asking import Asked
from selfcare.operations.forms import AskedForm, ReasonForm
from selfcare.web.guards import requires
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

operator = requires("operator")


@require_safe
@operator
def overview(request: SignedInRequest) -> HttpResponse:
    """How deliveries go by channel and hour, how long events wait, how the providers are."""
    providers = figures.providers()
    context = {
        "here": "overview",
        "channels": figures.by_channel(),
        "waits": figures.waits(),
        "providers": providers,
        "is_set_up": figures.is_set_up(),
    }
    return render_page(request, "operations/overview.html", context)


@require_safe
@operator
def delivery_list(request: SignedInRequest) -> HttpResponse:
    """Deliveries that were given up, newest first."""
    asked = Asked.read(request.GET.dict())
    rows = asked.deliveries(zone_of(request.person)).select_related("notification", "address")
    context = _listed(request, asked, rows, by="changed_at", name="deliveries")
    context["rows"] = [_delivery(row) for row in context["rows"]]
    return render_page(request, "operations/deliveries.html", context, status=context["status"])


@require_safe
@operator
def event_list(request: SignedInRequest) -> HttpResponse:
    """Events that nobody could be told of, newest first."""
    asked = Asked.read(request.GET.dict())
    rows = asked.events(zone_of(request.person))
    context = _listed(request, asked, rows, by="received_at", name="events")
    return render_page(request, "operations/events.html", context, status=context["status"])


@require_safe
@operator
def refusal_list(request: SignedInRequest) -> HttpResponse:
    """What was signed rightly and not taken."""
    context = _listed(request, Asked(), Refusal.objects.all(), by="received_at", name="refusals")
    context["rows"] = [
        {"refusal": row, "id": ids.encode("rfs", row.pk), "words": wording.refusal(row.reason)}
        for row in context["rows"]
    ]
    return render_page(request, "operations/refusals.html", context, status=context["status"])


@require_safe
@operator
def audit(request: SignedInRequest) -> HttpResponse:
    """What operators did, with name and reason."""
    context = _listed(request, Asked(), AuditEntry.objects.all(), by="at", name="audit")
    context["rows"] = [
        {"entry": row, "words": wording.action(row.action)} for row in context["rows"]
    ]
    return render_page(request, "operations/audit.html", context, status=context["status"])


@require_safe
@operator
def delivery_detail(request: SignedInRequest, thing_id: str) -> HttpResponse:
    """Cause, tries and facts of one delivery, whatever became of it."""
    row = _find(Delivery.objects.select_related("notification", "address"), "dlv", thing_id)
    notification = row.notification
    tries = [
        {"attempt": one, "outcome": wording.outcome(one.outcome)}
        for one in row.attempts.order_by("-at", "-pk")[:100]
    ]
    context = {
        "here": "deliveries",
        **_delivery(row),
        "tries": tries,
        "facts": masking.facts(notification.facts) if notification else [],
        "parts": 0 if notification else row.parts.count(),
        "event_id": ids.encode("evt", notification.event_id) if notification else "",
    }
    return render_page(request, "operations/delivery.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator
def event_detail(request: SignedInRequest, thing_id: str) -> HttpResponse:
    """One event by its shape; all of it where the operator says why, and that is written down."""
    event = _find(Event.objects.all(), "evt", thing_id)
    context = {
        "here": "events",
        "event": event,
        "is_set_aside": event.state == Event.State.SET_ASIDE,
        **_payload(request, event.data, event.public_id),
    }
    return render_page(request, "operations/event.html", context, status=context["status"])


@require_http_methods(["GET", "HEAD", "POST"])
@operator
def refusal_detail(request: SignedInRequest, thing_id: str) -> HttpResponse:
    """What was refused, beside the event that was taken under its id; shown as sparingly."""
    refusal = _find(Refusal.objects.all(), "rfs", thing_id)
    taken = Event.objects.filter(source=Event.Source.PLATFORM, source_id=refusal.source_id)
    context = {
        "here": "refusals",
        "refusal": refusal,
        "id": ids.encode("rfs", refusal.pk),
        "words": wording.refusal(refusal.reason),
        "taken": taken.first() if refusal.source_id else None,
        **_payload(request, masking.read(refusal.body), ids.encode("rfs", refusal.pk)),
    }
    return render_page(request, "operations/refusal.html", context, status=context["status"])


def _payload(request: SignedInRequest, data: Any, target: str) -> dict[str, Any]:
    """The facts of a payload by their shapes; after a POST with a reason `everything` of it."""
    form = ReasonForm(request.POST or None)
    everything = ""
    if request.method == "POST" and form.is_valid():
        driving.note(
            by=request.person,
            action="payload.read",
            reason=form.cleaned_data["reason"],
            target=target,
            request_id=request.request_id,
        )
        everything = masking.everything(data)
    return {
        "facts": masking.facts(data),
        "everything": everything,
        "form": form,
        "status": 422 if form.errors else 200,
    }


def _listed(
    request: SignedInRequest, asked: Asked, rows: Any, *, by: str, name: str
) -> dict[str, Any]:
    """A page of rows with its frame; a cut cursor or an unknown filter is told, and answers 400."""
    question, cursor = f"{name} {asked.query_string}", request.GET.get("cursor", "")
    status = 400 if asked.unknown else 200
    try:
        page = asking.page(rows, by=by, cursor=cursor, question=question)
    except asking.BadCursor:
        page, status, cursor = asking.page(rows, by=by, question=question), 400, ""
    here = reverse(f"operations:{name}")
    return {
        "here": name,
        "asked": asked,
        "form": AskedForm(initial={one: getattr(asked, one) for one in Asked.NAMES}),
        "rows": page.rows,
        "total": rows.values("pk")[: driving.MOST + 1].count(),
        "most": driving.MOST,
        "cursor": cursor,
        "next_cursor": page.next_cursor,
        "here_url": f"{here}?{asked.query_string}" if asked.query_string else here,
        "clear_url": here,
        "status": status,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    """One delivery with its masked address and its cause in words."""
    address = row.address
    return {
        "delivery": row,
        "channel": figures.channel_name(row.channel),
        "address": masking.address(address.channel, address.value) if address else "",
        "cause": wording.cause(row.reason),
        "type": row.notification.event_type if row.notification else "",
    }


def _find(rows: Any, prefix: str, public_id: str) -> Any:
    pk = ids.decode(prefix, public_id)
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise Http404
    return row
