"""The way forward when two ask at once, when two work at it, and when the one at it is killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from sandbox import clock
from sandbox.console import clocks
from sandbox.control import making
from sandbox.ledger.journal import verify_ledger
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions.models import Transaction, TransactionEvent
from sandbox.webhooks import endpoints, samples
from sandbox.webhooks.models import Delivery
from sandbox.worlds import winding
from sandbox.worlds.models import Advance, World
from tests.sandbox.looking import after_the_first_look
from tests.sandbox.running import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 80
DAY = timedelta(days=1)


def much(person: Person) -> None:
    """Payments that are due one after the other, a minute between them."""
    for number in range(MANY):
        facts = {"merchant": "Tandem Bikes", "currency": "EUR", "amount_minor": 100 + number}
        making.transaction(person, {**facts, "processing_seconds": 60 * number}, clock.now())


def at_once(act: Callable[[], str], times: int) -> list[str]:
    def one(_: int) -> str:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def everything_happened_once(advance: Advance) -> None:
    done = Counter(
        TransactionEvent.objects.filter(name="transaction.completed").values_list(
            "transaction", flat=True
        )
    )
    assert (len(done), set(done.values())) == (MANY, {1})
    assert not Transaction.objects.exclude(status="completed").exists()
    advance.refresh_from_db()
    assert advance.reached == advance.until
    assert World.objects.get(pk=advance.world_id).held_until is None
    assert verify_ledger() == []


def test_of_two_who_ask_at_once_one_is_refused(merchant: Merchant) -> None:
    def ask() -> str:
        try:
            return winding.ask(merchant, DAY).wire_id
        except ProblemError as problem:
            return problem.code

    answers = at_once(ask, 4)
    assert sorted(answers)[1:] == ["clock_is_running"] * 3
    assert Advance.objects.count() == 1


def test_who_looks_while_it_arrives_is_not_told_the_time_before(merchant: Merchant) -> None:
    winding.ask(merchant, DAY)
    with after_the_first_look(winding.round_once) as done:
        told = clocks.told(merchant)
    assert done
    (advance,) = told["advances"]
    assert advance["state"] == "running" or told["ahead_seconds"] == DAY.total_seconds()
    (arrived,) = clocks.told(merchant)["advances"]
    assert arrived["state"] == "done"


def test_two_at_the_same_way_do_everything_once(ada: Person, merchant: Merchant) -> None:
    much(ada)
    advance = winding.ask(merchant, DAY)
    at_once(lambda: str(winding.round_once()), 3)
    everything_happened_once(advance)


def test_a_world_that_is_stuck_keeps_no_other_waiting(
    ada: Person, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else is at its delivery, and doesn't end."""
    other = making.opened_shop("Corner Shop")
    samples.send(endpoints.make(merchant, url="", types=["*"]).endpoint, "payment.completed")
    Delivery.objects.update(leased_until=clock.real_now() + DAY)
    stuck, free = winding.ask(merchant, DAY), winding.ask(other, DAY)
    monkeypatch.setattr(winding, "PATIENCE_SECONDS", 0.0)
    winding.round_once()
    stuck.refresh_from_db()
    free.refresh_from_db()
    assert stuck.finished_at is None
    assert free.finished_at is not None


@pytest.fixture
def worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers on the test's own database."""
    started: list[subprocess.Popen[bytes]] = []
    scheme = "postgresql" if connection.vendor == "postgresql" else "sqlite"
    facts = connection.settings_dict
    place = f"{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}"
    url = f"sqlite:///{facts['NAME']}" if scheme == "sqlite" else (
        f"postgresql://{place}/{facts['NAME']}"
    )  # fmt: skip

    def start() -> subprocess.Popen[bytes]:
        env = os.environ | {"SANDBOX_DATABASE_URL": url, "SANDBOX_SMTP_PORT": "0"}
        command = [sys.executable, "-m", "sandbox", "worker"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=env))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_another_worker_goes_on_where_one_was_killed(
    ada: Person, merchant: Merchant, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    much(ada)
    first = worker()
    advance = winding.ask(merchant, DAY)

    def steps() -> int:
        advance.refresh_from_db()
        return advance.steps

    until(lambda: steps() > 5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    reached = steps()
    assert advance.finished_at is None, "it was too fast to be killed"
    assert advance.begins < advance.reached < advance.until
    # The time that its hold had left goes by.
    World.objects.update(held_until=clock.real_now())
    worker()
    until(lambda: bool(steps() and advance.finished_at))
    assert advance.steps >= reached
    everything_happened_once(advance)
