"""A hand-off as the contract spells it for one person; reads rows, changes nothing."""

from datetime import datetime
from typing import Any

from sandbox.clock import rfc3339
from sandbox.handoffs.claiming import DIRECTIONS, refusal
from sandbox.merchant_api import handoffs
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Person
from sandbox.transactions import choosing, wire
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]


def handoff(demand: Demand, row: Transaction | None, person: Person, now: datetime) -> Json:
    """`row` is the person's transaction once they took it on."""
    if row is None:
        found = choosing.quotes(person, demand.amount_minor, demand.currency, now)
    else:
        found = choosing.of_row(row, now)
    return {
        "state": "yours" if row else "open",
        "owner": person.sub,
        "kind": demand.kind,
        "merchant": wire.merchant(demand.merchant),
        "amount_minor": demand.amount_minor,
        "currency": demand.currency,
        "merchant_reference": demand.merchant_reference or None,
        "remittance_information": demand.remittance_information or None,
        "created_at": rfc3339(demand.created_at),
        "expires_at": rfc3339(demand.expires_at),
        "as_of": rfc3339(now),
        "return_url": handoffs.back_to(demand),
        "reason": None if row else refusal(person, found),
        "accounts": [_choice(one, DIRECTIONS[demand.kind]) for one in found],
        "transaction": wire.detail(row, now) if row else None,
    }


def _choice(quote: choosing.Quote, direction: str) -> Json:
    return {
        **wire.own(quote.account),
        "available_minor": quote.account.available_minor,
        "amount_minor": quote.amount_minor,
        "fee_minor": 0,
        "rate": quote.rate or None,
        "covers": quote.covers(direction),
    }
