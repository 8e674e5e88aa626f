"""What an event says, as far as it is kept with a notification; it knows no rule and no words."""

import json
from typing import Any

from selfcare.events.kinds import Poison
from selfcare.events.models import Event
from selfcare.money import LARGEST_MINOR
from selfcare.notifications import categories

# What the event says of its object is in columns of its own.
NOT_FACTS = frozenset({"subject", "object", "id", "version"})
AMOUNTS = frozenset({"amount_minor", "granted_minor"})
DEADLINES = frozenset(row.until for row in categories.TABLE.rows if row.until)
# What sentences are made of.
SAID = AMOUNTS | {
    *("currency", "counterparty_name", "merchant_name", "merchant_id", "account_name", "month"),
    *("kind", "direction", "title", "url", "name", "channel", "browser"),
}
# What rules and sentences read; of anything else a platform may say what it likes, at any time.
READ = SAID | DEADLINES | categories.TABLE.facts
LONGEST = 2000


class BadFacts(Poison):
    """The event says something that can't be told to anybody; it is to be set aside."""


def of(event: Event) -> dict[str, Any]:
    """What it says besides whose and which it is, without what is long and not read here.

    Raises BadFacts.
    """
    if not isinstance(event.data, dict):
        raise BadFacts("data is no object")
    facts = {name: value for name, value in event.data.items() if name not in NOT_FACTS}
    for name in sorted(READ & facts.keys()):
        _check(name, facts[name])
    if facts.get("amount_minor") is not None and not _is_currency(facts.get("currency")):
        raise BadFacts("an amount without its currency")
    return {
        name: value
        for name, value in facts.items()
        if name in READ or len(json.dumps(value)) <= LONGEST
    }


def _check(name: str, value: object) -> None:
    if name in AMOUNTS and value is not None:
        if type(value) is not int or not 0 <= value <= LARGEST_MINOR:
            raise BadFacts(f"{name} is no amount in minor units")
    elif isinstance(value, str) and len(value) > LONGEST:
        raise BadFacts(f"{name} is too long")
    elif name in DEADLINES and value and categories.instant(value) is None:
        raise BadFacts(f"{name} is no instant")


def _is_currency(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()
