"""What nobody takes on lapses, each at its own end, and is nobody's afterwards."""

from datetime import datetime, timedelta

import pytest

from sandbox import clock
from sandbox.merchant_api import due, handoffs, payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.merchant_api.paging import Asked
from sandbox.people.models import Merchant

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/paid"


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def shop(db: None) -> Merchant:
    return Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")


def ask(shop: Merchant, now: datetime, seconds: int, kind: str = "payment") -> Demand:
    body = NewPayment(amount_minor=100, currency="EUR", return_url=BACK, expires_in_seconds=seconds)
    return payments.ask_for(shop, body, now, kind)


def test_each_lapses_at_its_own_end(shop: Merchant, now: datetime) -> None:
    later, sooner, never = ask(shop, now, 120), ask(shop, now, 60, "payout"), ask(shop, now, 600)
    assert due.next_due(shop, now + timedelta(seconds=59)) is None
    assert due.next_due(shop, now + timedelta(days=1)) == sooner.expires_at
    end = now + timedelta(seconds=300)
    assert due.run_due(shop, end) == 2
    for row in (later, sooner, never):
        row.refresh_from_db()
    assert [row.lapsed_at for row in (later, sooner, never)] == [
        later.expires_at, sooner.expires_at, None,
    ]  # fmt: skip
    assert due.run_due(shop, end) == 0
    assert due.next_due(shop, end) is None


def test_what_lapsed_stays_so_by_any_clock(shop: Merchant, now: datetime) -> None:
    """A merchant's time can be ahead; whoever looks by the real one sees the same."""
    row = ask(shop, now, 600)
    due.run_due(shop, now + timedelta(hours=1))
    assert payments.one(shop, row.wire_id, now)["status"] == "expired"
    listed = [
        len(payments.page(shop, Asked(25, None, {"status": status}), now)["data"])
        for status in ("expired", "action_required")
    ]
    assert listed == [1, 0]
    assert handoffs.find(handoffs.token_of(row.handoff.id), now) is None


def test_it_leaves_others_and_what_was_called_off(shop: Merchant, now: datetime) -> None:
    other = Merchant.objects.create(public_id="mer_tea", name="Tea", legal_name="Tea Ltd")
    theirs, off = ask(other, now, 60), ask(shop, now, 60)
    Demand.objects.filter(pk=off.pk).update(called_off_at=now)
    end = now + timedelta(minutes=5)
    assert due.run_due(shop, end) == 0
    assert payments.one(shop, off.wire_id, end)["status"] == "cancelled"
    assert due.apply_due(end) == 1
    theirs.refresh_from_db()
    assert theirs.lapsed_at == theirs.expires_at
