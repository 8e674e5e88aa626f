"""A person takes a hand-off on and answers it, as if at their own screen; no HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction as database

from sandbox import clock, worlds
from sandbox.handoffs import claiming
from sandbox.people.models import Person
from sandbox.transactions import carry, writes
from sandbox.transactions.bodies import Authentication, Confirmation
from sandbox.transactions.models import Transaction

type Decision = Literal["confirm", "decline"]


def decide(person: Person, token: str, decision: Decision) -> Transaction:
    """With the account that the hand-off would offer first. ProblemError as at its doors."""
    demand = claiming.led_to(person, token, clock.now())
    with worlds.entered(demand.merchant), database.atomic():
        now = clock.now()
        claiming.claim(claiming.locked(demand.pk), person, now)
        return answer(demand.pk, decision, now)


def answer(pk: UUID, decision: Decision, now: datetime) -> Transaction:
    """What was taken on is answered by its person, who sees it as it lies now and has just proved
    who they are. Inside a database transaction; ProblemError where it is refused."""
    row = carry.locked(pk, now)
    seen = {"acr": writes.STRONG_ACR, "authenticated_at": now.isoformat()}
    proof = Authentication.model_validate(seen)
    body = Confirmation(
        decision=decision, expected_version=row.version, amount_minor=row.amount_minor,
        currency=row.currency, fee_minor=row.fee_minor, authentication=proof,
    )  # fmt: skip
    writes.confirm(row, body, now)
    return row
