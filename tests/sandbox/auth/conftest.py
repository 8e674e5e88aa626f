"""One box for all auth tests, and a tiny client that takes logout tokens."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from tests.sandbox.auth.box import Box, Browser


class Client:
    """A real HTTP server in Selfcare's place."""

    def __init__(self) -> None:
        received: list[tuple[str, dict[str, str]]] = []
        delay = self.delay = [0.0]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                received.append((self.path, dict(parse_qsl(body))))
                time.sleep(delay[0])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count: int) -> list[tuple[str, dict[str, str]]]:
        end = time.monotonic() + 10
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.received

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def client_server():
    client = Client()
    yield client
    client.close()


@pytest.fixture(scope="session")
def box(tmp_path_factory, client_server):
    box = Box(tmp_path_factory.mktemp("box"), client_server.url)
    box.prepare()
    box.start()
    yield box
    box.remove()


@pytest.fixture
def browser(box):
    browser = Browser(box)
    yield browser
    browser.close()


@pytest.fixture
def client(client_server):
    client_server.received.clear()
    yield client_server
    client_server.delay[0] = 0.0
