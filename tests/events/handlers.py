"""Handlers that stand in for telling people, named by settings in tests of the loop itself."""

import threading
import time
from collections.abc import Sequence

from django.db import connection

from selfcare.events.kinds import Poison
from selfcare.events.models import Event, Refusal

LOCK = threading.Lock()
SEEN: list[str] = []


def remember(events: Sequence[Event]) -> None:
    """Leaves a row for each in the transaction that it is called in."""
    for event in events:
        reason = f"{time.monotonic_ns()}"
        Refusal.objects.create(source_id=event.source_id, reason=reason, digest="")
    with LOCK:
        SEEN.extend(event.source_id for event in events)


def fail_after_writing(events: Sequence[Event]) -> None:
    remember(events)
    raise RuntimeError("the rules broke\x00")


def fail_for_mia(events: Sequence[Event]) -> None:
    """Chokes on one person's; whoever is handed over with her is none the worse for it."""
    remember(events)
    if any(event.subject == "usr_mia" for event in events):
        raise RuntimeError("the rules broke")


def fail_for_failed(events: Sequence[Event]) -> None:
    """Chokes on one type."""
    remember(events)
    if any(event.type == "transaction.failed" for event in events):
        raise RuntimeError("the rules broke")


def take_for_poison(events: Sequence[Event]) -> None:
    remember(events)
    raise Poison("nobody can tell that")


def lose_the_connection(events: Sequence[Event]) -> None:
    remember(events)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def dawdle(events: Sequence[Event]) -> None:
    remember(events)
    time.sleep(0.02)


def ignore(events: Sequence[Event]) -> None:
    """As if no rule knew of it."""
