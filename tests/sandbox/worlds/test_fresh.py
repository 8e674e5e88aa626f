"""A reset: what programs made is gone, what was there before is as it was, and the ledger sums."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db import transaction as database

from sandbox import clock
from sandbox.cases import life
from sandbox.cases.models import Case
from sandbox.control import making
from sandbox.handoffs import claiming
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import ApiKey, Demand
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions import carry, machine, once
from sandbox.transactions.models import IdempotencyKey, Transaction
from sandbox.transactions.refunds import give_back
from sandbox.webhooks import doing
from sandbox.webhooks.contract import NewEndpoint
from sandbox.webhooks.models import Delivery, MerchantEvent
from sandbox.worlds import fresh, winding
from sandbox.worlds.models import Advance, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def before(person: Person, **facts: Any) -> Transaction:
    facts = {"amount_minor": 6490, "currency": "EUR", "status": "completed", **facts}
    return making.transaction(person, {"merchant": "Tandem Bikes", **facts}, clock.now())


def asked(merchant: Merchant, kind: str = "payment", amount: int = 1000) -> Demand:
    body = NewPayment(amount_minor=amount, currency="EUR", return_url="https://shop.example/")
    return payments.ask_for(merchant, body, clock.now(), kind)


@database.atomic
def taken_on(demand: Demand, person: Person, *statuses: str) -> Transaction:
    claiming.claim(claiming.locked(demand.pk), person, clock.now())
    row = Transaction.objects.select_related("peer__person", "account", "person", "merchant").get(
        pk=demand.pk
    )
    for status in statuses:
        making.advance(row, status, clock.now())
    return row


def balances() -> dict[str, tuple[int, int]]:
    rows = Account.objects.values_list("public_id", "balance_minor", "reserved_minor")
    return {id_: (balance, reserved) for id_, balance, reserved in rows}


@database.atomic
def reset(merchant: Merchant) -> None:
    fresh.begin_anew(merchant)


def test_what_programs_made_is_gone_and_the_rest_is_as_it_was(
    ada: Person, merchant: Merchant
) -> None:
    old = before(ada)
    was = balances()
    done = taken_on(asked(merchant), ada, "processing", "completed")
    with database.atomic():
        give_back(done, 400, clock.now(), by=machine.Actor("merchant", merchant.name))
    taken_on(asked(merchant), ada, "processing")
    taken_on(asked(merchant, "payout"), ada)
    asked(merchant)
    assert balances() != was
    told = fresh.contents(merchant)
    assert (told["payments"], told["refunds"]) == (4, 1)
    reset(merchant)
    assert list(Transaction.objects.all()) == [old]
    assert balances() == was
    assert journal.verify_ledger() == []
    assert not Demand.objects.exists()
    assert not MerchantEvent.objects.exists()
    assert ApiKey.objects.get().revoked_at is None
    assert set(fresh.contents(merchant).values()) == {0}


def test_it_tells_before_how_much_goes(ada: Person, merchant: Merchant) -> None:
    """Each number is the rows of its table that are gone afterwards."""
    old = before(ada)
    with database.atomic():
        give_back(old, 100, clock.now(), by=machine.Actor("merchant", merchant.name))
        life.opened(
            old, "dispute", at=clock.now(), reason="not_received", amount_minor=500, message="?"
        )
    doing.make(merchant, NewEndpoint())
    asked(merchant)
    bought = taken_on(asked(merchant), ada, "processing", "completed")
    with database.atomic():
        life.opened(
            bought, "inquiry", at=clock.now(), reason="other", amount_minor=None, message="?"
        )
    winding.ask(merchant, 40 * DAY)
    winding.round_once()
    tables = {
        "cases": Case, "events": MerchantEvent, "deliveries": Delivery, "advances": Advance,
    }  # fmt: skip

    def rows() -> dict[str, int]:
        counts = {name: model._default_manager.count() for name, model in tables.items()}
        refunds = Transaction.objects.exclude(refund_of=None).count()
        counts["refunds"] = refunds
        waiting = Demand.objects.filter(transaction=None).count()
        counts["payments"] = Transaction.objects.count() - refunds + waiting
        return counts

    was, told = rows(), fresh.contents(merchant)
    reset(merchant)
    gone = {name: count - rows()[name] for name, count in was.items()}
    assert {name: told[name] for name in gone} == gone
    assert min(gone.values()) > 0


def test_nothing_lies_in_a_future_that_never_came(ada: Person, merchant: Merchant) -> None:
    bought, wanted = before(ada), before(ada)
    before(ada, status="processing")
    with database.atomic():
        life.opened(
            wanted, "dispute", at=clock.now(), reason="not_received", amount_minor=500, message="?"
        )
    winding.ask(merchant, 40 * DAY)
    winding.round_once()
    wanted.refresh_from_db()
    assert wanted.refunded_minor == 500
    reset(merchant)
    assert list(Transaction.objects.all()) == [bought]
    assert journal.verify_ledger() == []
    assert not World.objects.exists()


def test_who_spent_what_they_got_is_made_whole(ada: Person, merchant: Merchant) -> None:
    poor = making.person({"email": "bo@example.com", "name": "Bo", "balances": []}, clock.now())
    making.account(poor, "EUR", clock.now())
    taken_on(asked(merchant, "payout", 5000), poor, "processing", "completed")
    making.transaction(
        poor,
        {"merchant": "Corner Shop", "amount_minor": 5000, "currency": "EUR", "status": "completed"},
        clock.now(),
    )
    reset(merchant)
    account = Account.objects.get(person=poor)
    assert account.balance_minor == 0
    assert journal.verify_ledger() == []


def test_another_merchants_world_stays(ada: Person, merchant: Merchant) -> None:
    other = making.opened_shop("Corner Shop")
    theirs = taken_on(asked(other), ada, "processing", "completed")
    winding.ask(other, DAY)
    reset(merchant)
    theirs.refresh_from_db()
    assert theirs.status == "completed"
    assert World.objects.filter(merchant=other).exists()


def test_it_waits_for_the_clock(merchant: Merchant) -> None:
    winding.ask(merchant, DAY)
    with pytest.raises(ProblemError, match="on its way"):
        reset(merchant)
    winding.round_once()
    reset(merchant)
    assert not World.objects.exists()


def test_who_comes_while_it_goes_is_told_that_it_is_gone(ada: Person, merchant: Merchant) -> None:
    """They found it a moment ago, and waited for the lock in which it went."""
    waiting, taken = asked(merchant), taken_on(asked(merchant), ada)
    reset(merchant)
    with database.atomic(), pytest.raises(ProblemError) as told:
        claiming.locked(waiting.pk)
    assert told.value.code == "unknown_handoff"
    with database.atomic(), pytest.raises(ProblemError) as told:
        carry.locked(taken.pk, clock.now())
    assert told.value.code == "unknown_transaction"


def test_a_write_that_had_begun_is_told_too(merchant: Merchant) -> None:
    """Its key was there when it came, and went before its effect."""

    began: list[str] = []

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        about_keys = IdempotencyKey._meta.db_table in sql
        if about_keys and sql.startswith("SELECT") and began:
            began.clear()
            reset(merchant)
        if about_keys and sql.startswith("INSERT"):
            began.append(sql)
        return execute(sql, *rest)

    claim = once.Claim("key-of-a-write-of-its", clock.real_now() + DAY)
    with connection.execute_wrapper(wrapper), pytest.raises(ProblemError) as told:
        once.once(
            claim, owner=merchant, operation="x", print_="x", effect=dict, note=lambda _: None
        )
    assert told.value.code == "world_was_reset"
