"""Names of a person's accounts and merchants for filters, kept for minutes; no balances in here."""

from collections.abc import Callable

from django.core.cache import cache

from selfcare import deadline, errors
from selfcare.clients import transactions as service
from selfcare.clients.transactions import Filters

KEPT_SECONDS = 300
GONE_SECONDS = 30
# The list itself is worth waiting for, the names in its filters aren't.
PATIENCE_SECONDS = 0.4

type Names = list[tuple[str, str]]


def accounts(subject: str) -> Names:
    """Ids and names of the person's accounts; empty while nobody can tell."""

    def ask() -> Names:
        return [(one.id, one.name) for one in service.accounts(subject).data]

    return _names("accounts", subject, ask)


def merchants(subject: str) -> Names:
    """Ids and names of merchants that the person has transactions with, 50 at most by name."""

    def ask() -> Names:
        return [(one.id, one.name) for one in service.merchants(subject).data]

    return _names("merchants", subject, ask)


def merchant(subject: str, merchant_id: str) -> str | None:
    """A merchant's name; its id while nobody can tell; None where no transaction is with it."""
    key = f"merchant-name:{subject}:{merchant_id}"
    name = cache.get(key)
    if not isinstance(name, str):
        try:
            with deadline.within(PATIENCE_SECONDS):
                found = service.transactions(subject, Filters(merchant=(merchant_id,)), limit=1)
        except errors.Rejected:
            return None  # an id that the platform never gave
        except errors.CallFailed:
            return merchant_id
        shop = found.data[0].merchant if found.data else None
        name = (shop.name if shop else merchant_id) if found.data else ""
        cache.set(key, name, KEPT_SECONDS if name else GONE_SECONDS)
    return name or None


def _names(kind: str, subject: str, ask: Callable[[], Names]) -> Names:
    key = f"names:{kind}:{subject}"
    kept = cache.get(key)
    if isinstance(kept, list):
        return [(str(one[0]), str(one[1])) for one in kept]
    try:
        with deadline.within(PATIENCE_SECONDS):
            names = ask()
    except errors.CallFailed:
        return []
    cache.set(key, names, KEPT_SECONDS)
    return names
