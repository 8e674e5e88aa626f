"""Which addresses that merchants named may be called, and where their names lead; calls none."""

import ipaddress
import re
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 500
# What the last part of a receiver of ours looks like.
NAME = r"[A-Za-z0-9_-]{43}"
LOOK_UP_SECONDS = 3.0
# A name server that says nothing keeps one of these, for as long as the system asks it.
LOOK_UPS = 32
FIRST_FREE_PORT = 1024
# IPv6 ranges in which an IPv4 address is hidden: who reaches one of them reaches that.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")

type Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowedError(ValueError):
    """We don't speak to this address; `code` says why: malformed, private or unknown_host."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Place(NamedTuple):
    """Where an address leads; `excepted` may be called though it is private."""

    host: str
    port: int
    excepted: bool


def check(url: str) -> None:
    """Raises NotAllowedError; looks the host's name up. It may lead elsewhere by the time we
    connect, so that is looked at again then."""
    place = parts(url)
    try:
        find(place)
    except (OSError, UnicodeError) as error:
        raise NotAllowedError("unknown_host") from error


def parts(url: str) -> Place:
    """Raises NotAllowedError `malformed` for what could never be called."""
    if not 0 < len(url) <= LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowedError("malformed")
    try:
        split = urlsplit(url)
        port = split.port or (443 if split.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowedError("malformed") from error
    host = split.hostname or ""
    plain = not any(mark in url for mark in '\\"<>#') and "@" not in split.netloc
    if not host or not plain or split.scheme not in {"http", "https"}:
        raise NotAllowedError("malformed")
    place = Place(host, port, is_own(url) or _is_listed(host, port))
    lowly = port < FIRST_FREE_PORT and port != 443
    if not place.excepted and (split.scheme != "https" or lowly):
        raise NotAllowedError("malformed")
    return place


def find(place: Place, seconds: float = LOOK_UP_SECONDS) -> list[Ip]:
    """The addresses to connect to, looked up now.

    Raises NotAllowedError `private` if one of them isn't anybody's: nobody with good intent has
    both. Raises OSError (TimeoutError too) or UnicodeError where there is no such name.
    """
    found = look_ups.find(place.host, place.port, seconds)
    if not place.excepted and not all(is_public(ip) for ip in found):
        raise NotAllowedError("private")
    return found


def is_own(url: str) -> bool:
    """Whether it is a receiver of ours (`receiving.py`), or the demo shop."""
    if url == f"{settings.SANDBOX_INSIDE_URL}/shop/webhooks/":
        return True
    return bool(re.fullmatch(f"{re.escape(settings.SANDBOX_URL)}/receiver/{NAME}/", url))


def _is_listed(host: str, port: int) -> bool:
    """In a demo or a test, what SANDBOX_WEBHOOK_PRIVATE_HOSTS says; `host:*` is any port."""
    known = settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS
    return f"{host}:{port}" in known or f"{host}:*" in known


def is_public(ip: Ip) -> bool:
    """Whether an address is anybody's on the Internet, whichever way it is written."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        # Site-local addresses were given up by RFC 3879, and are used inside houses all the same.
        if ip.teredo is not None or ip.is_site_local or ip in NAT64_LOCAL or ip.scope_id:
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
    return list(dict.fromkeys(ipaddress.ip_address(str(place[0])) for *_, place in found))


class _LookUps:
    """Names are looked up beside the calls, because nothing ends a look-up that hangs.

    One name has one at a time, so that it never keeps more than one thread.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Future[list[Ip]]] = {}

    def find(self, host: str, port: int, seconds: float) -> list[Ip]:
        key = (host, port)
        with self._lock:
            future = self._under_way.get(key)
            is_new = future is None
            if future is None:
                future = self._under_way[key] = self._pool.submit(_resolve, host, port)
        if is_new:
            future.add_done_callback(lambda _done: self._under_way.pop(key, None))
        return future.result(seconds)


look_ups = _LookUps()
