"""Keeps the log of a merchant's requests, secrets struck out; decides nothing."""

import json
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponseBase

from sandbox.merchant_api.examining import Examination
from sandbox.merchant_api.models import ApiRequest
from sandbox.merchant_api.signatures import RefusedError

LONGEST_BODY = 8 * 1024
KEPT = timedelta(days=30)
KEPT_ROWS = 10_000
BATCH = 2000
SHOWN_HEADERS = (
    "host", "user-agent", "accept", "content-type", "content-digest", "content-length",
    "idempotency-key", "signature-input",
)  # fmt: skip
STRUCK = "(struck out)"
SECRET_NAME = re.compile(r"secret|token|password|private|authorization|handoff_url", re.IGNORECASE)
SECRET_TEXT = re.compile(r"((sign|read)_(test|live)_|whsec_)[A-Za-z0-9_+/=-]{8,}")


@dataclass(slots=True)
class Flood:
    """The row that stands for what was too much within a second, and how many more there were."""

    row: UUID
    second: int
    more: int = 0


_floods: dict[str, Flood] = {}
_lock = threading.Lock()


def write(
    request_id: UUID,
    exam: Examination,
    response: HttpResponseBase,
    *,
    at: datetime,
    latency_ms: int,
    refused: RefusedError | None,
    code: str = "",
) -> None:
    """One row; nothing where no key of ours was named, for nobody could read it."""
    key = exam.key
    if key is None:
        return
    too_many = refused is not None and refused.step == "rate"
    if too_many and not wants_row(key.public_id):
        return
    _begin_second(key.public_id, request_id, flooding=too_many)
    message = exam.message
    ApiRequest.objects.create(
        id=request_id,
        merchant_id=key.merchant_id,
        key=key,
        at=at,
        method=_plain(message.method)[:10],
        target=_plain(message.target)[:2000],
        status=response.status_code,
        latency_ms=latency_ms,
        idempotency_key=_plain(message.header("idempotency-key"))[:128],
        verdict="refused" if refused else exam.verdict,
        step=refused.step if refused else "",
        code=(refused.code if refused else code)[:40],
        request=json.dumps(
            {"headers": _headers(exam), "body": _body(message.content)}, ensure_ascii=False
        ),
        response=_body(getattr(response, "content", b"")),
        steps=SECRET_TEXT.sub(STRUCK, json.dumps(_steps(exam, refused), ensure_ascii=False)),
    )


def wants_row(public_id: str) -> bool:
    """Whether this second has no row yet that says of this key that it was too much.

    If it has, one more is counted here, and nobody need look for the key.
    """
    with _lock:
        known = _floods.get(public_id)
        if known and known.second == int(time.monotonic()):
            known.more += 1
            return False
    return True


def sweep(now: datetime) -> int:
    """Forget a batch of what is too old, and of each merchant's what is too much."""
    gone = _delete(ApiRequest.objects.filter(at__lt=now - KEPT))
    for merchant_id in ApiRequest.objects.order_by().values_list("merchant", flat=True).distinct():
        rows = ApiRequest.objects.filter(merchant_id=merchant_id).order_by("-at", "-id")
        gone += _delete(rows[KEPT_ROWS : KEPT_ROWS + BATCH])
    return gone


def _delete(rows: Any) -> int:
    pks = list(rows.values_list("pk", flat=True)[:BATCH])
    return int(ApiRequest.objects.filter(pk__in=pks).delete()[0]) if pks else 0


def _begin_second(public_id: str, request_id: UUID, *, flooding: bool) -> None:
    """What was counted in seconds that are over goes to their rows; a flood begins another."""
    second = int(time.monotonic())
    with _lock:
        over = [known for known in _floods.values() if known.second != second]
        for name in [name for name, known in _floods.items() if known.second != second]:
            del _floods[name]
        if flooding:
            _floods[public_id] = Flood(request_id, second)
    for flood in over:
        if flood.more:
            ApiRequest.objects.filter(pk=flood.row).update(times=F("times") + flood.more)


def _steps(exam: Examination, refused: RefusedError | None) -> dict[str, Any]:
    """Each step with its result: they are taken in order, up to the one that fails."""
    told: list[dict[str, Any]] = []
    result = "passed"
    for step in exam.steps:
        if refused and step == refused.step:
            told.append(
                {
                    "step": step, "result": "failed", "detail": refused.detail,
                    "expected": refused.expected, "received": _plain(refused.received),
                }
            )  # fmt: skip
            result = "not_reached"
        else:
            told.append({"step": step, "result": result})
    return {"steps": told, "signature_base": exam.base, "hint": exam.hint}


def _headers(exam: Examination) -> dict[str, str]:
    found = exam.message.headers
    shown = {name: _plain(found[name])[:1000] for name in SHOWN_HEADERS if name in found}
    if "signature" in found:
        shown["signature"] = f"sig1=:{STRUCK}:"
    if "authorization" in found:
        shown["authorization"] = f"Bearer {STRUCK}"
    return shown


def _body(content: bytes) -> str:
    """The text of a body without what is secret by its name or by its look."""
    try:
        text = json.dumps(_struck(json.loads(content)), ensure_ascii=False) if content else ""
    except (ValueError, RecursionError):
        text = content[: LONGEST_BODY * 2].decode("utf-8", "replace")
    # JSON's escapes can hold half a surrogate pair and NUL, a database neither.
    text = text.encode("utf-8", "replace").decode().replace("\0", "�")
    return SECRET_TEXT.sub(STRUCK, text)[:LONGEST_BODY]


def _struck(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: STRUCK if SECRET_NAME.search(name) and inner else _struck(inner)
            for name, inner in value.items()
        }
    return [_struck(inner) for inner in value] if isinstance(value, list) else value


def _plain(text: str) -> str:
    """What a page can show and a database can hold."""
    found = "".join(char if char.isprintable() else "�" for char in text)
    return SECRET_TEXT.sub(STRUCK, found)
