"""Where the platform posts what happened: verified, written down once, answered; nothing else."""

import time
from collections.abc import Sequence

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


class Refusal(Exception):
    """It isn't taken; `rightly`: whoever may sign did, and only its time is over."""

    def __init__(self, status: int, reason: str, *, rightly: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.rightly = rightly


@csrf_exempt
@require_POST
@public
def platform(request: Request) -> HttpResponse:
    """Standard Webhooks 1.0: 202 once it is kept, also when it was kept before.

    A problem says why it wasn't; 503 asks the platform to come again.
    """
    try:
        return _take(request)
    except Refusal as refusal:
        return refused(request, refusal)
    except (OperationalError, InterfaceError) as error:
        return not_now(request, error)


def _take(request: Request) -> HttpResponse:
    try:
        source_id = signed(request, settings.HOOK_SECRETS)
    except Refusal as refusal:
        if refusal.rightly:
            _keep(request, request.body, refusal.reason)
        raise
    event = reading.event_of(request.body, source_id, timezone.now())
    taken = archive.take(event)
    if taken is Taken.CONFLICTING:
        raise Refusal(409, "conflicting")
    log.info("event.taken", event_id=source_id, type=event.type, was=taken.value)
    return accepted(source_id)


def signed(request: Request, secrets: Sequence[str]) -> str:
    """The id of a posted message that one of `secrets` signed. Raises Refusal."""
    if request.content_type != "application/json":
        raise Refusal(415, "unsupported_media_type")
    length = request.META.get("CONTENT_LENGTH", "")
    if not length.isdecimal():
        raise Refusal(411, "length_required")
    if int(length) > reading.LARGEST_BYTES:
        raise Refusal(413, "too_large")
    try:
        return signatures.check(request.headers, request.body, secrets, time.time())
    except signatures.NotSigned as refusal:
        status = 400 if isinstance(refusal, signatures.Malformed) else 401
        raise Refusal(status, refusal.reason, rightly=refusal.rightly) from refusal


def accepted(source_id: str) -> HttpResponse:
    return JsonResponse({"id": source_id}, status=202, headers={"Cache-Control": "no-store"})


def not_now(request: Request, error: Exception) -> HttpResponse:
    log.error("database.not_available", error=type(error).__name__)
    return problems.page(request, 503, retry_after=RETRY_SECONDS)


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
    "malformed": "It is no report after the contract.",
    "conflicting": "Another event was taken under this id.",
}


def refused(request: Request, refusal: Refusal) -> HttpResponse:
    status, reason = refusal.status, refusal.reason
    log.warning("hook.refused", reason=reason, event_id=request.headers.get("webhook-id", "")[:128])
    answer = problems.response(request, status, code=reason, detail=WORDS[reason])
    answer["Cache-Control"] = "no-store"
    return answer
