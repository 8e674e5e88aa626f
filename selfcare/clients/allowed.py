"""Which addresses that people named may be called, and where a name leads; it connects to none."""

import ipaddress
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 1000
LOOK_UP_SECONDS = 2.0
# A name server that says nothing keeps one of these, for as long as the system asks it.
LOOK_UPS = 32
# IPv6 ranges in which an IPv4 address is hidden: who reaches one of them reaches that.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")

type Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(ValueError):
    """We don't speak to this address; `code` says why: malformed, private, unknown_host."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(url: str) -> str:
    """The address as it is to be kept. Raises NotAllowed; looks the host's name up."""
    host, port = parts(url)
    if not is_excepted(host, port):
        try:
            found = look_ups.find(host, port, LOOK_UP_SECONDS)
        except (OSError, UnicodeError) as error:
            raise NotAllowed("unknown_host") from error
        # One private among public ones is enough: nobody with good intent has both.
        if not found or not all(is_public(ip) for ip in found):
            raise NotAllowed("private")
    return url


def parts(url: str) -> tuple[str, int]:
    """Its host and port. Raises NotAllowed for what could never be called."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("malformed")
    try:
        split = urlsplit(url)
        port = split.port or (443 if split.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("malformed") from error
    host = split.hostname or ""
    if not host or split.username is not None or split.password is not None or split.fragment:
        raise NotAllowed("malformed")
    if is_excepted(host, port) and split.scheme in {"http", "https"}:
        return host, port
    if split.scheme != "https" or "\\" in url or (port < 1024 and port != 443):
        raise NotAllowed("malformed")
    return host, port


def is_excepted(host: str, port: int) -> bool:
    """Whether this one may be called though it is private: in a demo and in tests."""
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


class _LookUps:
    """Names are looked up beside the calls, because nothing ends a look-up that hangs.

    One name has one at a time, so that it never keeps more than one thread.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Future[list[Ip]]] = {}

    def find(self, host: str, port: int, seconds: float) -> list[Ip]:
        """Raises OSError or UnicodeError; TimeoutError when it took too long or didn't begin."""
        key = (host, port)
        with self._lock:
            future = self._under_way.get(key)
            is_new = future is None
            if future is None:
                future = self._under_way[key] = self._pool.submit(_resolve, host, port)
        if is_new:
            future.add_done_callback(lambda _done: self._under_way.pop(key, None))
        return future.result(seconds)

    def began(self, host: str, port: int) -> bool:
        """False while it waits behind others that hang."""
        future = self._under_way.get((host, port))
        return future is None or future.running() or future.done()


look_ups = _LookUps()
