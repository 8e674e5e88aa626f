"""A merchant's clock goes forward, and everything due happens in order, each at its instant."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db import transaction as database
from django.test.utils import CaptureQueriesContext

from sandbox import clock, worlds
from sandbox.cases import due as case_due
from sandbox.cases import life
from sandbox.cases.models import Case
from sandbox.control import making
from sandbox.events.models import Event
from sandbox.ledger.journal import verify_ledger
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions import due
from sandbox.transactions.models import Transaction
from sandbox.webhooks.models import MerchantEvent
from sandbox.worlds import winding
from sandbox.worlds.models import Advance, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def paid(person: Person, shop: str = "Tandem Bikes", **facts: Any) -> Transaction:
    facts = {"amount_minor": 6490, "currency": "EUR", "status": "processing", **facts}
    return making.transaction(person, {"merchant": shop, **facts}, clock.now())


def claimed(row: Transaction, kind: str, at: datetime) -> Case:
    with database.atomic():
        return life.opened(
            row, kind, at=at, reason="not_received", amount_minor=1000, message="Where is it?"
        )


def wind(merchant: Merchant, by: timedelta) -> Advance:
    advance = winding.ask(merchant, by)
    winding.round_once()
    advance.refresh_from_db()
    return advance


def test_months_pass_in_order_and_each_thing_at_its_own_instant(
    ada: Person, merchant: Merchant
) -> None:
    now = clock.now()
    settling = paid(ada)
    later = paid(ada, status="scheduled", scheduled_in_seconds=20 * 86_400)
    asked = paid(ada, status="action_required", expires_in_seconds=5 * 86_400)
    bought = paid(ada, status="completed")
    wish, dispute = claimed(bought, "refund_request", now), claimed(bought, "dispute", now)
    body = NewPayment(
        amount_minor=100, currency="EUR", return_url="https://shop.example/", expires_in_seconds=600
    )
    demand = payments.ask_for(merchant, body, now)
    already = set(MerchantEvent.objects.values_list("pk", flat=True))
    advance = wind(merchant, 90 * DAY)

    for row in (settling, later, asked, wish, dispute, demand):
        row.refresh_from_db()
    assert settling.completed_at == settling.created_at + timedelta(hours=2)
    assert later.scheduled_for
    assert later.completed_at == later.scheduled_for + timedelta(hours=2)
    assert (asked.status, asked.updated_at) == ("expired", asked.expires_at)
    assert (wish.state, wish.updated_at) == ("lapsed", now + 10 * DAY)
    # The merchant's ten days, then the platform's twenty.
    assert (dispute.state, dispute.updated_at) == ("accepted", now + 30 * DAY)
    assert demand.lapsed_at == demand.expires_at
    told = MerchantEvent.objects.exclude(pk__in=already).order_by("serial")
    instants = [event.occurred_at for event in told]
    assert instants == sorted(instants)
    assert len({at.date() for at in instants}) >= 5
    assert advance.finished_at
    assert advance.reached == advance.until
    assert verify_ledger() == []


def test_what_comes_of_what_happens_happens_too(ada: Person, merchant: Merchant) -> None:
    """A schedule begins a processing that ends within the same way forward."""
    row = paid(ada, status="scheduled", scheduled_in_seconds=60)
    wind(merchant, timedelta(hours=1))
    row.refresh_from_db()
    assert row.status == "processing"
    wind(merchant, timedelta(hours=2))
    row.refresh_from_db()
    assert row.status == "completed"


def test_an_ordinary_merchant_notices_nothing(ada: Person, merchant: Merchant) -> None:
    other = paid(ada, "Corner Shop")
    row = paid(ada)
    before = MerchantEvent.objects.count()
    assert due.apply_due(clock.now()) == 0
    with CaptureQueriesContext(connection) as quiet:
        due.apply_due(clock.now())
        case_due.apply_due(clock.now())
    wind(merchant, 30 * DAY)
    with CaptureQueriesContext(connection) as busy:
        due.apply_due(clock.now())
        case_due.apply_due(clock.now())
    assert len(busy) == len(quiet) == 2
    for one in (row, other):
        one.refresh_from_db()
    assert (row.status, other.status) == ("completed", "processing")
    assert MerchantEvent.objects.count() > before
    assert not World.objects.filter(merchant=other.merchant).exists()
    with worlds.entered(other.merchant):
        assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
        assert not clock.is_moved()


def test_inside_a_world_only_its_own_things_are_due(ada: Person, merchant: Merchant) -> None:
    """Requests of a merchant that is ahead let time pass as all do, and nobody else's does."""
    other = paid(ada, "Corner Shop")
    wind(merchant, 30 * DAY)
    with worlds.entered(Merchant.objects.get(pk=merchant.pk)):
        assert clock.now() > clock.real_now() + 29 * DAY
        assert due.apply_due(clock.now()) == 0
    other.refresh_from_db()
    assert other.status == "processing"


def test_the_customer_acts_in_the_merchants_time(ada: Person, merchant: Merchant) -> None:
    wind(merchant, 30 * DAY)
    with worlds.entered(Merchant.objects.get(pk=merchant.pk)):
        row = paid(ada, status="action_required", expires_in_seconds=600)
    seen = Transaction.objects.select_related("merchant__world", "person").get(pk=row.pk)
    assert worlds.moment(seen.merchant, clock.now()) > seen.created_at > clock.now() + 29 * DAY
    wind(merchant, timedelta(minutes=11))
    row.refresh_from_db()
    assert row.status == "expired"


def test_time_goes_on_by_itself_where_it_is_ahead(ada: Person, merchant: Merchant) -> None:
    wind(merchant, DAY)
    ahead = World.objects.get(merchant=merchant).ahead
    at = clock.real_now() + ahead - timedelta(seconds=10)
    with clock.standing(at):
        row = paid(ada, instant=True)
    assert due.apply_due(clock.now()) == 0
    assert winding.round_once() == 1
    row.refresh_from_db()
    assert row.completed_at == at + timedelta(seconds=3)
    assert World.objects.get(merchant=merchant).ahead == ahead


def test_people_hear_of_it_in_their_own_time(ada: Person, merchant: Merchant) -> None:
    """An event from a day that hasn't come would be refused by whoever takes it in."""
    row = paid(ada, status="action_required", expires_in_seconds=5 * 86_400)
    wind(merchant, 10 * DAY)
    told = Event.objects.get(object_id=row.wire_id, type="transaction.expired")
    assert told.occurred_at <= clock.real_now()
    for_the_merchant = MerchantEvent.objects.get(type="payment.expired")
    assert for_the_merchant.occurred_at == row.expires_at


def test_it_never_goes_back_and_not_too_far(merchant: Merchant) -> None:
    for span in (timedelta(0), -DAY, timedelta(seconds=59), timedelta(days=367)):
        with pytest.raises(ProblemError, match="forward"):
            winding.ask(merchant, span)
    wind(merchant, DAY)
    first = World.objects.get(merchant=merchant).ahead
    wind(merchant, DAY)
    second = World.objects.get(merchant=merchant).ahead
    assert (first, second) == (DAY, 2 * DAY)
    assert not Demand.objects.exists()
