"""What nobody took on is forgotten after a year; what somebody did stays with its transaction."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction as database

from sandbox import clock
from sandbox.control import making
from sandbox.handoffs import deciding
from sandbox.merchant_api import due, handoffs, keeping, payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.merchant_api.paging import Asked
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import once, wire
from sandbox.transactions.models import Transaction
from sandbox.worlds import fresh
from sandbox.worlds.models import World

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/paid"
LITTLE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return clock.real_now()


@pytest.fixture
def shop(db: None) -> Merchant:
    return making.opened_shop("Tandem Bikes")


def ask(shop: Merchant, at: datetime) -> Demand:
    body = NewPayment(amount_minor=100, currency="EUR", return_url=BACK, expires_in_seconds=60)
    return payments.ask_for(shop, body, at)


def ended(shop: Merchant, end: datetime) -> Demand:
    """One that lapsed at this instant."""
    row = ask(shop, end - LITTLE)
    due.run_due(shop, end)
    row.refresh_from_db()
    return row


def listed(shop: Merchant, now: datetime) -> list[str]:
    return [row["id"] for row in payments.page(shop, Asked(25, None, {}), now)["data"]]


def forget(now: datetime) -> int:
    """Batch for batch, until nothing is left to forget."""
    return sum(iter(lambda: keeping.forget_old(now), 0))


def test_what_lapsed_or_was_called_off_a_year_ago_is_unknown(shop: Merchant, now: datetime) -> None:
    end = now - keeping.DEMANDS_KEPT
    lapsed, off = ended(shop, end - LITTLE), ask(shop, end - 2 * LITTLE)
    Demand.objects.filter(pk=off.pk).update(called_off_at=end - LITTLE)
    kept = ended(shop, end + LITTLE)
    assert forget(now) == 4  # and the way to each
    assert listed(shop, now) == [kept.wire_id]
    assert Handoff.objects.get().demand == kept
    for row in (lapsed, off):
        with pytest.raises(ProblemError) as told:
            payments.one(shop, row.wire_id, now)
        assert (told.value.status, told.value.code) == (404, "unknown_payment")
    assert payments.one(shop, kept.wire_id, now)["status"] == "expired"


def test_it_goes_in_batches(shop: Merchant, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    for _ in range(3):
        ended(shop, now - keeping.DEMANDS_KEPT - LITTLE)
    assert [keeping.forget_old(now) for _ in range(3)] == [4, 2, 0]


def test_what_still_waits_stays(shop: Merchant, now: datetime) -> None:
    """With no worker for a year it has not even lapsed, and nobody was told so."""
    ask(shop, now - keeping.DEMANDS_KEPT - timedelta(days=1))
    assert forget(now) == 0
    assert due.apply_due(now) == 1
    assert forget(now) == 2


def test_what_its_customer_took_on_stays_as_long_as_its_transaction(
    shop: Merchant, now: datetime
) -> None:
    balance = {"currency": "EUR", "amount_minor": 100_00}
    ada = making.person({"email": "a@example.com", "name": "Ada", "balances": [balance]}, now)
    before = ask(shop, now)
    token = handoffs.token_of(before.handoff.id)
    deciding.decide(ada, token, "decline")
    later = now + timedelta(days=3000)
    assert forget(later) == 0
    # The person's page, the way back, the merchant's answer and a fresh world all need it.
    row = Transaction.objects.select_related("demand", "merchant").get(pk=before.pk)
    assert wire.detail(row, later)["handoff"]["token"] == token
    assert payments.one(shop, before.wire_id, later)["return_url"] == BACK
    assert handoffs.find_for(ada, token, later)
    with database.atomic():
        fresh.begin_anew(shop)
    assert not Transaction.objects.filter(pk=before.pk).exists()


def test_in_a_world_ahead_it_stays_as_much_longer(shop: Merchant, now: datetime) -> None:
    """Who winds two years forward can still ask what became of it, and repeat what they sent."""
    ahead = timedelta(days=730)
    World.objects.create(merchant=shop, ahead=ahead)
    ended(shop, now + timedelta(hours=1))
    assert forget(now + once.KEPT) == 0
    assert forget(now + keeping.DEMANDS_KEPT) == 0
    assert forget(now + keeping.DEMANDS_KEPT + timedelta(hours=2)) == 2


def test_a_stored_answer_never_outlives_the_way_that_it_tells_of() -> None:
    assert keeping.DEMANDS_KEPT > once.KEPT
