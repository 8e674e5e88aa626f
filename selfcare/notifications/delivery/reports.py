"""Where a provider's adapter posts what it learnt later: what came back; it decides nothing.

The contract is docs/contracts/delivery-reports.openapi.json.
"""

import json
import re
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from selfcare.events import hook
from selfcare.notifications.delivery import returning
from selfcare.web.guards import public
from selfcare.web.request import Request

FAILED = "delivery.failed"
REASONS = frozenset({"bounced", "invalid", "unreachable"})
# A code such as `5.1.1`: what a provider writes besides may name a person.
DETAIL = re.compile(r"[A-Za-z0-9._-]{1,40}")


@csrf_exempt
@require_POST
@public
def delivery_report(request: Request) -> HttpResponse:
    """202 also for what we don't know (any more); 503 asks to come again."""
    try:
        source_id = hook.signed(request, settings.DELIVERY_REPORT_SECRETS)
        told = _read(request.body)
        if told is not None:
            returning.take(told)
    except hook.Refusal as refusal:
        return hook.refused(request, refusal)
    except (OperationalError, InterfaceError, returning.StillSending) as error:
        return hook.not_now(request, error)
    return hook.accepted(source_id)


def _read(body: bytes) -> returning.Return | None:
    """None for what is no failure for good. Raises hook.Refusal."""
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise hook.Refusal(400, "malformed") from error
    data = report.get("data") if isinstance(report, dict) else None
    if not isinstance(data, dict) or not isinstance(report.get("type"), str):
        raise hook.Refusal(400, "malformed")
    if report["type"] != FAILED or data.get("permanent") is False:
        return None
    if data.get("permanent") is not True or data.get("reason") not in REASONS:
        raise hook.Refusal(400, "malformed")
    return returning.Return(
        delivery=_text(data, "delivery_id"),
        reason=data["reason"],
        detail=detail if DETAIL.fullmatch(detail := _text(data, "detail")) else "",
        recipient=_text(data, "recipient"),
    )


def _text(data: dict[str, Any], name: str) -> str:
    found = data.get(name) or ""
    if not isinstance(found, str):
        raise hook.Refusal(400, "malformed")
    return found
