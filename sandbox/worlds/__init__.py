"""A merchant's own time: entering it, and what the time is for a thing of theirs; no table here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox import clock

if TYPE_CHECKING:
    from sandbox.people.models import Merchant


@contextmanager
def entered(merchant: "Merchant | None") -> Iterator[None]:
    """`clock.now()` is the merchant's time inside; without a merchant it stays the real one.

    A merchant that was fetched with its `world` (select_related) costs no query.
    """
    with clock.ahead(ahead_of(merchant)):
        yield


def moment(merchant: "Merchant | None", now: datetime) -> datetime:
    """What `now` is for a thing of the merchant's; inside a world it is its time already."""
    return now if clock.is_moved() else now + ahead_of(merchant)


def ahead_of(merchant: "Merchant | None") -> timedelta:
    # A merchant without a row has no attribute either: Django's error is an AttributeError.
    world = getattr(merchant, "world", None)
    return world.ahead if world else timedelta(0)


def is_scripted(merchant: "Merchant | None") -> bool:
    """Whether only a script makes things happen there."""
    world = getattr(merchant, "world", None)
    return bool(world and world.scripted)
