"""Somebody who takes events as selfcare would, and says what they were told to say."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OWFiY2RlZg=="


class Receiver(ThreadingHTTPServer):
    """Verifies by the reference library and keeps what came, in its order.

    `answers` are the statuses of the next posts (about `about`, if that is set: other things may
    happen too); after them it is 202. 0 ends the connection.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks/platform"
        self.answers: list[int] = []
        self.about = ""
        self.webhook = Webhook(SECRET)
        self.events: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.refused: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    @property
    def taken(self) -> Counter[str]:
        return Counter(event["id"] for event in self.events)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A poster that was killed leaves without a word."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = self.server.webhook.verify(body, dict(self.headers))
        with self.server.lock:
            about = self.server.about
            meant = not about or event["data"].get("subject") == about
            status = self.server.answers.pop(0) if self.server.answers and meant else 202
            if status == 202:
                self.server.events.append(event)
                self.server.bodies.append(body)
                self.server.headers.append(dict(self.headers))
            else:
                self.server.refused.append(event)
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what came is kept."""
