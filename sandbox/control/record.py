"""Writes and reads the services' own record of requests and effects; forgets the old."""

from datetime import datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.control.models import ServiceLog

KEPT = timedelta(days=90)
BATCH = 1000


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


def forget_old(now: datetime | None = None) -> int:
    """A batch of what is older than we keep."""
    rows = ServiceLog.objects.filter(at__lt=(now or clock.now()) - KEPT).order_by("at")
    pks = list(rows.values_list("pk", flat=True)[:BATCH])
    return ServiceLog.objects.filter(pk__in=pks).delete()[0] if pks else 0


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
