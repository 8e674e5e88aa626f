"""Magic values do what their table says, for what is begun at a merchant and nothing else."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction as database

from sandbox import clock
from sandbox.cases.models import Case
from sandbox.control import making
from sandbox.handoffs import claiming
from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Merchant, Person
from sandbox.transactions.models import Transaction
from sandbox.worlds import errands, magic, winding
from sandbox.worlds.models import Errand

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/"


def asked(merchant: Merchant, amount: int = 1000, **facts: str) -> Demand:
    body = NewPayment(amount_minor=amount, currency="EUR", return_url=BACK, **facts)  # type: ignore[arg-type]
    return payments.ask_for(merchant, body, clock.now())


@database.atomic
def agreed(demand: Demand, person: Person) -> Transaction:
    claiming.claim(claiming.locked(demand.pk), person, clock.now())
    row = Transaction.objects.get(pk=demand.pk)
    making.advance(row, "processing", clock.now())
    return row


def wind(merchant: Merchant, by: timedelta) -> None:
    winding.ask(merchant, by)
    winding.round_once()


@pytest.mark.parametrize("amount", sorted(magic.FAILS))
def test_a_bank_refuses_after_the_customer_agreed(
    ada: Person, merchant: Merchant, amount: int
) -> None:
    row = agreed(asked(merchant, amount), ada)
    wind(merchant, timedelta(minutes=1))
    row.refresh_from_db()
    assert (row.status, row.reason_code) == ("failed", magic.FAILS[amount][0])
    assert verify_ledger() == []


@pytest.mark.parametrize("amount", sorted(magic.SLOW))
def test_it_takes_its_time(ada: Person, merchant: Merchant, amount: int) -> None:
    row = agreed(asked(merchant, amount), ada)
    assert row.due_at == row.updated_at + magic.SLOW[amount]
    assert row.cut_off_at


def test_elsewhere_they_are_amounts_like_any_other(ada: Person, merchant: Merchant) -> None:
    facts = {"merchant": "Tandem Bikes", "currency": "EUR", "status": "processing"}
    failing, slow = (
        making.transaction(ada, {**facts, "amount_minor": amount}, clock.now())
        for amount in (11101, 11107)
    )
    wind(merchant, timedelta(hours=3))
    for row in (failing, slow):
        row.refresh_from_db()
        assert row.status == "completed"


@pytest.mark.parametrize(
    ("reference", "status", "case"),
    [
        ("magic-pays", "completed", None),
        ("magic-declines", "cancelled", None),
        ("magic-wants-refund", "completed", ("refund_request", timedelta(hours=1))),
        ("magic-disputes", "completed", ("dispute", timedelta(days=1))),
    ],
)
def test_a_test_customer_acts_by_itself(
    merchant: Merchant, reference: str, status: str, case: tuple[str, timedelta] | None
) -> None:
    demand = asked(merchant, merchant_reference=reference)
    decided = demand.created_at + magic.COMES_AFTER
    assert errands.apply_due(decided - timedelta(seconds=1)) == 0
    wind(merchant, timedelta(days=2))
    row = Transaction.objects.get(pk=demand.pk)
    assert row.status == status
    if status == "completed":
        assert row.confirmed_at == decided
    found = Case.objects.first()
    assert (case is None) == (found is None)
    if case and found:
        assert (found.kind, found.created_at) == (case[0], decided + case[1])
    assert not Errand.objects.exists()
    assert verify_ledger() == []


def test_it_comes_in_real_time_too_and_not_when_it_is_over(merchant: Merchant) -> None:
    paid, gone = (asked(merchant, merchant_reference="magic-pays") for _ in range(2))
    Demand.objects.filter(pk=gone.pk).update(called_off_at=clock.now())
    assert errands.apply_due(clock.now() + timedelta(seconds=11)) == 2
    assert Transaction.objects.get().pk == paid.pk
    assert not Errand.objects.exists()


def test_no_money_without_end_is_made_up(merchant: Merchant) -> None:
    """All merchants share the accounts that it comes from."""
    asked(merchant, 10**15, merchant_reference="magic-pays")
    assert errands.apply_due(clock.now() + timedelta(seconds=11)) == 1
    assert not Transaction.objects.exists()
    assert not Account.objects.exclude(balance_minor=0).exists()


def test_one_that_fails_keeps_no_other_waiting(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, paid = (asked(merchant, merchant_reference="magic-pays") for _ in range(2))
    take = claiming.claim

    def claim(demand: Demand, person: Person, now: datetime) -> object:
        if demand.pk == broken.pk:
            raise OverflowError
        return take(demand, person, now)

    monkeypatch.setattr(claiming, "claim", claim)
    assert errands.apply_due(clock.now() + timedelta(seconds=11)) == 2
    assert Transaction.objects.get().pk == paid.pk
    assert not Errand.objects.exists()


def test_the_table_tells_of_each() -> None:
    told = {one.value for one in magic.TABLE}
    wanted = {*map(str, magic.FAILS), *map(str, magic.SLOW), *magic.ERRANDS}
    assert wanted <= told
