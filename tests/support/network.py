"""Keeps tests on this machine: a connection to anywhere else fails the test that makes it."""

import ipaddress
import sys
from urllib.parse import urlsplit


class NetworkIsOffError(RuntimeError):
    """A test wanted to leave the machine."""


def keep_on_this_machine(*allowed_urls: str) -> None:
    """Refuse every address but loopback and the given servers' for the life of the process."""
    allowed = {urlsplit(url).hostname for url in allowed_urls}

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name not in allowed and not is_loopback(name):
            raise NetworkIsOffError(f"Tests stay on this machine; one wanted to reach {name}.")

    sys.addaudithook(look)


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine."""
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
