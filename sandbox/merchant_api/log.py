"""Reads the log of a merchant's requests, page by page and one by one; writes none."""

import json
import re
from datetime import datetime
from typing import Any

from sandbox import clock, ids
from sandbox.merchant_api.models import ApiRequest
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError

type Json = dict[str, Any]

FILTERS = {
    "verdict": "verdict",
    "method": "method",
    "http_status": "status",
    "step": "step",
    "key": "key__public_id",
    "idempotency_key": "idempotency_key",
}
STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
VERDICTS = ApiRequest.Verdict.values


def page(merchant: Merchant, asked: Asked, now: datetime) -> Json:
    """Newest first. ProblemError 400 `bad_filter`."""
    if asked.filters.get("verdict", VERDICTS[0]) not in VERDICTS:
        raise bad_filter("verdict", f"is one of {', '.join(VERDICTS)}")
    if not STATUS.fullmatch(asked.filters.get("http_status", "200")):
        raise bad_filter("http_status", "is a number from 100 to 599")
    rows = ApiRequest.objects.filter(merchant=merchant).select_related("key")
    rows = rows.filter(**{FILTERS[name]: value for name, value in asked.filters.items()})
    if asked.after:
        rows = rows.filter(asked.after.older("at"))
    found = list(rows.order_by("-at", "-id")[: asked.limit + 1])
    told, more = found[: asked.limit], len(found) > asked.limit
    return {
        "data": [_row(row) for row in told],
        "next_cursor": Place(told[-1].at, told[-1].id).cursor() if more else None,
        "as_of": clock.rfc3339(now),
    }


def one(merchant: Merchant, wire_id: str) -> Json:
    """With bodies and how its sender was examined. ProblemError 404 for another merchant's."""
    pk = ids.unwire("req", wire_id)
    rows = ApiRequest.objects.filter(merchant=merchant).select_related("key")
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise ProblemError(404, "unknown_request", "There is no such request.")
    examined: Json = json.loads(row.steps)
    sent = json.loads(row.request)
    return {**_row(row), "request": sent, "response": {"body": row.response}, **examined}


def _row(row: ApiRequest) -> Json:
    return {
        "id": row.wire_id,
        "at": clock.rfc3339(row.at),
        "key": row.key.public_id,
        "method": row.method,
        "target": row.target,
        "status": row.status,
        "latency_ms": row.latency_ms,
        "idempotency_key": row.idempotency_key or None,
        "verdict": row.verdict,
        "step": row.step or None,
        "code": row.code or None,
        "times": row.times,
    }
