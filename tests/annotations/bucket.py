"""A bucket that speaks as much of the S3 API as keeping single files takes, over real HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


class Bucket(ThreadingHTTPServer):
    """Start it, use its url, stop it; `objects` is what it holds, by bucket and key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Speaking)
        self.objects: dict[str, bytes] = {}
        self.unsigned = 0
        self.is_down = False
        self.url = f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.is_down = True
        self.shutdown()
        self.server_close()


class Speaking(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        """Connections that were kept open end with the bucket."""
        self.close_connection = self.server.is_down
        return not self.server.is_down and super().parse_request()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.objects[self.key()] = body
        self.answer(200)

    def do_GET(self) -> None:
        found = self.server.objects.get(self.key())
        if found is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self.answer(200, found)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key(), None)
        self.answer(204)

    def key(self) -> str:
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 "):
            self.server.unsigned += 1
        return unquote(urlsplit(self.path).path).lstrip("/")

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 14:00:00 GMT")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The tests' output is not for it."""
