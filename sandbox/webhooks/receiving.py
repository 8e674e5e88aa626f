"""Our own receiver: takes webhooks as a merchant's program would, for who has none yet."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sandbox import clock
from sandbox.events import signing
from sandbox.webhooks import endpoints
from sandbox.webhooks.models import Received, Receiver

type Json = dict[str, Any]

KEPT = 200
LARGEST = 64 * 1024
KEPT_BYTES = 8 * 1024
SHOWN = ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "user-agent")
# How old a signature may be, as Standard Webhooks 1.0 proposes.
TOLERANCE_SECONDS = 300
ANSWERS = (200, 204, 302, 400, 404, 410, 500, 503)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Verify, keep, and answer as the merchant chose; what isn't believed gets 400."""
    receiver = Receiver.objects.select_related("endpoint").filter(token=token).first()
    if receiver is None:
        return HttpResponseNotFound()
    content = request.read(LARGEST)
    headers = {name: request.headers.get(name, "")[:500] for name in SHOWN}
    problem = _problem(receiver, headers, content)
    answer = 400 if problem else receiver.answers_with
    event = _event(content)
    Received.objects.create(
        receiver=receiver,
        at=clock.real_now(),
        event_id=_plain(headers["webhook-id"])[:80],
        type=_plain(str(event.get("type", "")))[:80],
        sequence=_whole(event.get("sequence")),
        problem=problem,
        answered=answer,
        headers=json.dumps({name: _plain(value) for name, value in headers.items()}),
        body=_plain(content[:KEPT_BYTES].decode("utf-8", "replace")),
    )
    _forget(receiver)
    response = HttpResponse(status=answer)
    # A 500 that was asked for is no news, and the log is no place for the token.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _problem(receiver: Receiver, headers: dict[str, str], content: bytes) -> str:
    """Why it isn't believed, or ""."""
    given = headers["webhook-signature"].split()
    if not headers["webhook-id"] or not given:
        return "unsigned"
    said = headers["webhook-timestamp"]
    now = clock.real_now()
    if not said.isascii() or not said.isdecimal() or len(said) > 12:
        return "bad_timestamp"
    if abs(now.timestamp() - int(said)) > TOLERANCE_SECONDS:
        return "too_old"
    keys = endpoints.live_keys(receiver.endpoint, now)
    expected = signing.headers(keys, headers["webhook-id"], int(said), content)
    known = expected["webhook-signature"].split()
    fits = any(constant_time_compare(one, other) for one in given[:10] for other in known)
    return "" if fits else "wrong_signature"


def _event(content: bytes) -> Json:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**63 else None


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)


def _forget(receiver: Receiver) -> None:
    old = receiver.received.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 50]
    if pks := list(old):
        Received.objects.filter(pk__in=pks).delete()
