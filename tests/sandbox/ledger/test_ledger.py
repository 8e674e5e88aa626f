"""Whatever happens or is refused, every currency sums to zero and no balance drifts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.db import transaction as database
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sandbox import clock
from sandbox.control import making
from sandbox.ledger import journal
from sandbox.ledger.journal import InsufficientFundsError, UnbalancedError, verify_ledger
from sandbox.ledger.models import Account, Posting
from sandbox.people.models import Person
from sandbox.transactions import due, machine, refunds, shares
from sandbox.transactions.machine import IllegalStepError
from sandbox.transactions.models import Transaction

CURRENCIES = ["EUR", "GBP", "JPY"]
START = datetime(2026, 3, 1, tzinfo=UTC)
amounts = st.integers(1, 60_000)
currencies = st.sampled_from(CURRENCIES)


class World(RuleBasedStateMachine):
    """Two people do and undo whatever the tables allow, and try what they don't."""

    def __init__(self) -> None:
        super().__init__()
        self.example = database.atomic()
        self.example.__enter__()

    def teardown(self) -> None:
        """Each example begins in an empty world."""
        database.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.people = [
            making.person(
                {
                    "email": f"{name}@example.com",
                    "name": name,
                    "balances": [{"currency": c, "amount_minor": 90_000} for c in CURRENCIES],
                },
                START,
            )
            for name in ("ada", "ben")
        ]
        self.now = START
        self.refused = self.moved = 0

    def _somebody(self, which: int) -> tuple[Person, Person]:
        return self.people[which], self.people[1 - which]

    def _row(self, place: int) -> Transaction | None:
        rows = Transaction.objects.select_related("account", "peer__person", "person", "merchant")
        count = rows.count()
        return rows.order_by("created_at", "id")[place % count] if count else None

    @rule(
        which=st.integers(0, 1),
        kind=st.sampled_from(Transaction.Kind.values),
        status=st.sampled_from(list(making.WAYS)),
        amount=amounts,
        fee=st.integers(0, 100),
        currency=currencies,
        to_other=st.booleans(),
        fails=st.booleans(),
    )
    def make(
        self, which: int, kind: str, status: str, amount: int, fee: int, currency: str,
        to_other: bool, fails: bool,
    ) -> None:  # fmt: skip
        person, other = self._somebody(which)
        facts = {
            "kind": kind, "status": status, "amount_minor": amount, "fee_minor": fee,
            "currency": currency, "fails_with": "AC04" if fails else "",
        }  # fmt: skip
        if kind == "transfer" and to_other:
            facts["to_sub"] = other.sub
        try:
            making.transaction(person, facts, self.now)
            self.moved += 1
        except InsufficientFundsError:
            self.refused += 1

    @rule(place=st.integers(0, 999), to=st.sampled_from(Transaction.Status.values))
    def advance(self, place: int, to: str) -> None:
        row = self._row(place)
        if row is None:
            return
        try:
            with database.atomic():
                making.advance(row, to, self.now)
            self.moved += 1
        except (IllegalStepError, InsufficientFundsError):
            self.refused += 1

    @rule(place=st.integers(0, 999), share=st.integers(1, 120))
    def refund(self, place: int, share: int) -> None:
        row = self._row(place)
        if row is None or row.kind != "payment" or row.status != "completed":
            return
        amount = row.amount_minor * share // 100
        if not 0 < amount <= row.amount_minor - row.refunded_minor:
            return
        by = machine.Actor("merchant", row.counterparty_name)
        refunds.give_back(row, amount, self.now, by=by)
        with pytest.raises(refunds.NothingLeftError):
            refunds.give_back(row, shares.left_of(row) + 1, self.now, by=by)

    @rule(minutes=st.integers(0, 300))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        due.apply_due(self.now)

    @rule(one=currencies, two=currencies, amount=amounts, there=amounts)
    def exchange(self, one: str, two: str, amount: int, there: int) -> None:
        """A payment abroad: each currency is balanced through the exchange accounts."""
        if one == two:
            return
        draft = {"kind": "payment", "status": "created", "amount_minor": amount, "currency": one}
        row = making.transaction(self.people[0], draft, self.now)
        row.peer = journal.merchant_account(row.merchant, two)
        row.original_amount_minor, row.original_currency, row.rate = there, two, "1.1"
        row.save()
        self.advance(Transaction.objects.count() - 1, "processing")

    @rule(amount=amounts)
    def unbalanced(self, amount: int) -> None:
        eur, gbp = (journal.platform_account(Account.Kind.WORLD, c) for c in ("EUR", "GBP"))
        before = Posting.objects.count()
        for lines in ([(eur, amount)], [(eur, amount), (gbp, -amount)]):
            with pytest.raises(UnbalancedError), database.atomic():
                journal.post(at=self.now, name="x", transaction_id=None, lines=lines)
        assert Posting.objects.count() == before

    @invariant()
    def books_agree(self) -> None:
        assert verify_ledger() == []
        for account in Account.objects.filter(kind="person"):
            assert account.available_minor >= 0
            assert account.reserved_minor >= 0


class TestWorld(TestCase, World.TestCase):
    settings = settings(max_examples=15, stateful_step_count=25, deadline=None, database=None)


@pytest.mark.django_db
def test_the_check_sees_a_drift() -> None:
    person = making.person({"email": "a@example.com", "name": "Ada"}, clock.now())
    assert verify_ledger() == []
    Account.objects.filter(person=person).update(balance_minor=1, reserved_minor=2)
    assert len(verify_ledger()) == 2
    Posting.objects.filter(account__person=person).update(amount_minor=7)
    assert any("sums to" in told for told in verify_ledger())


@pytest.mark.django_db
def test_reserved_money_is_not_there_twice() -> None:
    person = making.person({"email": "a@example.com", "name": "Ada"}, clock.now())
    facts = {"amount_minor": 60_000, "currency": "EUR"}
    making.transaction(person, facts, clock.now())
    with pytest.raises(InsufficientFundsError):
        making.transaction(person, facts, clock.now())
    assert Transaction.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_a_negative_reservation() -> None:
    person = making.person({"email": "a@example.com", "name": "Ada"}, clock.now())
    with pytest.raises(IntegrityError), database.atomic():
        journal.release(person.accounts.get(), 1)


def test_only_whom_the_table_names_may() -> None:
    row = Transaction(status="processing", direction="out")
    with pytest.raises(IllegalStepError, match="not for user"):
        machine.move(row, "completed", by=machine.Actor("user"), at=START)
