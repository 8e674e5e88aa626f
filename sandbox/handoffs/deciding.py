"""A person takes a hand-off on and answers it in one go, as if at their own screen; no HTTP."""

from typing import Literal

from django.db import transaction as database

from sandbox import clock, worlds
from sandbox.handoffs import claiming
from sandbox.merchant_api import handoffs
from sandbox.people.models import Person
from sandbox.transactions import carry, writes
from sandbox.transactions.bodies import Authentication, Confirmation
from sandbox.transactions.models import Transaction


def decide(person: Person, token: str, decision: Literal["confirm", "decline"]) -> Transaction:
    """With the account that the hand-off would offer first. ProblemError as at its doors."""
    found = handoffs.find_for(person, token, clock.now())
    if found is None:
        raise claiming.unknown_handoff()
    demand = found.demand
    with worlds.entered(demand.merchant), database.atomic():
        now = clock.now()
        claiming.claim(claiming.locked(demand.pk), person, now)
        row = carry.locked(demand.pk, now)
        body = Confirmation(
            decision=decision, expected_version=row.version, amount_minor=row.amount_minor,
            currency=row.currency, fee_minor=row.fee_minor,
            authentication=Authentication.model_validate(
                {"acr": writes.STRONG_ACR, "authenticated_at": now.isoformat()}
            ),
        )  # fmt: skip
        writes.confirm(row, body, now)
    return row
