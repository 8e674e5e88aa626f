"""Where the platform posts what happened: verified, written down once, answered; nothing else."""

import time

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from selfcare.events import archive, reading, signatures
from selfcare.events.archive import Taken
from selfcare.web import problems
from selfcare.web.guards import public
from selfcare.web.request import Request

log = structlog.get_logger("selfcare.events")

RETRY_SECONDS = 5


@csrf_exempt
@require_POST
@public
def platform(request: Request) -> HttpResponse:
    """Standard Webhooks 1.0: 202 once it is kept, also when it was kept before.

    A problem says why it wasn't; 503 asks the platform to come again.
    """
    if request.content_type != "application/json":
        return _refused(request, 415, "unsupported_media_type")
    length = request.META.get("CONTENT_LENGTH", "")
    if not length.isdecimal():
        return _refused(request, 411, "length_required")
    if int(length) > reading.LARGEST_BYTES:
        return _refused(request, 413, "too_large")
    try:
        return _take(request, request.body)
    except (OperationalError, InterfaceError) as error:
        log.error("database.not_available", error=type(error).__name__)
        return problems.page(request, 503, retry_after=RETRY_SECONDS)


def _take(request: Request, body: bytes) -> HttpResponse:
    try:
        source_id = signatures.check(request.headers, body, settings.HOOK_SECRETS, time.time())
    except signatures.NotSigned as refusal:
        if refusal.rightly:
            _keep(request, body, refusal.reason)
        status = 400 if isinstance(refusal, signatures.Malformed) else 401
        return _refused(request, status, refusal.reason)
    event = reading.event_of(body, source_id, timezone.now())
    taken = archive.take(event)
    if taken is Taken.CONFLICTING:
        return _refused(request, 409, "conflicting")
    log.info("event.taken", event_id=source_id, type=event.type, was=taken.value)
    return JsonResponse({"id": source_id}, status=202, headers={"Cache-Control": "no-store"})


def _keep(request: Request, body: bytes, reason: str) -> None:
    archive.refuse(
        source_id=request.headers.get("webhook-id", ""),
        reason=reason,
        digest=reading.digest(body),
        body=body.decode("utf-8", "backslashreplace").replace("\x00", "\ufffd"),
    )


WORDS = {
    "unsupported_media_type": "An event is application/json.",
    "length_required": "Say with Content-Length how long the body is.",
    "too_large": "An event has at most 64 KiB.",
    "not_signed": "webhook-id, webhook-timestamp and webhook-signature are needed.",
    "bad_headers": "webhook-id or webhook-timestamp can't be read.",
    "bad_signature": "The signature doesn't fit the body.",
    "too_old": "It was signed more than five minutes ago.",
    "too_new": "It was signed for a time that is more than five minutes ahead.",
    "conflicting": "Another event was taken under this id.",
}


def _refused(request: Request, status: int, reason: str) -> HttpResponse:
    log.warning("hook.refused", reason=reason, event_id=request.headers.get("webhook-id", "")[:128])
    answer = problems.response(request, status, code=reason, detail=WORDS[reason])
    answer["Cache-Control"] = "no-store"
    return answer
