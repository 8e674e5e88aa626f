"""Somebody's endpoint: takes webhooks, or misbehaves on the wire as it was told to."""

import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

type Behaviour = Callable[[socket.socket], None]


@dataclass
class Got:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def verified_by(self, secret: str) -> bool:
        try:
            Webhook(secret).verify(self.body, self.headers)
        except Exception:
            return False
        return True


@dataclass
class Hook:
    """`behave` says what is answered; `got` is what came, in its order."""

    port: int
    behave: Behaviour
    got: list[Got] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def sequences(self) -> list[int]:
        return [one.event["sequence"] for one in self.got]


def says(status: int, body: bytes = b"", *more: str) -> Behaviour:
    def behave(wire: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(body)}", *more, "", ""]
        wire.sendall("\r\n".join(lines).encode() + body)

    return behave


def in_turn(*statuses: int) -> Behaviour:
    """These one after the other, and then 204."""
    left, lock = list(statuses), threading.Lock()

    def behave(wire: socket.socket) -> None:
        with lock:
            status = left.pop(0) if left else 204
        says(status)(wire)

    return behave


def endless(wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        wire.sendall(b"x" * 4096)


def endless_head(wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.sendall(b"x" * 4096)


def dripping(before: bytes) -> Behaviour:
    """A byte now and then, for good."""

    def behave(wire: socket.socket) -> None:
        wire.sendall(before)
        while True:
            wire.sendall(b"x")
            time.sleep(0.05)

    return behave


def cut(wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of it")


@contextmanager
def serving(behave: Behaviour | None = None, *, tls: Any = None) -> Iterator[Hook]:
    """A server on a free port of this machine."""
    hook: Hook

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                wire = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                one = _read(wire)
                with hook.lock:
                    hook.got.append(one)
                hook.behave(wire)
                if tls:
                    wire.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        hook = Hook(server.server_address[1], behave or says(204))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()


def _read(wire: socket.socket) -> Got:
    stream = wire.makefile("rb")
    line = stream.readline().decode().strip()
    headers: dict[str, str] = {}
    while (text := stream.readline().decode().strip()) != "":
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    return Got(line, headers, stream.read(int(headers.get("content-length", "0"))))
