"""A reset while others are at work in that world: one waits for the other, never both."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.db import transaction as database

from sandbox import clock
from sandbox.control import making
from sandbox.handoffs import claiming
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Merchant, Person
from sandbox.transactions.models import IdempotencyKey, Transaction
from sandbox.webhooks import endpoints, numbering
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent, Stream
from sandbox.worlds import fresh
from sandbox.worlds.models import Errand

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
# What is locked one after the other, by whom.
PAIRS: dict[str, tuple[Any, Any]] = {
    "who numbers": (Stream, MerchantEvent),
    "who sends": (Endpoint, Delivery),
    "who hands off": (Demand, Transaction),
    "a test customer": (Errand, Demand),
    "a write": (IdempotencyKey, Transaction),
}


def together(*acts: Callable[[], Any]) -> None:
    def alone(act: Callable[[], Any]) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for one in [pool.submit(alone, act) for act in acts]:
            one.result()


def wait_until_somebody_waits() -> None:
    end = time.monotonic() + 10
    # Not pg_stat_activity, which stays as it was when a transaction first looked.
    asked = "select count(*) from pg_locks where not granted"
    with connection.cursor() as cursor:
        while not cursor.execute(asked).fetchone()[0]:
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.01)


@pytest.mark.parametrize("who", PAIRS)
def test_it_lets_others_end_what_they_began(ada: Person, merchant: Merchant, who: str) -> None:
    endpoints.make(merchant, url="", types=["*"])
    body = NewPayment(
        amount_minor=1000, currency="EUR", return_url="https://shop.example/",
        merchant_reference="magic-pays",
    )  # fmt: skip
    demand = payments.ask_for(merchant, body, clock.now())
    with database.atomic():
        claiming.claim(claiming.locked(demand.pk), ada, clock.now())
        row = Transaction.objects.select_related("account", "person", "peer__person", "merchant")
        making.advance(row.get(), "processing", clock.now())
    numbering.number()
    IdempotencyKey.objects.create(
        key=f"{merchant.public_id}:1", merchant=merchant, operation="x", fingerprint="x",
        deadline=clock.now(),
    )  # fmt: skip
    first, then = (model.objects.order_by("pk").select_for_update() for model in PAIRS[who])
    began = Event()

    def other() -> None:
        with database.atomic():
            assert first.first()
            began.set()
            wait_until_somebody_waits()
            assert then.first()

    def reset() -> None:
        assert began.wait(20)
        with database.atomic():
            fresh.begin_anew(merchant)

    together(other, reset)
    assert not Demand.objects.exists()


def test_it_waits_for_who_pays_before_it_holds_any_account(ada: Person, merchant: Merchant) -> None:
    """Accounts are locked in one order by all: ada's, which is done with, before who came later."""
    facts = {"email": "bo@example.com", "name": "Bo Late", "balances": [
        {"currency": "EUR", "amount_minor": 100_00},
    ]}  # fmt: skip
    late = making.person(facts, clock.now())
    for person, status in ((ada, "completed"), (late, "processing")):
        body = NewPayment(amount_minor=1000, currency="EUR", return_url="https://shop.example/")
        demand = payments.ask_for(merchant, body, clock.now())
        with database.atomic():
            claiming.claim(claiming.locked(demand.pk), person, clock.now())
            rows = Transaction.objects.select_related("account", "person", "peer__person")
            row = rows.select_related("merchant").get(person=person)
            making.advance(row, "processing", clock.now())
            if status == "completed":
                making.advance(row, status, clock.now())
    began = Event()

    def other() -> None:
        with database.atomic():
            assert Account.objects.select_for_update().get(person=ada)
            began.set()
            wait_until_somebody_waits()
            assert Account.objects.select_for_update().get(person=late)

    def reset() -> None:
        assert began.wait(20)
        with database.atomic():
            fresh.begin_anew(merchant)

    together(other, reset)
    assert not Transaction.objects.exists()
    assert journal.verify_ledger() == []
