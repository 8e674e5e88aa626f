"""Measures how long an event takes to its person: to the inbox, and to the mail server.

`python -m tools.bench.telling` measures that alone. BENCH_TELLING_SECONDS (60; 600 is ten minutes)
and BENCH_TELLING_RATE (50 a second) say how long and how many; BENCH_TELLING_WORKERS (2) how many
workers share it.
"""

import itertools
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tools.bench.load import WrongAnswerError, percentile
from tools.bench.posting import Posters, event, request_of
from tools.bench.stack import ROOT, Stack, StackError, alone, cpu_seconds
from tools.bench.taking_in import CONNECTIONS, serve
from tools.children import free_port, spawn, wait_until

# Enough that nobody gets so many in a minute that they become one message.
PEOPLE = 2000
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.05
# The mail can't be earlier at its server than the event at ours, but a delivery knows its own id.
PAIRS = """
SELECT e.source_id, d.id FROM events_event e
JOIN notifications_notification n ON n.event_id = e.id
JOIN notifications_delivery d ON d.notification_id = n.id AND d.channel = 'email'
"""
HOW = """\
{people:,} people with an address, an event each in turn, posted as the platform does, timed from
the moment at which it was to be posted: until a reader of the inbox's table sees it, and until the
mail server has the message. One site with a process a core, {workers} worker(s), PostgreSQL and
the mail server beside them."""


def bench(stack: Stack) -> None:
    """Prints the table; the stack's databases are made and migrated already."""
    seconds = float(os.environ.get("BENCH_TELLING_SECONDS", "60"))
    per_second = float(os.environ.get("BENCH_TELLING_RATE", "50"))
    workers = int(os.environ.get("BENCH_TELLING_WORKERS", "2"))
    notes = _start_mailbox(stack)
    _add_people(stack)
    port = serve(stack)
    site = [stack.children[-1].pid]
    own = [_start_worker(stack) for _ in range(workers)]
    database = [stack.postgres.child.pid] if stack.postgres.child else []
    processes = {"site": site, "workers": own, "database": database}
    before = _costs(processes)
    due: dict[str, float] = {}
    requests = _requests(port, round(seconds * per_second), per_second, due)
    inbox = Inbox(stack.env["DATABASE_URL"])
    with inbox:
        Posters(port, CONNECTIONS).steadily(requests, per_second=per_second)
        mailed = _wait_for_mails(stack, notes, len(due))
    in_app = [inbox.seen[one] - at for one, at in due.items() if one in inbox.seen]
    by_mail = [mailed[one] - at for one, at in due.items() if one in mailed]
    if len(in_app) != len(due) or len(by_mail) != len(due):
        raise WrongAnswerError(
            f"of {len(due)} events {len(in_app)} are in the inbox and {len(by_mail)} were mailed"
        )
    words = f"from event to person, {per_second:.0f} a second"
    print(f"\n{words:40}{'events':>10}{'p50':>11}{'p95':>11}{'p99':>11}{'longest':>11}")
    for name, times in (("in the inbox", in_app), ("at the mail server", by_mail)):
        spans = [percentile(times, one) for one in (50, 95, 99)] + [max(times)]
        told = "".join(f"{one * 1000:>8.0f} ms" for one in spans)
        print(f"{name:40}{len(times):>10,}{told}")
    after = _costs(processes)
    costs = {name: (after[name] - before[name]) / len(due) * 1000 for name in after}
    told = ", ".join(f"{name} {cost:.1f} ms" for name, cost in costs.items())
    print(f"processor time an event: {told}; together {sum(costs.values()):.1f} ms")
    print(HOW.format(people=PEOPLE, workers=workers))


class Inbox:
    """Looks twenty times a second which events have become notifications, while the block runs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Inbox":
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        """Some seconds back each time: what is committed late was made earlier."""
        query = (
            "SELECT e.source_id FROM notifications_notification n "
            "JOIN events_event e ON e.id = n.event_id "
            "WHERE n.created_at > now() - interval '5 seconds' AND n.in_inbox"
        )
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self._stop.wait(LOOK_SECONDS):
                found = connection.execute(query).fetchall()
                at = time.time()
                for (source_id,) in found:
                    self.seen.setdefault(source_id, at)


def _requests(port: int, count: int, per_second: float, due: dict[str, float]) -> Iterator[bytes]:
    """Signed as they are needed, since a signature holds for five minutes; notes each's moment."""
    subjects = itertools.cycle(_subject(number) for number in range(PEOPLE))
    began = time.time()
    for number in range(count):
        body = event(next(subjects))
        due[body["id"]] = began + number / per_second
        yield request_of(body, port)


def _subject(number: int) -> str:
    return f"usr_bench_{number:05}"


def _add_people(stack: Stack) -> None:
    """A verified address for each, as if they had signed in before."""
    with (
        psycopg.connect(stack.env["DATABASE_URL"]) as connection,
        connection.cursor() as cursor,
        cursor.copy(
            "COPY notifications_address (id, subject, channel, value, keys, name, from_provider, "
            "is_primary, state, off_reason, code_hash, code_tries, added_at, verified_at, "
            "changed_at) FROM STDIN"
        ) as rows,
    ):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for number in range(PEOPLE):
            subject = _subject(number)
            address = f"{subject}@example.com"
            rows.write_row(
                (uuid.uuid4(), subject, "email", address, "{}", "", True, True, "active", "", "", 0,
                 now, now, now)
            )  # fmt: skip


def _start_mailbox(stack: Stack) -> Path:
    port, notes = free_port(), stack.scratch.path / "mails.txt"
    stack.env |= {
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "EMAIL_FROM": "Selfcare <no-reply@selfcare.example>",
        "MAILBOX_PORT": str(port),
        "MAILBOX_FILE": str(notes),
    }
    _start(stack, ["-m", "tools.bench.mailbox"], "mailbox", "mailbox.started")
    return notes


def _start_worker(stack: Stack) -> int:
    number = len(stack.children)
    _start(stack, ["manage.py", "worker"], f"worker-{number}", "worker.started")
    return stack.children[-1].pid


def _costs(processes: dict[str, list[int]]) -> dict[str, float]:
    return {name: sum(cpu_seconds(pid) for pid in pids) for name, pids in processes.items()}


def _start(stack: Stack, command: list[str], name: str, ready: str) -> None:
    log = stack.scratch.path / f"{name}.log"
    with log.open("wb") as output:
        child = spawn([sys.executable, *command], log=output, env=stack.env, cwd=str(ROOT))
    stack.children.append(child)
    wait_until(lambda: ready in log.read_text(encoding="utf-8"), seconds=60, every=0.1)
    if ready not in log.read_text(encoding="utf-8"):
        raise StackError(f"{name} did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _wait_for_mails(stack: Stack, notes: Path, count: int) -> dict[str, float]:
    """When each event's mail was first at the mail server, by the event's id."""
    wait_until(
        lambda: len(notes.read_text(encoding="utf-8").splitlines()) >= count,
        seconds=PATIENCE_SECONDS,
        every=0.5,
    )
    first: dict[str, float] = {}
    for line in notes.read_text(encoding="utf-8").splitlines():
        at, _, message_id = line.partition(" ")
        first.setdefault(message_id.strip("<>").partition("@")[0], float(at))
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection:
        pairs = connection.execute(PAIRS).fetchall()
    return {
        source_id: first[key]
        for source_id, delivery in pairs
        if (key := f"dlv_{delivery.hex}") in first
    }


if __name__ == "__main__":
    raise SystemExit(alone(bench))
