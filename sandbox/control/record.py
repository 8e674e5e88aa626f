"""Writes and reads the services' own record of requests and effects."""

from datetime import datetime
from typing import Any

from sandbox import clock
from sandbox.control.models import ServiceLog


def write(operation: str, **facts: Any) -> None:
    ServiceLog.objects.create(operation=operation, **facts)


def read(*, sub: str, since: datetime | None, limit: int = 500) -> list[dict[str, Any]]:
    """The latest rows, oldest first."""
    rows = ServiceLog.objects.order_by("-pk")
    if sub:
        rows = rows.filter(sub=sub)
    if since:
        rows = rows.filter(at__gte=since)
    return [as_dict(row) for row in reversed(rows[:limit])]


def as_dict(row: ServiceLog) -> dict[str, Any]:
    return {
        "at": clock.rfc3339(row.at),
        "operation": row.operation,
        "sub": row.sub or None,
        "transaction_id": row.transaction_id or None,
        "idempotency_key": row.idempotency_key or None,
        "request_id": row.request_id or None,
        "replayed": row.replayed,
        "status": row.status,
        "code": row.code or None,
        "effect": row.effect or None,
        "fault": row.fault or None,
    }
