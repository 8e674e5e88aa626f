"""The outbox as JSON, and its pretended browsers; shows no page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sandbox import clock, ids
from sandbox.control.views import facts_of, lever
from sandbox.outbox import browsers, listing
from sandbox.outbox.models import Browser, Message
from sandbox.problems import ProblemError, answer

MOST = 5000


@lever("GET", "DELETE")
def message_list(request: HttpRequest) -> HttpResponse:
    """Oldest first: `?to=&channel=mail|sms|push&after=<id>&limit=&lean=1`; DELETE empties it."""
    rows = listing.found(to=request.GET.get("to", ""), channel=_channel(request))
    if request.method == "DELETE":
        return answer(200, {"deleted": rows.count(), "messages": _emptied(rows)})
    after, limit = request.GET.get("after", ""), request.GET.get("limit", "1000")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        raise ValueError(f"limit must be a whole number from 1 to {MOST}")
    if after:
        pk = ids.unwire(after.partition("_")[0], after)
        last = Message.objects.filter(pk=pk).first() if pk else None
        if last is None:
            raise ValueError("after must be the id of a message")
        same = rows.filter(received_at=last.received_at, id__gt=last.pk)
        rows = (rows.filter(received_at__gt=last.received_at) | same).distinct()
    lean = request.GET.get("lean") == "1"
    found = rows.prefetch_related("receptions")[: int(limit)]
    return answer(200, [listing.as_dict(row, lean=lean) for row in found])


@lever("GET")
def counts(request: HttpRequest) -> HttpResponse:
    """{"mail": {"messages", "keys", "receptions", "more_than_once"}, "sms": …, "push": …}"""
    return answer(200, listing.counts())


@lever("GET", "POST")
def browser_list(request: HttpRequest) -> HttpResponse:
    """POST {"name"?, "server_key"?} → the PushSubscription of a new browser, as JSON."""
    if request.method == "GET":
        return answer(200, [_browser(row) for row in listing.browsers()])
    facts = facts_of(request)
    name, key = facts.get("name") or "A browser", facts.get("server_key") or ""
    if not isinstance(name, str) or not 0 < len(name) <= 120 or "\0" in name:
        raise ValueError("name must be text of 1 to 120 characters")
    if not isinstance(key, str) or len(key) > 100 or "\0" in key:
        raise ValueError("server_key must be a VAPID key, base64url")
    browser = browsers.subscribe(name, server_key=key)
    return answer(201, browsers.subscription(browser))


@lever("DELETE")
def browser_detail(request: HttpRequest, token: str) -> HttpResponse:
    """The person takes the permission away: from now on 410."""
    if not browsers.forget(token):
        raise ProblemError(404, "unknown_subscription", "There is no such browser.")
    return answer(200, {"gone": token})


def _channel(request: HttpRequest) -> str:
    channel = request.GET.get("channel", "")
    if channel and channel not in Message.Channel.values:
        raise ValueError(f"channel must be one of {', '.join(Message.Channel.values)}")
    return channel


def _emptied(rows: Any) -> int:
    rows.delete()
    return Message.objects.count()


def _browser(row: Browser) -> dict[str, Any]:
    return {
        "name": row.name,
        "token": row.token,
        "gone_at": clock.maybe(row.gone_at),
        "subscription": browsers.subscription(row),
        "endpoint": f"{settings.SANDBOX_URL}/push/{row.token}",
    }
