"""The worker as a process of its own: what it does by itself, and what it outlives."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.events.receiver import Receiver
from tests.sandbox.events.working import Worker, until
from tests.sandbox.running import ROOT, Box, Platform
from tools.postgres import Postgres


@pytest.fixture
def workers(
    receiver: Receiver, platform: Platform, running_box: Box, tmp_path: Path
) -> Iterator[Callable[..., Worker]]:
    """Makes workers that post to `receiver` what happens from now on."""
    platform.control("DELETE", "events")
    made: list[Worker] = []

    def make(**env: str) -> Worker:
        one = Worker(running_box, tmp_path, **{"SANDBOX_HOOK_URL": receiver.url, **env})
        made.append(one)
        return one

    yield make
    for one in made:
        if one.process is not None:
            one.process.kill()
            one.process.wait()


def types(receiver: Receiver, sub: str) -> list[str]:
    mine = [event for event in receiver.events if event["data"].get("subject") == sub]
    return [event["type"] for event in sorted(mine, key=lambda event: event["sequence"])]


def test_time_passes_though_nobody_looks(
    workers: Callable[..., Worker], receiver: Receiver, platform: Platform
) -> None:
    sub = platform.person()
    platform.transaction(sub, status="processing", instant=True)
    platform.transaction(sub, status="action_required", expires_in_seconds=1)
    worker = workers()
    worker.start()
    wanted = {"transaction.completed", "transaction.expired"}
    until(lambda: wanted <= set(types(receiver, sub)))
    assert worker.end() == 0
    assert "worker.stopped" in worker.log.read_text()


def test_it_takes_mail(workers: Callable[..., Worker], platform: Platform) -> None:
    worker = workers()
    worker.start()
    with smtplib.SMTP("127.0.0.1", worker.mail_port, timeout=20) as server:
        server.sendmail("a@example.com", ["cy@example.com"], b"Subject: Hi\r\n\r\nYes\r\n")
    (mail,) = platform.control("GET", "outbox?to=cy@example.com")
    assert mail["subject"] == "Hi"


def test_it_outlives_a_hook_that_is_down(
    workers: Callable[..., Worker], receiver: Receiver, platform: Platform
) -> None:
    sub = platform.person()
    receiver.answers, receiver.about = [503, 0, 500], sub
    worker = workers()
    worker.start()
    platform.control("POST", "events", {"sub": sub, "type": "news.published"})
    # What the hook has taken is written down a moment later.
    until(lambda: platform.control("GET", f"events?sub={sub}")[0]["state"] == "posted")
    (event,) = platform.control("GET", f"events?sub={sub}")
    assert [one["status"] for one in event["attempts"]] == [503, None, 500, 202]
    assert types(receiver, sub) == ["news.published"]


def test_it_finishes_what_it_holds(
    workers: Callable[..., Worker], receiver: Receiver, platform: Platform
) -> None:
    worker = workers()
    worker.start()
    fault = {"operation": "hook", "mode": "latency", "ms": 1500, "count": 1}
    platform.control("POST", "faults", fault)
    sub = platform.person()
    platform.control("POST", "events", {"sub": sub, "type": "news.published"})
    until(lambda: not platform.control("GET", "faults"))  # it has begun, and takes its time
    assert worker.end() == 0
    assert types(receiver, sub) == ["news.published"]
    (event,) = platform.control("GET", f"events?sub={sub}")
    assert event["state"] == "posted"


def test_without_a_secret_it_posts_nothing_and_numbers_all_the_same(
    workers: Callable[..., Worker], receiver: Receiver, platform: Platform
) -> None:
    sub = platform.person()
    platform.control("POST", "events", {"sub": sub, "type": "news.published"})
    worker = workers(SANDBOX_HOOK_SECRET="")
    worker.start()
    until(lambda: platform.control("GET", f"events?sub={sub}")[0]["sequence"])
    worker.end()
    assert receiver.events == []


def test_a_secret_that_is_none_stops_the_start(workers: Callable[..., Worker]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "worker"],
        cwd=ROOT, env=workers(SANDBOX_HOOK_SECRET="secret").env, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "SANDBOX_HOOK_SECRET" in done.stderr


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that is ours to stop."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


def test_it_outlives_a_restart_of_the_database(
    receiver: Receiver, own_postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_DATABASE_URL", own_postgres.create_database("any"))
    box = Box(tmp_path)
    box.start()
    worker = Worker(box, tmp_path, SANDBOX_HOOK_URL=receiver.url)
    try:
        worker.start()
        platform = Platform(box.url)
        sub = platform.person()
        news: dict[str, Any] = {"sub": sub, "type": "news.published", "count": 200}
        platform.control("POST", "events", news)
        until(lambda: len(receiver.taken) > 20)
        own_postgres.stop(kill=True)
        time.sleep(1.5)
        own_postgres.start()
        until(lambda: len(receiver.taken) == 200, seconds=90)
        until(lambda: not platform.control("GET", "events?state=waiting"), seconds=90)
        assert worker.end() == 0
    finally:
        if worker.process is not None:
            worker.process.kill()
            worker.process.wait()
        box.stop()
