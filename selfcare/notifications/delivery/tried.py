"""What the tries so far say of a delivery: who has it, who may have it, who is still to get it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from selfcare.notifications.models import Address, Attempt, Delivery

# So often a provider that may have taken it is asked again, before another gets it.
MOST_ASKED = 3
FINAL = frozenset({Attempt.Outcome.SENT, Attempt.Outcome.REFUSED})


def anything(delivery: Delivery) -> bool:
    """Whether it was ever tried, also before an operator drove it again: it may have arrived."""
    return bool(delivery.tries or _in_order(delivery))


def told_at(delivery: Delivery) -> datetime | None:
    """Since when an address has it; None where none surely does."""
    return next((one.at for one in taken(delivery)), None)


def taken(delivery: Delivery) -> list[Attempt]:
    """The tries by which an address has it, one an address; not what came back later."""
    last = {one.address_id: one for one in _in_order(delivery)}
    return [one for one in last.values() if one.outcome == Attempt.Outcome.SENT]


def unanswered(delivery: Delivery, addresses: Collection[Address]) -> list[Address]:
    """Of these the ones that it is still to go to: they gave no final answer yet.

    Driven again it goes once more to who refused it, and never to who has it.
    """
    final = FINAL if delivery.tries else {Attempt.Outcome.SENT}
    last = {one.address_id: one.outcome for one in _in_order(delivery)}
    return [one for one in addresses if last.get(one.pk) not in final]


def lost_answers(delivery: Delivery, address: Address) -> dict[str, Any]:
    """The provider that may have it for this address, and those that were asked in vain.

    Only a definite answer of the same provider settles what it did: not one that it is down.
    """
    asked: dict[str, int] = {}
    for one in _in_order(delivery):
        if one.address_id != address.pk:
            continue
        if one.outcome in FINAL:
            asked.pop(one.provider, None)
        elif one.provider in asked:
            asked[one.provider] += 1
        elif one.detail.startswith("unknown"):
            asked[one.provider] = 0
    unsure = [provider for provider, times in asked.items() if times < MOST_ASKED]
    # Asked in vain that often, it would never come at all: rather twice than never.
    return {
        "unsure_of": unsure[0] if unsure else "",
        "given_up_on": frozenset(asked).difference(unsure),
    }


def _in_order(delivery: Delivery) -> Sequence[Attempt]:
    # They were read with it (`leases.hold_all`); whoever holds it is the only one who adds to them.
    return sorted(delivery.attempts.all(), key=lambda one: one.pk)
