"""Takes a merchant's payment one legal step on, as if whoever usually does it had done it."""

from datetime import datetime

from django.db import transaction as database

from sandbox.ledger.journal import InsufficientFundsError
from sandbox.merchant_api import telling
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.problems import ProblemError
from sandbox.transactions import carry, machine
from sandbox.transactions.models import Transaction

Status = Transaction.Status
# Without a customer nothing can be agreed to.
WITHOUT_CUSTOMER = (Status.CANCELLED.value, Status.EXPIRED.value)


def possible(row: Transaction | Demand, now: datetime) -> list[str]:
    """The states that may come next."""
    if isinstance(row, Demand):
        is_open = row.status(now) == Status.ACTION_REQUIRED
        return list(WITHOUT_CUSTOMER) if is_open else []
    return [step.target.value for step in machine.STEPS if step.source == row.status]


def move(row: Transaction | Demand, to: str, reason_code: str, now: datetime) -> None:
    """ProblemError 409 where it can't come next (any more), 422 for want of money."""
    with database.atomic():
        if isinstance(row, Demand):
            _end(row, to, now)
            return
        held = carry.locked(row.pk, now)
        if to not in possible(held, now):
            raise _too_late(held.status, to)
        kind = machine.step_for(held, to).by[0]
        name = held.person.name if kind == "user" else ""
        try:
            machine.move(
                held, to, by=machine.Actor(kind, name), at=now, reason_code=reason_code
            )  # fmt: skip
        except InsufficientFundsError:
            told = "The account that has to pay doesn't hold as much."
            raise ProblemError(422, "insufficient_funds", told) from None


def _end(row: Demand, to: str, now: datetime) -> None:
    # Who hands off takes this lock too, so that nothing is both taken on and ended.
    rows = Demand.objects.select_for_update(of=("self",)).select_related("merchant")
    held = rows.filter(pk=row.pk, transaction=None).first()
    if held is None or to not in possible(held, now):
        raise _too_late(held.status(now) if held else "taken on", to)
    if to == Status.CANCELLED:
        held.called_off_at = now
    else:
        held.expires_at = held.lapsed_at = now
        Handoff.objects.filter(demand=held).update(expires_at=now)
    held.save(update_fields=["called_off_at", "expires_at", "lapsed_at"])
    telling.of_demand(held, to, now)


def _too_late(status: str, to: str) -> ProblemError:
    told = f"It can't become {to}: it is {status}."
    return ProblemError(409, "action_not_allowed", told, action=to, reason=status)
