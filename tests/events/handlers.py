"""Handlers that stand in for telling people, named by settings in tests of the loop itself."""

import threading
import time

from django.db import connection

from selfcare.events.kinds import Poison
from selfcare.events.models import Event, Refusal

LOCK = threading.Lock()
SEEN: list[str] = []


def remember(event: Event) -> None:
    """Leaves a row in the transaction that it is called in, one for each call."""
    Refusal.objects.create(source_id=event.source_id, reason=f"{time.monotonic_ns()}", digest="")
    with LOCK:
        SEEN.append(event.source_id)


def fail_after_writing(event: Event) -> None:
    remember(event)
    raise RuntimeError("the rules broke\x00")


def take_for_poison(event: Event) -> None:
    remember(event)
    raise Poison("nobody can tell that")


def lose_the_connection(event: Event) -> None:
    remember(event)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def dawdle(event: Event) -> None:
    remember(event)
    time.sleep(0.02)


def ignore(event: Event) -> None:
    """As if no rule knew of it."""
