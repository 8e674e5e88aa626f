"""Speaks HTTP to addresses that people named: push endpoints, webhooks; never to a private one.

It is looked at twice: when an address is saved, for a clear answer, and whenever we connect,
because a name may lead elsewhere by then. The connection goes to the very address that was looked
at. No redirect is followed and no proxy asked.
"""

import os
import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from selfcare import deadline, errors
from selfcare.clients import allowed, hosts
from selfcare.clients.http import Reply, Service

NAME = "outbound"
SECONDS = 5.0
# Of a name's addresses so many are tried.
MOST_TRIED = 4


class Private(errors.NotSent):
    """The name leads to a private address now: nothing was sent."""


class _PrivateHere(NewConnectionError):
    pass


class _NotLookedUp(NewConnectionError):
    """All our own look-ups hang: it says nothing about this host."""


# ── The connection ──────────────────────────────────────────────────────────────────────────
class _Line:
    """What a call speaks over, to be cut from outside when its time is up.

    A socket's timeout starts anew with each byte: who sends one now and then, in the handshake or
    the head of an answer, would keep the call's thread and place for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_over = False

    def take(self, spoken: socket.socket) -> None:
        # One of our own: TLS takes the other apart, and shutting this one shuts both.
        own = socket.socket(fileno=os.dup(spoken.fileno()))
        with self._lock:
            former, self._socket = self._socket, own
            if former is not None:
                former.close()
            if self._is_over:
                self._shut()

    def end(self, *, cut: bool) -> None:
        """Nothing more is to be said; `cut` where the other side may still speak."""
        with self._lock:
            self._is_over = self._is_over or cut
            self._shut() if cut else self._let_go()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._let_go()

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


_line: ContextVar[_Line] = ContextVar("line")


def _connect(connection: HTTPConnection) -> socket.socket:
    """Looks the name up once, and connects to an address that was looked at."""
    host, port = connection._dns_host.strip("[]"), connection.port or 443
    left = deadline.remaining(SECONDS)
    try:
        found = allowed.look_ups.find(host, port, min(allowed.LOOK_UP_SECONDS, left))
    except TimeoutError as error:
        if not allowed.look_ups.began(host, port):
            raise _NotLookedUp(connection, "no look-up was free") from error
        raise NameResolutionError(host, connection, socket.gaierror("no answer")) from error
    except (OSError, UnicodeError) as error:
        raise NameResolutionError(host, connection, socket.gaierror(str(error))) from error
    if not allowed.is_excepted(host, port) and not all(allowed.is_public(ip) for ip in found):
        raise _PrivateHere(connection, "a private address")
    failure: OSError | None = None
    for ip in found[:MOST_TRIED]:
        try:
            sock = socket.create_connection((str(ip), port), timeout=_seconds(connection))
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "no connection in time") from error
        except OSError as error:
            failure = error
        else:
            _line.get().take(sock)
            return sock
    raise NewConnectionError(connection, "refused") from failure


def _seconds(connection: HTTPConnection) -> float:
    """To connect in: as the call says, and never beyond its end."""
    said = connection.timeout if isinstance(connection.timeout, int | float) else SECONDS
    return max(0.01, min(said, deadline.remaining(SECONDS)))


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *given: Any, **more: Any) -> None:
        if self.sock is not None:
            _line.get().take(self.sock)
        super().request(*given, **more)


class _Encrypted(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class Guarded(HTTPAdapter):
    """Pools whose connections look at the address they go to."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kw: Any
    ) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kw)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}


PLACES = settings.SENDING_THREADS + settings.THREADS
_service = Service(
    NAME,
    "",
    threads=PLACES,
    default_seconds=SECONDS,
    adapter=Guarded(pool_connections=20, pool_maxsize=settings.SENDING_THREADS, max_retries=0),
)
_shares = hosts.Shares(NAME, PLACES)
_rests = hosts.Rests(NAME)


def post(operation: str, url: str, *, person: str, data: bytes, headers: dict[str, str]) -> Reply:
    """POSTs to an address that `person` named, and gives whatever was answered, also 3xx to 5xx.

    Raises Private, errors.NotSent, errors.OutcomeUnknown; allowed.NotAllowed for no address.
    """
    host, _ = allowed.parts(url)
    _rests.ask(operation, host)
    with _shares.hold(operation, host=host, person=person), deadline.within(SECONDS):
        try:
            reply = _hand_over(operation, url, data, headers)
        except errors.NotBegun:
            # It is our own places or seconds that were used up: the host may be well.
            raise
        except errors.NoAnswer as failure:
            reason = _reason(failure)
            if isinstance(reason, _NotLookedUp):
                raise
            _rests.note(host, worked=False)
            if isinstance(reason, _PrivateHere):
                raise Private(NAME, operation, "private_address") from failure
            raise
    _rests.note(host, worked=True)
    return reply


def _hand_over(operation: str, url: str, data: bytes, headers: dict[str, str]) -> Reply:
    line, answered = _Line(), False
    token = _line.set(line)
    try:
        reply = _service.hand_over(operation, url, data=data, headers=headers)
        answered = True
        return reply
    finally:
        _line.reset(token)
        line.end(cut=not answered)


def _reason(failure: errors.NoAnswer) -> object:
    cause = failure.__cause__
    reason = cause.args[0] if cause is not None and cause.args else None
    return getattr(reason, "reason", reason)


def forget() -> None:
    """As if every host had answered so far; for tests."""
    _rests.forget()
