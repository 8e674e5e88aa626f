"""Events by hand: any for anybody, many at once, and the list of how each was posted."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from sandbox import clock, ids
from sandbox.control.views import facts_of, lever, sub_of
from sandbox.events import emitting, flooding
from sandbox.events.models import Event
from sandbox.problems import ProblemError, answer

MOST = 2000


@lever("GET", "POST", "DELETE")
def event_list(request: HttpRequest) -> HttpResponse:
    """POST {"type", "sub", "facts"?, "id"?, "version"?, "count"?, …} → their ids, or {"raw"}.

    GET is the list with attempts, newest first: `?sub=&type=&state=&object_id=&limit=`. DELETE
    forgets all, posted or not; sequences go on.
    """
    if request.method == "POST":
        events = emitting.emit(facts_of(request), clock.now())
        return answer(201, [_told(event) for event in events])
    if request.method == "DELETE":
        count, _ = Event.objects.all().delete()
        return answer(200, {"deleted": count})
    rows = Event.objects.order_by("-serial").prefetch_related("attempts")
    asked = {"type": "type", "state": "state", "object_id": "object_id"}
    for name, column in asked.items():
        if text := request.GET.get(name, "").replace("\0", ""):
            rows = rows.filter(**{column: text})
    if sub := sub_of(request):
        rows = rows.filter(subject=sub)
    limit = request.GET.get("limit", "100")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        raise ValueError(f"limit must be a whole number from 1 to {MOST}")
    return answer(200, [_with_attempts(row) for row in rows[: int(limit)]])


@lever("POST")
def flood_new(request: HttpRequest) -> HttpResponse:
    """Many events with duplicates, disorder and poison → what has to come of it."""
    return answer(201, flooding.flood(facts_of(request), clock.now()))


@lever("POST")
def again(request: HttpRequest, id_: str) -> HttpResponse:
    """Post one more time what was posted or given up; 409 while it still waits."""
    with transaction.atomic():
        pk = ids.unwire("evt", id_)
        event = Event.objects.select_for_update().filter(id=pk).first() if pk else None
        if event is None:
            raise ProblemError(404, "unknown_event", "There is no such event.")
        if event.state == Event.State.WAITING:
            raise ProblemError(409, "illegal_step", "It still waits to be posted.")
        event.state, event.due_at, event.tries = Event.State.WAITING, clock.now(), 0
        event.save(update_fields=["state", "due_at", "tries"])
    return answer(200, _told(event))


def _told(event: Event) -> dict[str, Any]:
    return {"id": event.wire_id, "type": event.type, "object_id": event.object_id}


def _with_attempts(event: Event) -> dict[str, Any]:
    attempts = sorted(event.attempts.all(), key=lambda attempt: attempt.pk)
    return {
        **event.body(),
        "raw": event.raw or None,
        "state": event.state,
        "tries": event.tries,
        "due_at": clock.rfc3339(event.due_at),
        "attempts": [
            {
                "number": one.number,
                "at": clock.rfc3339(one.at),
                "status": one.status,
                "error": one.error or None,
                "ms": one.ms,
            }
            for one in attempts
        ],
    }
