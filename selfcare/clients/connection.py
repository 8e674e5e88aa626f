"""The connection to the transaction service that its operations share; it knows none by name.

Each answer is checked, belongs to whoever asked, and is remembered for when the next one fails.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from pydantic import ValidationError

from selfcare import errors
from selfcare.clients import shapes
from selfcare.clients.http import Service

log = structlog.get_logger("selfcare.clients")

NAME = "transactions"
REMEMBERED_SECONDS = 3600

# At most half of an instance's threads wait for one service.
service = Service(
    NAME,
    settings.TRANSACTIONS_URL,
    threads=max(1, settings.THREADS // 2),
    default_seconds=settings.UPSTREAM_SECONDS,
    token=settings.TRANSACTIONS_TOKEN,
)


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it goes out: its idempotency key, and when it may no more begin."""

    key: str
    deadline: datetime
    body: dict[str, Any]

    def headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.key, "Request-Deadline": shapes.rfc3339(self.deadline)}


def read[S: shapes.Shape](
    operation: str,
    shape: type[S],
    subject: str,
    path: str,
    params: Sequence[tuple[str, str]] = (),
    *,
    question: dict[str, Any] | None = None,
    remember: bool = True,
) -> S:
    """Reads, checks and remembers; what was last known travels with a failure.

    `path` begins behind the person's own. A `question` is POSTed: it is too long for an address.
    """
    known_as = _memory_key(subject, path, [params, question])
    address = f"/v1/users/{subject}{path}"
    try:
        if question is None:
            reply = service.read(operation, address, params=list(params))
        else:
            reply = service.ask(operation, address, question)
        result = parsed(operation, shape, reply.body)
        check_owner(operation, subject, getattr(result, "data", [result]))
    except errors.NoAnswer as failure:
        failure.last_known, failure.known_at = _recall(shape, known_as)
        raise
    if remember:
        known = [shapes.rfc3339(datetime.now(UTC)), reply.body.decode()]
        cache.set(known_as, known, REMEMBERED_SECONDS)
    return result


def write[D: shapes.Done](
    operation: str, shape: type[D], subject: str, path: str, sent: Write
) -> D:
    """Has one thing done under the key of `sent`; errors.OutcomeUnknown for a yes that nobody can
    read."""
    reply = service.write(
        operation, f"/v1/users/{subject}{path}", json=sent.body, headers=sent.headers()
    )
    try:
        result = parsed(operation, shape, reply.body)
        check_owner(operation, subject, result.owned)
    except errors.BadReply as failure:
        # It said yes in a way that can't be read: something happened, ask by key what.
        raise errors.OutcomeUnknown(NAME, operation, failure.detail) from failure
    return result


def parsed[S: shapes.Shape](operation: str, shape: type[S], body: bytes) -> S:
    """The answer as agreed; errors.BadReply names the fields that aren't, and no value."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise errors.BadReply(NAME, operation, not_as_agreed(error)) from None


def not_as_agreed(error: ValidationError) -> str:
    """Where an answer isn't what the contract says, without what it says instead."""
    where = [".".join(str(part) for part in one["loc"]) for one in error.errors()][:5]
    return f"not as agreed: {', '.join(where)}"


def check_owner(operation: str, subject: str, rows: Iterable[object]) -> None:
    """Nobody is ever shown another person's data, whoever mixed it up."""
    for row in rows:
        # Sums and names of merchants have no owner to compare.
        if getattr(row, "owner", subject) != subject:
            raise errors.BadReply(NAME, operation, "another person's data")
        if isinstance(row, shapes.Transaction) and not row.is_known_status:
            log.warning("upstream.unknown_status", status=row.status, operation=operation)


def _memory_key(subject: str, path: str, asked: list[Any]) -> str:
    digest = hashlib.sha256(json.dumps([subject, path, asked]).encode()).hexdigest()
    return f"last-known:{digest}"


def _recall[S: shapes.Shape](
    shape: type[S], known_as: str
) -> tuple[S, datetime] | tuple[None, None]:
    match cache.get(known_as):
        case [str(at), str(body)]:
            try:
                return shape.model_validate_json(body), datetime.fromisoformat(at)
            except ValidationError:
                # Remembered by an older release: as good as not remembered.
                return None, None
    return None, None
