"""The push service (RFC 8030) in front of the pretended browsers, who open what comes."""

import json
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from sandbox import clock
from sandbox.control.models import Fault
from sandbox.outbox import vapid
from sandbox.outbox.browsers import opened
from sandbox.outbox.door import answered, fault_of
from sandbox.outbox.models import Browser, Message
from sandbox.outbox.receiving import receive
from sandbox.problems import ProblemError

LARGEST = 4096  # RFC 8291, section 4; RFC 8030, section 7.2
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}
TOLD = ("TTL", "Urgency", "Topic")


@csrf_exempt
def message_new(request: HttpRequest, token: str) -> HttpResponseBase:
    return answered(request, "push", lambda: _take(request, token), to=token)


def _take(request: HttpRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        raise ProblemError(405, "method_not_allowed", "This address knows POST only.")
    browser = Browser.objects.filter(token=token).first() if "\0" not in token else None
    if browser is None:
        raise ProblemError(404, "unknown_subscription", "There is no such subscription.")
    if fault_of(request) == Fault.Mode.GONE:
        Browser.objects.filter(pk=browser.pk).update(gone_at=clock.now())
        browser.gone_at = clock.now()
    if browser.gone_at:
        raise ProblemError(410, "gone", "The browser does not want pushes any more.")
    _check(request, browser)
    clear = opened(browser, request.body)
    message = receive(
        Message.Channel.PUSH, provider="push", recipient=browser.token,
        key=request.headers.get("Topic") or None, content=(clear or "").encode() or request.body,
        browser=browser, **_shown(clear),
        headers=[[name, request.headers[name]] for name in TOLD if name in request.headers],
    )  # fmt: skip
    response = HttpResponse(status=201)
    response["Location"] = f"{settings.SANDBOX_URL}/push/messages/{message.wire_id}"
    response["TTL"] = request.headers["TTL"]
    return response


def _check(request: HttpRequest, browser: Browser) -> None:
    """What a push service looks at; the content is none of its business."""
    try:
        vapid.check(
            request.headers.get("Authorization", ""), settings.SANDBOX_URL, browser.server_key
        )
    except vapid.UnprovenError as error:
        status = 403 if request.headers.get("Authorization") else 401
        raise ProblemError(status, "unproven", str(error)) from error
    if not re.fullmatch(r"[0-9]{1,10}", request.headers.get("TTL", "")):
        raise ProblemError(400, "bad_header", "TTL must say for how many seconds to keep it.")
    if request.headers.get("Content-Encoding") != "aes128gcm":
        raise ProblemError(415, "bad_encoding", "Content-Encoding must be aes128gcm.")
    if request.headers.get("Urgency", "normal") not in URGENCIES:
        raise ProblemError(400, "bad_header", "Urgency is very-low, low, normal or high.")
    if not TOPIC.fullmatch(request.headers.get("Topic", "none")):
        raise ProblemError(400, "bad_header", "Topic has 1 to 32 letters of base64url.")
    if not request.body or len(request.body) > LARGEST:
        raise ProblemError(413, "too_large", f"A push has 1 to {LARGEST} bytes.")


def _shown(clear: str | None) -> dict[str, str]:
    """Title and body as the browser shows them; `html` stays empty."""
    if clear is None:
        return {"subject": "It can't be opened", "text": ""}
    try:
        facts = json.loads(clear)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        return {"subject": "", "text": clear}
    return {"subject": str(facts.get("title") or ""), "text": clear}
