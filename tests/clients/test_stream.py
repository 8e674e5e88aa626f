"""Many rows at once, from a server that is cut off, slow, wrong or unwilling."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from selfcare import deadline, errors
from selfcare.clients import connection, stream
from selfcare.clients.http import Service
from tests.documents.exports.made_up import row

END = {"end": True, "count": 2, "next_cursor": None, "as_of": "2026-11-20T12:00:00.000Z"}


class Flowing:
    """Answers with these lines; `pause` seconds before each."""

    def __init__(self) -> None:
        self.status, self.pause = 200, 0.0
        self.lines: list[bytes] = []
        self.asked: list[dict[str, Any]] = []
        handler = type("Handler", (_Handler,), {"one": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def tell(self, *things: Any) -> None:
        self.lines = [json.dumps(one).encode() + b"\n" for one in things]


class _Handler(BaseHTTPRequestHandler):
    one: Flowing

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.one.asked.append(json.loads(body))
        self.send_response(self.one.status)
        self.end_headers()
        for line in self.one.lines:
            time.sleep(self.one.pause)
            try:
                self.wfile.write(line)
            except OSError:
                return

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests' output stays readable."""


@pytest.fixture
def flowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flowing]:
    made = Flowing()
    url = f"http://127.0.0.1:{made.server.server_port}"
    for module in (stream, connection):
        one = Service("transactions", url, threads=1, default_seconds=2.0)
        monkeypatch.setattr(module, "service", one)
    yield made
    made.server.shutdown()
    made.server.server_close()


def read(**options: Any) -> list[dict[str, Any]]:
    with stream.read("usr_1", {"kind": ["payment"]}, sort="amount", limit=5, **options) as reading:
        return [one for rows in reading for one in rows]  # type: ignore[misc]


def test_it_reads_all_rows_and_asks_as_agreed(flowing: Flowing) -> None:
    rows = [row(), row()]
    flowing.tell(*rows, END)
    assert read(after="c1") == rows
    assert flowing.asked == [{"kind": ["payment"], "sort": "amount", "after": "c1", "limit": 5}]


def test_without_its_end_it_is_cut_off(flowing: Flowing) -> None:
    flowing.tell(row(), row())
    with pytest.raises(errors.OutcomeUnknown):
        read()


@pytest.mark.parametrize(
    "lines",
    [
        [row(), END],
        [row(), row(), END, row()],
        [row(owner="usr_2"), row(), END],
        [row(amount_minor="6490"), row(), END],
        [row(amount_minor=64.9), row(), END],
        [row(), {"end": False}],
    ],
    ids=["miscounted", "behind the end", "foreign", "text", "float", "no end"],
)
def test_what_is_not_as_agreed_is_refused(flowing: Flowing, lines: list[Any]) -> None:
    flowing.tell(*lines)
    with pytest.raises(errors.BadReply):
        read()


def test_a_line_without_end_is_refused(flowing: Flowing) -> None:
    flowing.lines = [b"x" * 1_000_000]
    with pytest.raises(errors.BadReply):
        read()


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, errors.NotSent), (500, errors.BadReply), (401, errors.BadReply), (302, errors.BadReply)],
)
def test_a_refusal_has_its_word(
    flowing: Flowing, status: int, error: type[errors.CallFailed]
) -> None:
    flowing.status = status
    with pytest.raises(error):
        read()


def test_background_work_is_not_cut_by_the_pages_deadline(flowing: Flowing) -> None:
    flowing.tell(row(), row(), END)
    flowing.pause = 0.1
    with deadline.within(0.05):
        assert len(read()) == 2


def test_a_page_ends_in_time(flowing: Flowing) -> None:
    flowing.tell(row(), row(), END)
    flowing.pause = 0.3
    began = time.monotonic()
    with deadline.within(0.2), pytest.raises(errors.OutcomeUnknown):
        read(for_page=True)
    assert time.monotonic() - began < 0.6


def test_background_work_takes_no_place_of_a_page(flowing: Flowing) -> None:
    flowing.tell(row(), row(), END)
    with connection.service.flow("stream", "/held", {}, seconds=5):
        assert len(read()) == 2
        with pytest.raises(errors.NotSent):
            read(for_page=True)
    assert len(read(for_page=True)) == 2
