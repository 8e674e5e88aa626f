"""Answers that no service should give, from a server of the test's own: each has a word."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from selfcare import errors
from selfcare.clients.http import Service

DEEP = b"[" * 200_000


class Odd:
    """Answers every request with `status`, `headers` and `body`."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b"{}"  # type: tuple[int, dict[str, str], bytes]
        handler = type("Handler", (_Handler,), {"odd": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.service = Service(
            "odd", f"http://127.0.0.1:{self.server.server_port}", threads=2, default_seconds=2.0
        )


class _Handler(BaseHTTPRequestHandler):
    odd: Odd

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(self.odd.status)
        for name, value in self.odd.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.odd.body)))
        self.end_headers()
        self.wfile.write(self.odd.body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests' output stays readable."""


@pytest.fixture
def odd() -> Iterator[Odd]:
    made = Odd()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_body_that_is_not_packed_as_it_says_is_no_answer(odd: Odd) -> None:
    odd.headers, odd.body = {"Content-Encoding": "gzip"}, b"not packed"
    with pytest.raises(errors.NoAnswer):
        odd.service.read("list", "/")
    with pytest.raises(errors.OutcomeUnknown):
        odd.service.write("cancel", "/")


def test_a_body_nested_far_too_deep_is_not_json(odd: Odd) -> None:
    odd.body = DEEP
    with pytest.raises(ValueError, match="deep"):
        odd.service.read("list", "/").json()
    odd.status = 400
    with pytest.raises(errors.BadReply):
        odd.service.write("cancel", "/")


@pytest.mark.parametrize("told", ["\xb2", "9" * 6000, "-1", "soon", ""])
def test_a_pause_that_is_no_number_of_seconds_is_a_short_one(odd: Odd, told: str) -> None:
    odd.status, odd.headers = 429, {"Retry-After": told}
    with pytest.raises(errors.TooMany) as caught:
        odd.service.read("list", "/")
    assert caught.value.retry_after == 5
