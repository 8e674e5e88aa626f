"""Speaks HTTP to services: pooled sessions, deadlines, bulkhead, errors; no words for people."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from selfcare import deadline, errors

log = structlog.get_logger("selfcare.clients")

# A file of evidence has up to 10 MiB; every other answer is far smaller.
LARGEST_REPLY_BYTES = 11_000_000
CONNECT_SECONDS = 1.0
# A read isn't tried again when less than this is left of the page's deadline.
WORTH_ANOTHER_TRY_SECONDS = 0.2
# A burst waits its turn behind calls of some milliseconds; behind a slow service it is no use.
TURN_SECONDS = 0.3
UNAVAILABLE = frozenset({502, 503, 504})
# Of an answer that flows: how long it may stay silent, and how much of it is taken at once.
SILENT_SECONDS = 20.0
FLOW_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `status`, `headers`, and the raw `body`."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; ValueError if it isn't."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested far too deep") from error


class Service:
    """One internal service: its address, its one session of pooled connections, its bulkhead.

    `threads` is how many calls may be on their way at once; one that doesn't get its turn within
    TURN_SECONDS is NotSent, so that a slow service never keeps all threads of an instance.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        threads: int,
        default_seconds: float,
        token: str = "",
        adapter: HTTPAdapter | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.token = token
        self.default_seconds = default_seconds
        self._room = BoundedSemaphore(threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"call-{name}")
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = adapter or HTTPAdapter(pool_connections=4, pool_maxsize=threads, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def read(self, operation: str, path: str, **options: Any) -> Reply:
        """GETs `path`; tried once more where that can help. Raises errors.CallFailed."""
        return self._read(operation, "GET", path, **options)

    def ask(self, operation: str, path: str, question: Any) -> Reply:
        """POSTs a question too long for an address; it changes nothing, so it is a read."""
        return self._read(operation, "POST", path, json=question)

    def _read(self, operation: str, method: str, path: str, **options: Any) -> Reply:
        try:
            reply = self._call(operation, method, path, **options)
            if reply.status not in UNAVAILABLE:
                return self._checked(operation, reply)
        except (errors.OutcomeUnknown, errors.NotSent):
            if deadline.remaining(self.default_seconds) < WORTH_ANOTHER_TRY_SECONDS:
                raise
        if deadline.remaining(self.default_seconds) < WORTH_ANOTHER_TRY_SECONDS:
            raise errors.NotSent(self.name, operation, "unavailable, and no time is left")
        reply = self._call(operation, method, path, **options)
        if reply.status in UNAVAILABLE:
            raise errors.NotSent(self.name, operation, f"status {reply.status} twice")
        return self._checked(operation, reply)

    def write(self, operation: str, path: str, **options: Any) -> Reply:
        """POSTs to `path`, once. An answer of 5xx, or none, is OutcomeUnknown, never a failure."""
        reply = self._call(operation, "POST", path, **options)
        if reply.status >= 500:
            raise errors.OutcomeUnknown(self.name, operation, f"status {reply.status}")
        return self._checked(operation, reply)

    def hand_over(self, operation: str, path: str, **options: Any) -> Reply:
        """POSTs to `path`, once, and gives whatever was answered: its meaning is the caller's."""
        return self._call(operation, "POST", path, **options)

    def put(self, operation: str, path: str, **options: Any) -> Reply:
        """PUTs to `path`: twice has the effect of once, so it is tried again like a read."""
        return self._read(operation, "PUT", path, **options)

    @contextmanager
    def flow(
        self, operation: str, path: str, question: Any, *, seconds: float
    ) -> Iterator[Iterator[bytes]]:
        """POSTs a question whose answer is too long to hold, and gives its bytes as they come.

        It runs in the caller's thread and takes one of the service's places. The page's deadline
        isn't asked: background work has none, a page says with `seconds` what it has left. It ends
        after `seconds`, or when nothing came for SILENT_SECONDS; cut off it is OutcomeUnknown.
        """
        started = time.monotonic()
        if not self._room.acquire(timeout=TURN_SECONDS):
            raise errors.NotBegun(self.name, operation, "too many calls are waiting for it")
        status = "no answer"
        try:
            headers = {**self._headers(), "Accept-Encoding": "identity"}
            request = requests.Request("POST", self._address(path), json=question, headers=headers)
            silent = max(0.05, min(SILENT_SECONDS, seconds))
            with self._session.send(
                self._session.prepare_request(request),
                stream=True,
                allow_redirects=False,
                timeout=(min(CONNECT_SECONDS, silent), silent),
            ) as response:
                status = str(response.status_code)
                if response.status_code != 200:
                    self._flow_refused(operation, response)
                yield _flowing(response, ends_at=started + seconds)
        except requests.RequestException as error:
            kind = errors.NotSent if _surely_not_sent(error) else errors.OutcomeUnknown
            raise kind(self.name, operation, type(error).__name__) from error
        except (HTTPError, OSError) as error:
            raise errors.OutcomeUnknown(self.name, operation, type(error).__name__) from error
        finally:
            self._room.release()
            self._log(operation, status, time.monotonic() - started)

    def _flow_refused(self, operation: str, response: requests.Response) -> None:
        """Raises what an answer other than 200 means; a short one, whatever it says of itself."""
        body = response.raw.read(FLOW_BYTES, decode_content=True)
        headers = {name.lower(): value for name, value in response.headers.items()}
        reply = Reply(response.status_code, headers, body)
        if reply.status in UNAVAILABLE:
            raise errors.NotSent(self.name, operation, f"status {reply.status}")
        self._checked(operation, reply)
        raise errors.BadReply(self.name, operation, f"status {reply.status}")

    def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        params: Any = None,
        json: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        seconds = deadline.remaining(self.default_seconds)
        if seconds <= 0:
            raise errors.NotBegun(self.name, operation, "no time was left")
        started = time.monotonic()
        if not self._room.acquire(timeout=min(TURN_SECONDS, seconds / 2)):
            self._log(operation, "busy", time.monotonic() - started)
            raise errors.NotBegun(self.name, operation, "too many calls are waiting for it")
        seconds -= time.monotonic() - started
        request = requests.Request(
            method, self._address(path), params=params, json=json, data=data, headers=headers
        )
        # The call has a thread of its own: a socket's timeouts start anew with each byte, so only
        # waiting from outside holds the deadline. The thread keeps its place until it is done.
        try:
            future = self._pool.submit(copy_context().run, self._exchange, request, seconds)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _done: self._room.release())
        status = "no answer"
        try:
            reply = self._wait(operation, future, seconds)
            status = str(reply.status)
            return reply
        finally:
            self._log(operation, status, time.monotonic() - started)

    def _wait(self, operation: str, future: "Future[Reply]", seconds: float) -> Reply:
        try:
            return future.result(timeout=seconds)
        except FutureTimeoutError as error:
            if future.cancel():
                raise errors.NotBegun(self.name, operation, "no time was left") from error
            raise errors.OutcomeUnknown(self.name, operation, "no answer in time") from error
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise errors.NotSent(self.name, operation, type(error).__name__) from error
        except requests.RequestException as error:
            kind = errors.NotSent if _surely_not_sent(error) else errors.OutcomeUnknown
            raise kind(self.name, operation, type(error).__name__) from error
        except (HTTPError, OSError) as error:
            # Reading the raw body, urllib3 speaks for itself: cut off, or not packed as it says.
            raise errors.OutcomeUnknown(self.name, operation, type(error).__name__) from error

    def _exchange(self, request: requests.Request, seconds: float) -> Reply:
        ends_at = time.monotonic() + seconds
        request.headers = {**self._headers(), **dict(request.headers or {})}
        with self._session.send(
            self._session.prepare_request(request),
            stream=True,
            allow_redirects=False,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
        ) as response:
            body = bytearray()
            while chunk := response.raw.read1(65536, decode_content=True):
                body += chunk
                if len(body) > LARGEST_REPLY_BYTES or time.monotonic() > ends_at:
                    raise requests.ReadTimeout("too long an answer")
            expected = response.headers.get("Content-Length")
            if expected and expected.isdigit() and response.raw.tell() < int(expected):
                raise requests.ConnectionError("the answer was cut off")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, bytes(body))

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "selfcare"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            headers["X-Request-Id"] = str(request_id)
        return headers

    def _address(self, path: str) -> str:
        # A path is ours; an absolute address is one that the provider's discovery named.
        return path if urlsplit(path).scheme else f"{self.base_url}{path}"

    def _log(self, operation: str, status: str, seconds: float) -> None:
        log.info(
            "upstream.called",
            service=self.name,
            operation=operation,
            status=status,
            milliseconds=round(seconds * 1000),
        )

    def _checked(self, operation: str, reply: Reply) -> Reply:
        """Turns an answer that isn't a success into what it means."""
        if 200 <= reply.status < 300:
            return reply
        problem = _problem(reply)
        if reply.status == 404:
            raise errors.NotFound(self.name, operation, problem.get("code", ""))
        if reply.status == 429:
            raise errors.TooMany(self.name, operation, retry_after=_retry_after(reply))
        if reply.status < 400 or reply.status == 401 or reply.status >= 500 or not problem:
            # 401 means that our own credentials are wrong, which no person can mend.
            raise errors.BadReply(self.name, operation, f"status {reply.status}")
        raise errors.Rejected(self.name, operation, status=reply.status, problem=problem)


def _flowing(response: requests.Response, *, ends_at: float) -> Iterator[bytes]:
    while chunk := response.raw.read1(FLOW_BYTES, decode_content=True):
        if time.monotonic() > ends_at:
            raise requests.ReadTimeout("too long an answer")
        yield chunk


def _problem(reply: Reply) -> dict[str, Any]:
    """The RFC 9457 members of an error's body (or OAuth's `error`), {} if it has none."""
    try:
        body = reply.json()
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    if "code" not in body and "error" in body:
        return {**body, "code": body["error"]}
    return body


def _retry_after(reply: Reply) -> int:
    value = reply.headers.get("retry-after", "")
    return min(int(value), 3600) if re.fullmatch(r"[0-9]{1,6}", value) else 5


def _surely_not_sent(error: requests.RequestException) -> bool:
    if not isinstance(error, requests.ConnectionError):
        return False
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", reason), NewConnectionError)
