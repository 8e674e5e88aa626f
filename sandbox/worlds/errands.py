"""Test customers who act by themselves where a demand's reference asks for it; see `magic.py`."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.db.models import QuerySet

from sandbox import clock
from sandbox.cases import opening
from sandbox.cases.bodies import DisputeClaim, RefundWish
from sandbox.handoffs import claiming, deciding
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions import carry
from sandbox.worlds import magic
from sandbox.worlds.models import Errand

log = logging.getLogger("sandbox.worlds")
BATCH = 50
NAME = "Robin Tester"
# Money for it is made up, on accounts of the platform that all merchants share.
MOST_MADE_UP = 10**12


def expect(demand: Demand, now: datetime) -> None:
    """Called where something is asked for: remembers what a test customer has to do with it."""
    if demand.merchant_reference in magic.ERRANDS:
        due_at = now + magic.COMES_AFTER
        Errand.objects.create(demand=demand, merchant_id=demand.merchant_id, due_at=due_at)


def apply_due(now: datetime) -> int:
    """Everybody's by real time, at most a batch; without any it costs one look-up."""
    if clock.is_moved():
        now = clock.real_now()
    return sum(_run(pk) for pk in _due(now).values_list("pk", flat=True)[:BATCH])


def next_due(merchant: Merchant, until: datetime) -> datetime | None:
    return _due(until).filter(merchant=merchant).values_list("due_at", flat=True).first()


def run_due(merchant: Merchant, now: datetime) -> int:
    done = 0
    while pk := _due(now).filter(merchant=merchant).values_list("pk", flat=True).first():
        done += _run(pk)
    return done


def _due(until: datetime) -> QuerySet[Errand]:
    return Errand.objects.filter(due_at__lte=until).order_by("due_at", "pk")


def _run(pk: UUID) -> int:
    """One errand at its own instant; what can't be done any more is forgotten."""
    with database.atomic():
        row = Errand.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            return 0
        demand = claiming.locked(row.demand_id)
        try:
            with clock.standing(row.due_at), database.atomic():
                after = _act(row, demand)
        except ProblemError as problem:
            log.info("errand.refused %s %s", demand.wire_id, problem.code)
            after = None
        except Exception:
            # Others' errands wait behind this one.
            log.exception("errand.failed %s", demand.wire_id)
            after = None
        if after is None:
            row.delete()
    return 1


def _act(row: Errand, demand: Demand) -> Errand | None:
    """Take it on and decide, or open the case; what comes later is kept in the same row."""
    errand, now = magic.ERRANDS[demand.merchant_reference], row.due_at
    if row.opens:
        _open(demand, row.opens, now)
        return None
    person = _customer(demand, now)
    claiming.claim(demand, person, now)
    deciding.answer(demand.pk, errand.decision, now)
    if not errand.case:
        return None
    row.opens, row.due_at = errand.case, now + errand.later
    row.save()
    return row


def _open(demand: Demand, kind: str, now: datetime) -> None:
    payment = carry.locked(demand.pk, now)
    shape = DisputeClaim if kind == "dispute" else RefundWish
    body = shape(
        expected_version=payment.version, amount_minor=payment.amount_minor,
        currency=payment.currency, reason="not_received", evidence=[],
        message="It never came. (A test customer asks by itself.)",
    )  # fmt: skip
    opening.WRITES[kind].act(payment, body, now)


def _customer(demand: Demand, now: datetime) -> Person:
    """The merchant's own test customer, with enough on an account in this currency."""
    from sandbox.control import making

    place = demand.merchant.public_id.removeprefix("mer_").replace("_", "-")
    email = f"robin@{place}.example"
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = making.person({"email": email, "name": NAME, "balances": []}, now)
    account = making.account(person, demand.currency, now)
    if demand.amount_minor > MOST_MADE_UP:
        raise ProblemError(422, "amount_too_large", "Nobody here has as much.")
    missing = demand.amount_minor - account.available_minor
    if missing > 0:
        world = journal.platform_account(Account.Kind.WORLD, demand.currency)
        lines = [(account, missing), (world, -missing)]
        journal.post(at=now, name="balance.made_up", transaction_id=None, lines=lines)
    return person
