"""Signed events as the platform posts them, over kept connections at a steady rate or at full pace.

What is sent is made before the clock runs; a time counts from when it was due, so that a server
that is behind can't hide it by being asked later.
"""

import base64
import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.bench.load import WrongAnswerError

KEY = b"for-the-benchmark-only-0123456789"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PATH = "/hooks/platform"
TAKEN = b"HTTP/1.1 202"


def event(subject: str, **facts: Any) -> dict[str, Any]:
    """A payment that is completed, unless `facts` say otherwise."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    type_ = facts.pop("type", "transaction.completed")
    data = {
        "subject": subject,
        "object": "transaction",
        "id": f"txn_{uuid.uuid4().hex}",
        "version": 4,
        "kind": "payment",
        "direction": "out",
        "status": type_.partition(".")[2],
        "amount_minor": 6490,
        "currency": "EUR",
        "fee_minor": 0,
        "counterparty_name": "Nordlicht Books",
        "merchant_id": None,
        "merchant_name": None,
        "expires_at": None,
        "reason_code": None,
        "actor": "platform",
    }
    id_ = f"evt_{uuid.uuid4().hex}"
    return {"id": id_, "type": type_, "timestamp": now, "sequence": 1, "data": {**data, **facts}}


def request_of(body: dict[str, Any], port: int) -> bytes:
    """The bytes of the whole request, signed for now."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(time.time())
    signed = f"{body['id']}.{timestamp}.".encode() + content
    signature = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    return plain_request(
        PATH,
        port,
        content,
        f"webhook-id: {body['id']}\r\nwebhook-timestamp: {timestamp}\r\n"
        f"webhook-signature: v1,{signature}\r\n",
    )


def plain_request(path: str, port: int, content: bytes, headers: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n{headers}\r\n"
    )
    return head.encode() + content


@dataclass
class Run:
    """What came of a number of requests: seconds of each, and how long all took."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


class Posters:
    """Several connections to one site, each with a thread; `statuses` counts what came back."""

    def __init__(self, port: int, count: int, *, expected: bytes = TAKEN) -> None:
        self.port = port
        self.count = count
        self.expected = expected
        self.statuses: Counter[int] = Counter()

    def at_full_pace(self, requests: list[bytes]) -> Run:
        """Each connection sends its next one when the last was answered."""
        return self._run(((0.0, one) for one in requests), paced=False)

    def steadily(self, requests: Iterator[bytes], *, per_second: float) -> Run:
        """One each time its moment has come, whatever became of those before it."""
        moments = ((number / per_second, one) for number, one in enumerate(requests))
        return self._run(moments, paced=True)

    def _run(self, moments: Iterator[tuple[float, bytes]], *, paced: bool) -> Run:
        run, lock = Run(), threading.Lock()
        failures: list[Exception] = []
        began = time.perf_counter()

        def work() -> None:
            times = []
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    while True:
                        with lock:
                            moment = next(moments, None)
                        if moment is None or failures:
                            break
                        due = began + moment[0] if paced else time.perf_counter()
                        if (early := due - time.perf_counter()) > 0:
                            time.sleep(early)
                        self._exchange(connection, moment[1])
                        times.append(time.perf_counter() - due)
            except (OSError, WrongAnswerError) as error:
                failures.append(error)
            with lock:
                run.times += times

        threads = [threading.Thread(target=work) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise WrongAnswerError(f"a post failed: {failures[0]}")
        run.seconds = time.perf_counter() - began
        return run

    def _exchange(self, connection: socket.socket, request: bytes) -> None:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        if b"content-length:" not in head.lower():
            raise WrongAnswerError(f"no length: {head[:200]!r}")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more(connection)
        if not head.startswith(self.expected):
            raise WrongAnswerError(f"{head[:200]!r} {body[:300]!r}")
        self.statuses[int(head[9:12])] += 1

    def _more(self, connection: socket.socket) -> bytes:
        found = connection.recv(65_536)
        if not found:
            raise WrongAnswerError("the connection was closed")
        return found


def requests_for(port: int, count: int, subjects: int = 500) -> list[bytes]:
    """So many different events, about so many people in turn."""
    people = itertools.cycle(f"usr_bench_{number:05}" for number in range(subjects))
    return [request_of(event(next(people)), port) for _ in range(count)]
