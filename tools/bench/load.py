"""Asks for pages over kept connections and times the answers; it knows no page by name."""

import http.client
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles

# How selfcare marks what it couldn't ask for in time and shows from memory, or not at all.
STALE = (b'data-state="stale"', b"card-failed")


class WrongAnswerError(Exception):
    """A page that isn't what was asked for: its time would mean nothing."""


@dataclass
class Target:
    """Addresses that cost the same, asked for in turn."""

    name: str
    port: int
    paths: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    holds: bytes = b""
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    page_bytes: int = 0
    stale: int = 0

    def __post_init__(self) -> None:
        self._next: Iterator[str] = cycle(self.paths)

    def ask(self, connection: http.client.HTTPConnection) -> float:
        """One answer, and the seconds until its last byte."""
        path = next(self._next)
        began = time.perf_counter()
        try:
            status, body = self._exchange(connection, path)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            connection.close()  # the server had closed it while it was idle
            status, body = self._exchange(connection, path)
        seconds = time.perf_counter() - began
        if status != 200 or self.holds not in body:
            raise WrongAnswerError(f"{self.name}: {path} answered {status}\n{body[:500]!r}")
        self.page_bytes = len(body)
        self.stale += any(mark in body for mark in STALE)
        return seconds

    def body(self) -> bytes:
        """What the first address answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        status, body = self._exchange(connection, self.paths[0])
        connection.close()
        if status != 200:
            raise WrongAnswerError(f"{self.name}: {self.paths[0]} answered {status}")
        return body

    def _exchange(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
        connection.request("GET", path, headers=self.headers)
        response = connection.getresponse()
        return response.status, response.read()

    def measure(self, *, seconds: float, at_once: int) -> None:
        """One round: a third of the time one request after the other, then several at once."""
        self.alone += self._for(seconds / 3)
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            runs = [pool.submit(self._for, seconds * 2 / 3) for _ in range(at_once)]
            times = [one for run in runs for one in run.result()]
        self.together += times
        self.rates.append(len(times) / (time.perf_counter() - began))

    def _for(self, seconds: float) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.connect()
        times: list[float] = []
        until = time.perf_counter() + seconds
        while not times or time.perf_counter() < until:
            times.append(self.ask(connection))
        connection.close()
        return times

    @property
    def rate(self) -> float:
        """Requests a second, several at once: the median round."""
        return median(self.rates)

    def share_of(self, other: "Target") -> float:
        """How many times the other's rate is ours: the median of the rounds, each beside its own,
        so that what else the machine did meanwhile falls on both."""
        return median(theirs / ours for ours, theirs in zip(self.rates, other.rates, strict=True))


def percentile(times: list[float], hundredth: int) -> float:
    """The 50th, 95th or 99th of some times."""
    if len(times) < 2:
        return times[0]
    return quantiles(times, n=100, method="inclusive")[hundredth - 1]


def interleaved(
    targets: list[Target],
    *,
    rounds: int,
    seconds: float,
    at_once: int,
    tell: Callable[[int], None],
) -> None:
    """Several short rounds, each in another order: noise and warmth hit all targets alike."""
    for target in targets:  # to warm up, and to fail before an hour has passed
        target._for(0.3)
    for number in range(rounds):
        tell(number + 1)
        start = number * len(targets) // rounds
        for target in targets[start:] + targets[:start]:
            target.measure(seconds=seconds, at_once=at_once)
