"""Measures the intake of events: real signatures, real gunicorn, PostgreSQL, beside an empty view.

`python -m tools.bench.taking_in` measures that alone. BENCH_EVENTS_SECONDS (20) and
BENCH_EVENTS_RATE (300 a second) make the steady part longer or harder, BENCH_ROUNDS (5) the
rounds at full pace.
"""

import os
from statistics import median
from typing import LiteralString

import psycopg

from tools.bench.load import WrongAnswerError, percentile
from tools.bench.posting import Posters, plain_request, requests_for
from tools.bench.stack import Stack, alone, cpu_seconds
from tools.children import free_port

AT_ONCE = 8
# What a platform's sender may have open towards us: more than wait at 300 a second.
CONNECTIONS = 24
A_ROUND = 600
HOW = """\
gunicorn with one process a core and 8 threads each; the events are signed and all different.
steadily: each posted at its moment, timed from that moment; full pace: 8 at once, {rounds} rounds.
The empty view reads the same bytes and answers 202 from memory, behind Django's own middleware."""


def bench(stack: Stack) -> None:
    """Prints the table; the stack's databases are made and migrated already."""
    seconds = float(os.environ.get("BENCH_EVENTS_SECONDS", "20"))
    per_second = float(os.environ.get("BENCH_EVENTS_RATE", "300"))
    rounds = int(os.environ.get("BENCH_ROUNDS", "5"))
    port = serve(stack)
    site = stack.children[-1].pid
    empty_port = _serve_empty(stack)
    hook = Posters(port, AT_ONCE)
    empty = Posters(empty_port, AT_ONCE)
    nothing = [plain_request("/", empty_port, request_body(one)) for one in requests_for(port, 1)]
    hook.at_full_pace(requests_for(port, 100))
    empty.at_full_pace(nothing * 100)
    rates: list[tuple[float, float]] = []
    times: tuple[list[float], list[float]] = ([], [])
    posted = 100
    for _ in range(rounds):
        ours = hook.at_full_pace(requests_for(port, A_ROUND))
        theirs = empty.at_full_pace(nothing * A_ROUND)
        rates.append((ours.rate, theirs.rate))
        times[0].extend(ours.times)
        times[1].extend(theirs.times)
        posted += A_ROUND
    ready = requests_for(port, round(seconds * per_second))
    pids = [site] + ([stack.postgres.child.pid] if stack.postgres.child else [])
    before = sum(map(cpu_seconds, pids))
    steady = Posters(port, CONNECTIONS).steadily(iter(ready), per_second=per_second)
    cost = (sum(map(cpu_seconds, pids)) - before) / len(ready)
    posted += len(ready)
    kept = count_of(stack, "SELECT count(*) FROM events_event")
    if kept != posted:
        raise WrongAnswerError(f"{posted} events were posted and {kept} are kept")
    print(
        f"\n{'intake of events':30}{'events/s':>10}{'x empty':>9}{'p50':>10}{'p95':>10}{'p99':>10}"
    )
    _tell("empty Django view", median(other for _, other in rates), 1.0, times[1])
    share = median(other / own for own, other in rates)
    _tell("hook, full pace", median(own for own, _ in rates), share, times[0])
    _tell(f"hook, steadily {per_second:.0f} a second", steady.rate, 0, steady.times)
    print(f"{posted:,} events posted, {kept:,} kept.")
    print(f"processor time an event, site and database together: {cost * 1000:.1f} ms")
    print(HOW.format(rounds=rounds))


def serve(stack: Stack) -> int:
    """Selfcare as it stands before the platform's posts; gives its port."""
    port = free_port()
    stack.serve(
        "config.wsgi",
        "config/gunicorn.py",
        f"http://127.0.0.1:{port}/health/ready",
        PORT=str(port),
        WEB_WORKERS=str(os.cpu_count() or 1),
    )
    return port


def _serve_empty(stack: Stack) -> int:
    port = free_port()
    body = stack.scratch.path / "taken.json"
    body.write_bytes(b'{"id": "evt_0123456789abcdef0123456789abcdef"}')
    stack.serve(
        "tools.bench.empty",
        "config/gunicorn.py",
        f"http://127.0.0.1:{port}/",
        PORT=str(port),
        WEB_WORKERS=str(os.cpu_count() or 1),
        BENCH_BODY=str(body),
    )
    return port


def request_body(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def count_of(stack: Stack, query: LiteralString) -> int:
    """One number from selfcare's database."""
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _tell(name: str, rate: float, share: float, times: list[float]) -> None:
    milliseconds = "".join(f"{percentile(times, one) * 1000:>7.1f} ms" for one in (50, 95, 99))
    print(f"{name:30}{rate:>10.1f}{f'{share:.1f}' if share else '':>9}{milliseconds}")


if __name__ == "__main__":
    raise SystemExit(alone(bench))
