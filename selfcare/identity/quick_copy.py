"""The copy of sessions in Redis, which answers bursts; nothing in here is the truth.

`session:<hash>` holds a session's data and outlives a database outage; `verified:<hash>` says
that the database was asked a moment ago. No method raises: a Redis that fails is no Redis.
"""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from selfcare.web.breaker import Breaker

log = structlog.get_logger("selfcare.identity")

# An ended session is ended everywhere within a second, also where Redis didn't hear of it.
VERIFIED_MILLISECONDS = 800
ANSWER_SECONDS = 0.2
LEAVE_ALONE_SECONDS = 3.0

breaker = Breaker(LEAVE_ALONE_SECONDS)


@dataclass(frozen=True, slots=True)
class Copy:
    """A session's data as Redis has it; `verified` if the database said so a moment ago."""

    data: dict[str, Any]
    expires_at: float
    verified: bool


@cache
def _redis() -> "Redis | None":
    if not settings.REDIS_URL:
        return None
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        # Its own retries would multiply the timeout.
        retry=Retry(NoBackoff(), 0),
    )


def read(key_hash: str) -> Copy | None:
    """The copy, unless its session has expired; one round trip."""
    found = _ask(lambda redis: redis.mget(_names(key_hash)))
    if not found or found[0] is None:
        return None
    try:
        held = json.loads(found[0])
        copy = Copy(dict(held["data"]), float(held["expires_at"]), found[1] is not None)
    except (ValueError, TypeError, KeyError):
        return None
    return copy if copy.expires_at > time.time() else None


def write(key_hash: str, data: dict[str, Any], expires_at: float, *, asked_at: float) -> None:
    """Keep what the database said to the question put at `asked_at` (monotonic seconds)."""
    name, verified = _names(key_hash)
    text = json.dumps({"data": data, "expires_at": expires_at})
    seconds = int(expires_at - time.time())
    fresh_for = VERIFIED_MILLISECONDS - int((time.monotonic() - asked_at) * 1000)
    if seconds <= 0:
        return

    def store(redis: "Redis") -> None:
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.set(name, text, ex=seconds)
            if fresh_for > 0:
                pipeline.set(verified, 1, px=fresh_for)
            pipeline.execute()

    _ask(store)


def forget(key_hashes: Iterable[str]) -> None:
    """Drop the copies of sessions that have ended."""
    names = [name for key_hash in key_hashes for name in _names(key_hash)]
    if names:
        _ask(lambda redis: redis.delete(*names))


def _names(key_hash: str) -> list[str]:
    return [f"selfcare:session:{key_hash}", f"selfcare:verified:{key_hash}"]


def _ask(question: "Callable[[Redis], Any]") -> Any:
    redis = _redis()
    if redis is None or not breaker.allows():
        return None
    try:
        answer = question(redis)
    except (RedisError, OSError) as error:
        breaker.failed()
        log.warning("session_copy.not_available", error=type(error).__name__)
        return None
    breaker.worked()
    return answer
