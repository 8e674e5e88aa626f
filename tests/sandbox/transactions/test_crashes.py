"""What is left when a write dies on its way, and what a look-up says meanwhile."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from sandbox import clock
from sandbox.control import making
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import once
from sandbox.transactions.models import IdempotencyKey
from tests.sandbox.running import new_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(transactional_db: None) -> Person:
    return making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())


def send(
    person: Person, key: str, effect: Callable[[], dict[str, object]], *, seconds: float = 20
) -> once.Answer:
    return once.once(
        once.Claim(key, clock.now() + timedelta(seconds=seconds)),
        owner=person,
        operation="cancel",
        print_="the same",
        effect=effect,
        note=lambda answer: None,
    )


def rename(person: Person) -> dict[str, object]:
    """An effect that can be seen."""
    Person.objects.filter(pk=person.pk).update(name="Done")
    return {"id": "can_1"}


def code_of(person: Person, key: str) -> str:
    with pytest.raises(ProblemError) as refused:
        once.outcome(person, key)
    return refused.value.code


def test_a_crash_leaves_no_effect_and_the_key_may_come_again(ada: Person) -> None:
    key = new_key()

    def crash() -> dict[str, object]:
        rename(ada)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(ada, key, crash)
    ada.refresh_from_db()
    assert ada.name == "Ada North"
    assert once.outcome(ada, key)["state"] == "in_progress"
    assert send(ada, key, lambda: rename(ada)).replayed is False
    assert once.outcome(ada, key)["state"] == "done"


def test_after_deadline_and_skew_a_dead_write_is_told_as_never(ada: Person) -> None:
    key = new_key()
    with pytest.raises(KeyboardInterrupt):
        send(ada, key, lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    rows = IdempotencyKey.objects.filter(key=key)
    rows.update(deadline=clock.now() - timedelta(seconds=1))
    assert once.outcome(ada, key)["state"] == "in_progress"
    rows.update(deadline=clock.now() - timedelta(seconds=3))
    assert code_of(ada, key) == "unknown_key"


def test_what_is_too_late_at_its_end_is_undone(ada: Person) -> None:
    key = new_key()

    def slow() -> dict[str, object]:
        time.sleep(0.3)
        return rename(ada)

    with pytest.raises(ProblemError) as refused:
        send(ada, key, slow, seconds=0.2)
    assert refused.value.code == "deadline_passed"
    ada.refresh_from_db()
    assert ada.name == "Ada North"
    assert IdempotencyKey.objects.get(key=key).answer_status is None


def test_a_look_up_waits_for_a_write_that_is_running(ada: Person) -> None:
    """Past the deadline too: the write holds the lock, and before its end nobody knows."""
    key, begun = new_key(), threading.Event()

    def slow() -> dict[str, object]:
        begun.set()
        time.sleep(0.8)
        return rename(ada)

    def write() -> None:
        try:
            send(ada, key, slow)
        finally:
            connection.close()

    running = threading.Thread(target=write)
    running.start()
    assert begun.wait(10)
    row = IdempotencyKey.objects.get(key=key)
    waited = once._waited_for(row)
    running.join()
    assert waited is not None
    assert waited.answer_status == 201
    assert once.outcome(ada, key)["state"] == "done"
