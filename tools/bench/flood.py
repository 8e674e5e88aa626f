"""Measures what one merchant's flood costs another: real keys, real gunicorn, PostgreSQL.

`python -m tools.bench.flood` measures that alone. BENCH_FLOOD_SECONDS (20) and BENCH_FLOOD_RATE
(1000 a second) make it longer or harder.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import requests

from tools.bench.load import WrongAnswerError, percentile
from tools.bench.posting import Posters
from tools.bench.stack import Stack, alone

# What a program that retries without a pause may have open.
CONNECTIONS = 32
PATH = "/merchant-api/v1/balance"
# Fewer than its key may: 25 a second.
BETWEEN = 0.05
ANY_ANSWER = b"HTTP/1.1 "
# As deploy/compose.yaml says it for a box that merchants share.
SHARED = {"SANDBOX_WORKERS": "2", "SANDBOX_THREADS": "16"}
HOW = """\
the box's gunicorn with {SANDBOX_WORKERS} processes of {SANDBOX_THREADS} threads; requests read the
balance with a bearer key. The other merchant asks one request after the other, 50 ms between."""


def bench(stack: Stack) -> None:
    """Prints the table; the stack's own tables are made already, the box's not."""
    seconds = float(os.environ.get("BENCH_FLOOD_SECONDS", "20"))
    per_second = float(os.environ.get("BENCH_FLOOD_RATE", "1000"))
    stack.run("-m", "tools.commands", "sandbox.settings", "migrate", "register_client")
    shared = {name: os.environ.get(name, value) for name, value in SHARED.items()}
    stack.serve("sandbox.wsgi", "sandbox/gunicorn.py", f"{stack.box_url}/health/ready", **shared)
    busy, calm = _token(stack, "Busy Bikes"), _token(stack, "Calm Books")
    _ask(stack, calm, 0.5)
    alone = _ask(stack, calm, seconds)
    # A process of its own, so that what it computes isn't taken for waiting.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running_flood = pool.submit(_flood, stack.box_port, busy, seconds, per_second)
        time.sleep(min(1.0, seconds / 4))
        beside = _ask(stack, calm, seconds / 2)
        sent, took, statuses = running_flood.result()
    if set(statuses) != {200, 429}:
        raise WrongAnswerError(f"the flood was answered with {statuses}")
    told = _told(stack, busy)
    print(f"\n{'another merchant':30}{'p50':>10}{'p95':>10}{'p99':>10}")
    for name, times in (("alone", alone), ("beside the flood", beside)):
        told_times = [percentile(times, one) * 1000 for one in (50, 95, 99)]
        print(f"{name:30}" + "".join(f"{one:>7.1f} ms" for one in told_times))
    print(f"{sent:,} requests of one key, wanted {per_second:.0f} a second, {sent / took:.0f} done")
    print(f"{statuses[200]:,} answered, {statuses[429]:,} refused with 429, {told:,} in the log")
    print(HOW.format(**shared))


def _token(stack: Stack, name: str) -> str:
    """The bearer token of a new merchant's key that reads."""
    control = f"{stack.box_url}/control/merchants"
    made = _posted(control, {"name": name})
    key = _posted(f"{control}/{made['id']}/keys", {"name": "Bench", "scope": "read"})
    return str(key["token"])


def _posted(url: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = requests.post(url, json=body, timeout=20)
    answer.raise_for_status()
    return dict(answer.json())


def _ask(stack: Stack, token: str, seconds: float) -> list[float]:
    """The seconds of each of the other merchant's requests; all of them are to be answered."""
    times: list[float] = []
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            answer = session.get(f"{stack.box_url}{PATH}", timeout=30)
            times.append(time.perf_counter() - began)
            if answer.status_code != 200:
                raise WrongAnswerError(f"the other merchant got {answer.status_code}")
            time.sleep(BETWEEN)
    return times


def _flood(
    port: int, token: str, seconds: float, per_second: float
) -> tuple[int, float, dict[int, int]]:
    """How many were sent, in how many seconds, and how often each status came back."""
    request = (
        f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    posters = Posters(port, CONNECTIONS, expected=ANY_ANSWER)
    run = posters.steadily(iter([request] * round(seconds * per_second)), per_second=per_second)
    return len(run.times), run.seconds, dict(posters.statuses)


def _told(stack: Stack, token: str) -> int:
    """How many refusals its log tells of; a second's are added up by the first request after it.

    That is so in each process, so several are asked: each request has a connection of its own.
    """
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{stack.box_url}/merchant-api/v1/requests?limit=100&verdict=refused"
    rows: list[dict[str, Any]] = []
    time.sleep(1.5)
    for _ in range(20):
        time.sleep(0.1)
        answer = requests.get(url, headers=headers, timeout=30)
        answer.raise_for_status()
        rows = answer.json()["data"]
    return sum(row["times"] for row in rows)


if __name__ == "__main__":
    raise SystemExit(alone(bench))
