"""How often one address may try to find a code, counted in the database; knows no codes."""

import ipaddress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from selfcare.documents.receipts.models import TryCount
from selfcare.web.request import Request

WINDOW_SECONDS = 600
# An accountant checks a pile of receipts; a guesser gets this far and no further.
MOST_TRIES = 40
KEPT = timedelta(hours=1)


def seconds_to_wait(request: Request, what: str, *, now: datetime | None = None) -> int:
    """Counts this try; 0 if it may go on, else how many seconds until it may again.

    Each try counts, found or not, before anything is looked up: many at once gain nothing.
    """
    now = now or timezone.now()
    began = int(now.timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
    window = datetime.fromtimestamp(began, UTC)
    if TryCount.objects.count_one(what, _who(request), window) <= MOST_TRIES:
        return 0
    return max(1, began + WINDOW_SECONDS - int(now.timestamp()))


def clear_old() -> int:
    """Forgets counts that no longer matter; the worker's duty."""
    gone, _ = TryCount.objects.filter(window__lt=timezone.now() - KEPT).delete()
    return gone


def _who(request: Request) -> str:
    """A keyed hash of the address, so that the table tells nobody who looked."""
    keyed = salted_hmac("documents.tries", _address(request), algorithm="sha256")
    return str(keyed.hexdigest())


def _address(request: Request) -> str:
    address: str = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        # The proxy that we trust wrote the last of them; those before it anybody can invent.
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        address = told or address
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 6 and known.ipv4_mapped:
        known = known.ipv4_mapped
    if known.version == 4:
        return str(known)
    # Whoever has one IPv6 address has the 2^64 beside it.
    return str(ipaddress.ip_network((known, 64), strict=False))
