"""Takes what the platform posts to the shop: believes only what is signed, whatever its order."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sandbox.shop import orders
from sandbox.shop.client import NoAnswerError, RefusedError
from sandbox.shop.models import ClosedError, Till

LARGEST = 64 * 1024
OLDEST_SECONDS = 300


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """204 once it is taken in. With anything else the platform sends it again later."""
    content = request.read(LARGEST)
    try:
        if not _is_theirs(request, content):
            return HttpResponse(status=400)
        _take_in(json.loads(content))
    except (ClosedError, NoAnswerError):
        return HttpResponse(status=503)
    except RefusedError:
        pass  # it is nothing of ours any more; sending it again would not help
    return HttpResponse(status=204)


def _take_in(event: dict[str, Any]) -> None:
    """The same event twice, or an old one after a new one, changes nothing (`orders.learn`)."""
    kind, data = event["type"].partition(".")[0], event["data"]
    if kind in {"payment", "payout"}:
        orders.learn(data, by="webhook")
    elif kind == "refund" and data["payment_id"]:
        # It says what this one refund was, and not what has come back in all: so we ask.
        for order in orders.of_payment(data["payment_id"]):
            orders.ask_about(order, by="webhook")


def _is_theirs(request: HttpRequest, content: bytes) -> bool:
    """Standard Webhooks 1.0: one of the signatures is ours, and it was sent just now."""
    id_ = request.headers.get("webhook-id", "")
    sent_at = request.headers.get("webhook-timestamp", "")
    if not (sent_at.isascii() and sent_at.isdecimal() and len(sent_at) < 12):
        return False
    if abs(time.time() - int(sent_at)) > OLDEST_SECONDS:
        return False
    key = base64.b64decode(Till.secrets().webhook.removeprefix("whsec_"))
    signed = f"{id_}.{sent_at}.".encode() + content
    ours = f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
    given = request.headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(ours.encode(), one.encode()) for one in given)
