"""Where a merchant's customers may be sent back to; sends nobody anywhere."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.db import transaction as database

from sandbox.merchant_api.models import ReturnAddress
from sandbox.people.models import Merchant

LONGEST = 500
MOST = 20
# Printable ASCII without what browsers read in two ways.
PLAIN = re.compile(r"[!-~]+")


def register(merchant: Merchant, url: str) -> ReturnAddress:
    """https, or http to this machine. ValueError says what is wrong."""
    _check(url)
    with database.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        if merchant.return_addresses.exclude(url=url).count() >= MOST:
            raise ValueError(f"{MOST} return addresses are the most")
        return ReturnAddress.objects.get_or_create(merchant=merchant, url=url)[0]


def is_registered(merchant: Merchant, url: str) -> bool:
    """Character by character (RFC 9700, section 2.1)."""
    return any(row.url == url for row in merchant.return_addresses.filter(url=url))


def _check(url: str) -> None:
    if not 0 < len(url) <= LONGEST or not PLAIN.fullmatch(url) or re.search(r'[\\"<>#]', url):
        raise ValueError("url must be an address without spaces or fragment")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("url isn't an address") from None
    if not host or "@" in parts.netloc or not parts.path.startswith("/"):
        raise ValueError("url must have a host and a path, and no user")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise ValueError("url must begin with https://, or lead to this machine")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
