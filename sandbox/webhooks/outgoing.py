"""Sends one POST to an address that a merchant named, and reads a bounded answer; no tables.

The name is looked up once, and the connection goes to one of the very addresses that were judged:
what the name leads to a moment later doesn't matter. No redirect is followed, no proxy asked, no
connection used twice. All waits end at the same moment: who sends a byte now and then gains none.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox.webhooks import addresses

SECONDS = 10.0
MOST_BYTES = 64 * 1024
KEPT_BYTES = 8 * 1024
# Of a name's addresses so many are tried.
MOST_TRIED = 3
CHUNK = 8 * 1024
# Without these, what a person reads and a database holds.
CONTROL = dict.fromkeys((*range(9), *range(11, 32), 127), "�")


@dataclass(frozen=True, slots=True)
class Reply:
    """How a sending ended: `error` is empty where a whole answer came.

    private_address, unknown_host, no_connection, tls_failed, timed_out, too_long, broken_answer.
    """

    status: int | None
    error: str
    request: str
    response: str

    @property
    def taken(self) -> bool:
        return not self.error and self.status is not None and 200 <= self.status < 300


class _FailedError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Wire(Protocol):
    def settimeout(self, value: float | None, /) -> None: ...
    def send(self, data: Any, /) -> int: ...
    def recv_into(self, buffer: Any, /) -> int: ...


class _Bounded(io.RawIOBase):
    """What a socket says until its time is up or it has said too much."""

    def __init__(self, wire: _Wire, until: float) -> None:
        self.wire, self.until, self.left = wire, until, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.left <= 0:
            raise _FailedError("too_long")
        self.wire.settimeout(_remaining(self.until))
        count = self.wire.recv_into(memoryview(buffer)[: self.left])
        self.left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As HTTPResponse asks a socket for it."""
        return io.BufferedReader(self, CHUNK)


def post(url: str, content: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Reply:
    """POST the content; whatever happens is told by the reply."""
    until = time.monotonic() + seconds
    request = _head(url, content, headers)
    got = _Got()
    error = ""
    try:
        with _connected(url, until) as wire:
            _send(wire, request + content, until)
            _read(wire, until, got)
    except _FailedError as failure:
        error = failure.code
    except TimeoutError:
        error = "timed_out"
    except (OSError, HTTPException):
        # It came to a connection, and then to no whole answer.
        error = "broken_answer"
    return Reply(got.status, error, _shown(request + content), _shown(got.head + got.body))


@dataclass(slots=True)
class _Got:
    """As much of the answer as came."""

    status: int | None = None
    head: bytes = b""
    body: bytes = b""


def _read(wire: _Wire, until: float, got: _Got) -> None:
    answer = HTTPResponse(_Bounded(wire, until), method="POST")  # type: ignore[arg-type]
    answer.begin()
    got.status = answer.status
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}".rstrip()]
    lines += [f"{name}: {value}" for name, value in answer.getheaders()]
    got.head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    while part := answer.read1(CHUNK):
        got.body = (got.body + part)[:KEPT_BYTES]
    if answer.length:
        raise _FailedError("broken_answer")  # it ended before the end that it had announced


def _connected(url: str, until: float) -> socket.socket:
    try:
        place = addresses.parts(url)
        left = min(addresses.LOOK_UP_SECONDS, _remaining(until))
        found = addresses.find(place, left)
    except addresses.NotAllowedError as error:
        raise _FailedError("private_address") from error
    except (OSError, UnicodeError) as error:
        raise _FailedError("unknown_host") from error
    wire = _reached(found[:MOST_TRIED], place.port, until)
    if urlsplit(url).scheme != "https":
        return wire
    try:
        wire.settimeout(_remaining(until))
        return trusted().wrap_socket(wire, server_hostname=place.host)
    except TimeoutError:
        wire.close()
        raise
    except (OSError, ValueError) as error:
        wire.close()
        raise _FailedError("tls_failed") from error


def _reached(found: list[addresses.Ip], port: int, until: float) -> socket.socket:
    for ip in found:
        try:
            return socket.create_connection((str(ip), port), timeout=_remaining(until))
        except TimeoutError:
            raise
        except OSError:
            continue
    raise _FailedError("no_connection")


def _send(wire: _Wire, content: bytes, until: float) -> None:
    left = memoryview(content)
    while left:
        wire.settimeout(_remaining(until))
        left = left[wire.send(left[:CHUNK]) :]


def _head(url: str, content: bytes, headers: Mapping[str, str]) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, **headers, "Content-Length": str(len(content))}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def _remaining(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _shown(content: bytes) -> str:
    """What a page can show and a table can hold."""
    text = content[:KEPT_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    return text.translate(CONTROL)


@cache
def trusted() -> ssl.SSLContext:
    """Reading the machine's authorities takes a while, so it is done once."""
    return ssl.create_default_context()
