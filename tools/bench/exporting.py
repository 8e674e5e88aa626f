"""Measures an export as a job: rows a second, the worker's memory, and what pages notice of it.

`python -m tools.bench.exporting` measures that alone.
"""

import http.client
import json
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.bench.door import NotSignedInError, cookies_of
from tools.bench.load import Target, percentile
from tools.bench.stack import ROOT, Somebody, Stack, StackError, running
from tools.children import spawn, wait_until

MOST_SECONDS = 900
# Small ones run first: a worker has then read its code, and what it takes more is the export's.
WARM_FORMATS = ("csv", "jsonl")


@dataclass
class Result:
    """What one export cost."""

    rows: int
    seconds: float
    idle_mib: float
    peak_mib: float
    megabytes: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


class Asker:
    """The JSON API as somebody signed in uses it."""

    def __init__(self, stack: Stack, person: Somebody) -> None:
        self.port = stack.port
        cookie = _signed_in(stack, person)
        self.headers = {"Cookie": cookie, "Content-Type": "application/json"}
        me = self._ask("GET", "/api/v1/me")
        self.headers["X-CSRFToken"] = me["csrf_token"]
        self.headers["Origin"] = stack.url

    def export(self, format_name: str, query: str = "") -> dict[str, Any]:
        body = {"format": format_name, "query": query}
        key = {"Idempotency-Key": secrets.token_urlsafe(24)}
        return self._ask("POST", "/api/v1/exports", body, key)

    def look(self, export: dict[str, Any]) -> dict[str, Any]:
        return self._ask("GET", f"/api/v1/exports/{export['id']}")

    def _ask(
        self, method: str, path: str, body: Any = None, more: dict[str, str] | None = None
    ) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = json.dumps(body) if body is not None else None
        connection.request(method, path, sent, {**self.headers, **(more or {})})
        answer = connection.getresponse()
        told = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and "csrf" in value:
                self.headers["Cookie"] += f"; {value.partition(';')[0]}"
        connection.close()
        if answer.status >= 400:
            raise StackError(f"{method} {path} answered {answer.status}: {told[:500]!r}")
        found: dict[str, Any] = json.loads(told)
        return found


def _signed_in(stack: Stack, person: Somebody) -> str:
    """The first to sign in after a start may be told to come again."""
    for _ in range(5):
        try:
            return cookies_of(stack.url, person.email, person.password)
        except NotSignedInError:
            time.sleep(2)
    return cookies_of(stack.url, person.email, person.password)


class Memory:
    """The most that a process has held while the block ran, looked at twenty times a second."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.peak = max(self.peak, held_mib(self.pid))


def held_mib(pid: int) -> float:
    """The resident memory of one process; 0 where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return sum(int(line.split()[1]) for line in lines) / 1024


def start_worker(stack: Stack) -> int:
    """A worker beside the sites; gives its process."""
    log = stack.scratch.path / "worker.log"
    with log.open("wb") as output:
        child = spawn(
            [sys.executable, "manage.py", "worker"], log=output, env=stack.env, cwd=str(ROOT)
        )
    stack.children.append(child)
    wait_until(lambda: "worker.started" in log.read_text(encoding="utf-8"), seconds=30, every=0.1)
    return child.pid


def measure(asker: Asker, worker: int, format_name: str, query: str = "") -> Result:
    """One export from asking for it to its being ready."""
    idle = held_mib(worker)
    with Memory(worker) as memory:
        export = asker.export(format_name, query)
        until = time.monotonic() + MOST_SECONDS
        while export["open"] and time.monotonic() < until:
            time.sleep(0.2)
            export = asker.look(export)
    if export["state"] != "ready":
        raise StackError(f"the export is {export['state']}: {export['failure']}")
    began, ended = (datetime.fromisoformat(export[name]) for name in ("created_at", "finished_at"))
    seconds = (ended - began).total_seconds()
    return Result(export["rows"], seconds, idle, memory.peak, export["manifest"]["size"] / 1e6)


def bench(stack: Stack, many: Somebody, few: Somebody, plain: Target) -> None:
    """Prints what an export costs, alone and while pages are asked for."""
    worker = start_worker(stack)
    asker = Asker(stack, many)
    small = Asker(stack, few)
    for name in WARM_FORMATS:
        measure(small, worker, name)
    print(
        f"\n{'export':30}{'rows':>10}{'rows/s':>9}{'seconds':>9}{'idle':>10}{'more':>10}{'MB':>8}"
    )
    for name in ("csv", "jsonl"):
        tell(f"{name} as a job", measure(asker, worker, name))
    quiet = _ask_for(plain, float(os.environ.get("BENCH_IDLE_SECONDS", "5")))
    busy = Together(plain)
    with busy:
        beside = measure(asker, worker, "csv")
    tell("csv, pages beside it", beside)
    for hundredth in (50, 95):
        one, other = percentile(quiet, hundredth), percentile(busy.times, hundredth)
        print(
            f"list page p{hundredth}: {one * 1000:.1f} ms idle, {other * 1000:.1f} ms while an "
            f"export runs: {other / one:.2f} times"
        )


class Together:
    """Asks for a page again and again while the block runs."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.times: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> "Together":
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._done.is_set():
            self.times += _ask_for(self.target, 0.5)


def _ask_for(target: Target, seconds: float) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    connection.connect()
    times: list[float] = []
    until = time.perf_counter() + seconds
    while not times or time.perf_counter() < until:
        times.append(target.ask(connection))
    connection.close()
    return times


def tell(words: str, result: Result) -> None:
    """One line of the table; memory beyond what the worker holds when it has nothing to do."""
    more = result.peak_mib - result.idle_mib
    print(
        f"{words:30}{result.rows:>10,}{result.rate:>9,.0f}{result.seconds:>9.1f}"
        f"{result.idle_mib:>6.0f} MiB{more:>6.0f} MiB{result.megabytes:>8.1f}",
        flush=True,
    )


def main() -> int:
    """Only this, with BENCH_TRANSACTIONS rows."""
    count = int(os.environ.get("BENCH_TRANSACTIONS", "1000000").replace("_", ""))
    with running() as stack:
        stack.start()
        few = stack.add_person("Felix Klein", min(1000, count))
        many = stack.add_person("Greta Gross", count)
        stack.settle()
        cookie = {"Cookie": Asker(stack, many).headers["Cookie"]}
        plain = Target("list", stack.port, ["/transactions/"], cookie, b'class="txn')
        bench(stack, many, few, plain)
        log = Path(stack.scratch.path / "worker.log").read_text(encoding="utf-8")
        if "export.broke" in log or "export.interrupted" in log:
            print(log[-3000:], file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
