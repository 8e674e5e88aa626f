"""Speaks HTTP to addresses that people named: push endpoints, webhooks; never to a private one.

It is looked at twice: when an address is saved, for a clear answer, and whenever we connect,
because a name may lead elsewhere by then. The connection goes to the very address that was looked
at. No redirect is followed and no proxy asked.
"""

import ipaddress
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from selfcare import deadline, errors
from selfcare.clients.http import Reply, Service

NAME = "outbound"
LONGEST = 1000
SECONDS = 5.0
LOOK_UP_SECONDS = 2.0
# A host that didn't answer so often in a row is left alone, with each try for twice as long: who
# names many that hang would else keep the threads of everybody's messages.
FAILURES = 3
REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 480.0
HOSTS_REMEMBERED = 2000
# IPv6 ranges in which an IPv4 address is hidden: who reaches one of them reaches that.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")

type Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(ValueError):
    """We don't speak to this address; `code` says why: malformed, private, unknown_host."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Private(errors.NotSent):
    """The name leads to a private address now: nothing was sent."""


class _PrivateHere(NewConnectionError):
    pass


# ── Which addresses ─────────────────────────────────────────────────────────────────────────
def check(url: str) -> str:
    """The address as it is to be kept. Raises NotAllowed; looks the host's name up."""
    host, port = _parts(url)
    if not _is_excepted(host, port):
        try:
            found = _look_up.submit(_resolve, host, port).result(LOOK_UP_SECONDS)
        except (OSError, UnicodeError, FutureTimeoutError) as error:
            raise NotAllowed("unknown_host") from error
        # One private among public ones is enough: nobody with good intent has both.
        if not found or not all(is_public(ip) for ip in found):
            raise NotAllowed("private")
    return url


def _parts(url: str) -> tuple[str, int]:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("malformed") from error
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise NotAllowed("malformed")
    if _is_excepted(host, port) and parts.scheme in {"http", "https"}:
        return host, port
    if parts.scheme != "https" or "\\" in url or (port < 1024 and port != 443):
        raise NotAllowed("malformed")
    return host, port


def _is_excepted(host: str, port: int) -> bool:
    return f"{host}:{port}" in settings.OUTBOUND_PRIVATE_HOSTS


def is_public(ip: Ip) -> bool:
    """Whether an address is anybody's on the Internet, whichever way it is written."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        # Site-local addresses were given up by RFC 3879, and are used inside houses all the same.
        if ip.teredo is not None or ip.is_site_local or ip in NAT64_LOCAL:
            return False
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _resolve(host: str, port: int) -> list[Ip]:
    # A number is no name, however it is spelled: `127.1`, `0x7f000001`, `2130706433`.
    with suppress(ValueError):
        return [ipaddress.ip_address(host)]
    with suppress(OSError):
        return [ipaddress.IPv4Address(socket.inet_aton(host))]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(address[0]).partition("%")[0]) for *_, address in found]


_look_up = ThreadPoolExecutor(4, thread_name_prefix="look-up")


# ── The connection ──────────────────────────────────────────────────────────────────────────
def _connect(connection: HTTPConnection) -> socket.socket:
    """Looks the name up once, and connects to an address that was looked at."""
    host, port = connection._dns_host.strip("[]"), connection.port or 443
    try:
        found = _resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise NameResolutionError(host, connection, socket.gaierror(str(error))) from error
    if not _is_excepted(host, port) and not all(is_public(ip) for ip in found):
        raise _PrivateHere(connection, "a private address")
    seconds = connection.timeout
    failure: OSError | None = None
    for ip in found[:4]:
        try:
            return socket.create_connection(
                (str(ip), port), timeout=seconds if isinstance(seconds, int | float) else SECONDS
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "no connection in time") from error
        except OSError as error:
            failure = error
    raise NewConnectionError(connection, "refused") from failure


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Encrypted(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


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


_service = Service(
    NAME,
    "",
    threads=settings.SENDING_THREADS + settings.THREADS,
    default_seconds=SECONDS,
    adapter=Guarded(pool_connections=20, pool_maxsize=settings.SENDING_THREADS, max_retries=0),
)


def post(operation: str, url: str, *, data: bytes, headers: dict[str, str]) -> Reply:
    """POSTs to an address that somebody named, and gives whatever was answered, also 3xx to 5xx.

    Raises Private, errors.NotSent, errors.OutcomeUnknown, NotAllowed for what is no address.
    """
    host, _ = _parts(url)
    _rests.ask(operation, host)
    try:
        with deadline.within(SECONDS):
            reply = _service.hand_over(operation, url, data=data, headers=headers)
    except errors.NoAnswer as failure:
        _rests.note(host, worked=False)
        if _was_private(failure):
            raise Private(NAME, operation, "private_address") from failure
        raise
    _rests.note(host, worked=True)
    return reply


def _was_private(failure: errors.NoAnswer) -> bool:
    cause = failure.__cause__
    reason = cause.args[0] if cause is not None and cause.args else None
    return isinstance(getattr(reason, "reason", reason), _PrivateHere)


class _Rests:
    """Hosts that don't answer; nobody's threads wait for them again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}

    def ask(self, operation: str, host: str) -> None:
        with self._lock:
            count, until = self._failed.get(host, (0, 0.0))
            now = time.monotonic()
            if count >= FAILURES:
                if now < until:
                    raise errors.NotSent(NAME, operation, "the host is resting")
                self._failed[host] = (count, now + _rest(count))

    def note(self, host: str, *, worked: bool) -> None:
        with self._lock:
            if worked:
                self._failed.pop(host, None)
                return
            if len(self._failed) >= HOSTS_REMEMBERED:
                self._failed.clear()
            count = self._failed.get(host, (0, 0.0))[0] + 1
            self._failed[host] = (count, time.monotonic() + _rest(count))

    def forget(self) -> None:
        with self._lock:
            self._failed.clear()


def _rest(failures: int) -> float:
    longer: int = 2 ** max(0, min(failures, 20) - FAILURES)
    return min(LONGEST_REST_SECONDS, REST_SECONDS * longer)


_rests = _Rests()


def forget() -> None:
    """As if every host had answered so far; for tests."""
    _rests.forget()
