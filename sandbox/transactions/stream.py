"""Many transactions as lines of JSON (NDJSON) in flat memory; the last line says it is the end."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from sandbox import clock
from sandbox.transactions import wire
from sandbox.transactions.listing import Question
from sandbox.transactions.models import Transaction

MOST = 50_000
LINES_AT_ONCE = 500
LEFT_OUT = {"refund_request", "allowed_actions"}


def lines(asked: Question, now: datetime) -> Iterator[bytes]:
    """Chunks of whole lines, and as the last chunk the end line alone."""
    rows = asked.rows.select_related("account", "merchant", "refund_request", "person")[
        : asked.limit + 1
    ]
    count, last, more = 0, None, False
    for some in batched(rows.iterator(chunk_size=LINES_AT_ONCE), LINES_AT_ONCE):
        taken = some[: asked.limit - count]
        more = len(taken) < len(some)
        if taken:
            yield b"".join(_line(lean(row, now)) for row in taken)
            count, last = count + len(taken), taken[-1]
    yield _line(
        {
            "end": True,
            "count": count,
            "next_cursor": asked.cursor(last) if more and last else None,
            "as_of": clock.rfc3339(now),
        }
    )


def lean(row: Transaction, now: datetime) -> wire.Json:
    """A transaction as in a list, without what only its page needs."""
    whole = wire.transaction(row, now)
    return {name: value for name, value in whole.items() if name not in LEFT_OUT}


def _line(facts: wire.Json) -> bytes:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
