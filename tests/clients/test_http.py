"""How calls share their places: a burst waits its turn, a slow service keeps nobody long."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from selfcare import errors
from selfcare.clients import transactions as service
from tests.support.control import Control, Person


def outcome(sub: str) -> str:
    try:
        service.accounts(sub)
    except errors.CallFailed as failure:
        return str(failure)
    return "answered"


def test_it_answers_a_burst_of_more_calls_than_there_are_places(alice: Person) -> None:
    at_once = settings.THREADS
    with ThreadPoolExecutor(at_once) as people:
        assert list(people.map(outcome, [alice.sub] * at_once)) == ["answered"] * at_once


def test_it_soon_gives_up_behind_calls_that_hang(control: Control, alice: Person) -> None:
    places = settings.THREADS // 2
    control.fault("accounts", "hang", sub=alice.sub)
    with ThreadPoolExecutor(places) as people:
        hanging = [people.submit(outcome, alice.sub) for _ in range(places)]
        time.sleep(0.3)
        began = time.monotonic()
        told = outcome(alice.sub)
        assert time.monotonic() - began < 1
        assert "too many calls" in told
        assert "answered" not in [one.result() for one in hanging]
