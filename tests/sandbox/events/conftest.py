"""A receiver of events, and somebody to whom things happen."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

from tests.sandbox.events.receiver import SECRET, Receiver

if TYPE_CHECKING:
    from sandbox.people.models import Person


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    server = Receiver()
    settings.SANDBOX_HOOK_SECRET = SECRET
    settings.SANDBOX_HOOK_URL = server.url
    settings.SANDBOX_HOOK_WAITS = (0.1, 0.2, 0.3)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ada(db: None) -> "Person":
    from sandbox import clock  # Django isn't set up when this file is read
    from sandbox.control import making

    return making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())


@pytest.fixture
def post(receiver: Receiver) -> Iterator[Callable[[], None]]:
    """Posts until nothing is under way and nothing is due any more."""
    from sandbox.events.models import Event
    from sandbox.events.posting import Poster

    poster = Poster()

    def until_done() -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            moved = poster.round(0.05)
            waiting = Event.objects.filter(state=Event.State.WAITING)
            if not poster.under_way and not poster.finished and not waiting.exists():
                return
            time.sleep(0 if moved else 0.02)
        raise AssertionError(f"{waiting.count()} events still wait")

    yield until_done
    poster.finish(5)
