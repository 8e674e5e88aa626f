"""The feed: events by their sequence, for who missed some; it posts nothing."""

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.events import sequence
from sandbox.events.contract import MOST
from sandbox.events.models import Event
from sandbox.transactions.door import for_all

FARTHEST = 2**63 - 1


@for_all("events")
def event_list(request: HttpRequest) -> HttpResponse:
    """`?after=<sequence>&limit=`: what comes after it, without a gap among what there will be.

    Older ones than we keep are left out.
    """
    after = _whole(request, "after", 0, 0, FARTHEST)
    limit = _whole(request, "limit", 100, 1, MOST)
    # Whoever asks sees all that has happened until now, also with nobody posting.
    sequence.number()
    rows = list(Event.objects.filter(sequence__gt=after).order_by("sequence")[:limit])
    body = {
        "data": [row.body() for row in rows],
        "next_after": rows[-1].sequence if rows else after,
        "as_of": clock.rfc3339(clock.now()),
    }
    return problems.answer(200, body)


def _whole(request: HttpRequest, name: str, default: int, low: int, high: int) -> int:
    text = request.GET.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else -1
    if not low <= number <= high:
        told = f"{name} must be a whole number from {low} to {high}."
        raise problems.ProblemError(400, "bad_filter", told, field=name)
    return number
