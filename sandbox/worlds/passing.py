"""What time does in one merchant's world, in order, each thing at its own instant."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sandbox import clock
from sandbox.cases import due as cases
from sandbox.merchant_api import due as demands
from sandbox.people.models import Merchant
from sandbox.transactions import due as transactions
from sandbox.webhooks import due as deliveries
from sandbox.worlds import errands


class Source(NamedTuple):
    """Something that happens by itself: when next (if until then), and all that is due by now."""

    next_due: Callable[[Merchant, datetime], datetime | None]
    run_due: Callable[[Merchant, datetime], int]


# In this order at one instant: first what happens, then who is told of it.
HAPPENS = (
    Source(transactions.next_due, transactions.run_due),
    Source(cases.next_due, cases.run_due),
    Source(demands.next_due, demands.run_due),
    Source(errands.next_due, errands.run_due),
)
SOURCES = (*HAPPENS, Source(deliveries.next_due, deliveries.run_due))


def next_instant(
    merchant: Merchant, until: datetime, sources: tuple[Source, ...] = SOURCES
) -> datetime | None:
    """When the next thing is due, if one is until then."""
    found = (source.next_due(merchant, until) for source in sources)
    return min((at for at in found if at), default=None)


def happen(merchant: Merchant, at: datetime, sources: tuple[Source, ...] = SOURCES) -> int:
    """Let everything due at an instant happen; the time is that instant for all of it."""
    with clock.standing(at):
        return sum(source.run_due(merchant, at) for source in sources)
