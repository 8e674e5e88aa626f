"""Two gateways for texts that keep what they are given; each knows its own keys only."""

import re
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.control.models import Fault
from sandbox.outbox.door import answered, fault_of
from sandbox.outbox.models import Message
from sandbox.outbox.receiving import digest, receive
from sandbox.problems import ProblemError, answer

GATEWAYS = ("one", "two")
KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
# ITU-T E.164: a country code and at most fifteen figures in all.
E164 = r"^\+[1-9][0-9]{6,14}$"
LONGEST = 1600


class Text(BaseModel):
    """What is sent: `reference` is the sender's own and comes back in reports."""

    model_config = ConfigDict(extra="forbid", strict=True)

    to: Annotated[str, Field(max_length=40, description="ITU-T E.164: +4915112345678")]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    reference: Annotated[str, Field(min_length=1, max_length=128)]


class Taken(BaseModel):
    id: Annotated[str, Field(pattern=r"^sms_[0-9a-f]{32}$")]


@csrf_exempt
def message_new(request: HttpRequest, gateway: str) -> HttpResponseBase:
    """202 with an id; the same key again gives the same id and no second text."""
    sent, refused = _read(request)
    to = sent.to if sent else ""
    return answered(
        request, f"sms_{gateway}", lambda: _take(request, gateway, sent, refused), to=to
    )


def _read(request: HttpRequest) -> tuple[Text | None, str]:
    """What was sent, or what is wrong with it."""
    try:
        return Text.model_validate_json(request.body), ""
    except ValidationError as error:
        first = error.errors()[0]
        return None, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _take(request: HttpRequest, gateway: str, sent: Text | None, refused: str) -> HttpResponse:
    if gateway not in GATEWAYS:
        raise ProblemError(404, "not_found", "There is no such gateway.")
    expected = f"Bearer {settings.SANDBOX_SMS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.SANDBOX_SMS_TOKEN or not constant_time_compare(given, expected):
        raise ProblemError(401, "bad_token", "Send the gateway's bearer token.")
    if request.method != "POST":
        raise ProblemError(405, "method_not_allowed", "This address knows POST only.")
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise ProblemError(400, "bad_header", "Idempotency-Key has 1 to 128 letters, digits, -, _.")
    if sent is None or "\0" in sent.text + sent.reference:
        raise ProblemError(400, "bad_request", refused or "No zero characters, please.")
    if not re.fullmatch(E164, sent.to):
        raise ProblemError(422, "invalid_number", "This is no number of any country.")
    if fault_of(request) == Fault.Mode.INVALID:
        raise ProblemError(422, "unreachable_number", "Nobody has this number (any more).")
    return _kept(request, gateway, key, sent)


def _kept(request: HttpRequest, gateway: str, key: str, sent: Text) -> HttpResponse:
    content = sent.model_dump_json().encode()
    earlier = Message.objects.filter(channel="sms", provider=gateway, key=key).first()
    if earlier:
        first = earlier.receptions.order_by("pk").first()
        if first and first.digest != digest(content):
            told = "This key was used for another text."
            raise ProblemError(422, "idempotency_key_reused", told)
    message = receive(
        Message.Channel.SMS, provider=gateway, recipient=sent.to, key=key, content=content,
        text=sent.text, headers=[["reference", sent.reference]], sender="Selfcare",
    )  # fmt: skip
    response = answer(202, {"id": message.wire_id})
    if earlier:
        response["Idempotency-Replayed"] = "true"
    return response
