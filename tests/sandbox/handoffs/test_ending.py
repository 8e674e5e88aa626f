"""A hand-off has its end, whoever looks; without HTTP, so that time need not pass."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction as database
from django.test import Client

from sandbox import clock
from sandbox.control import making
from sandbox.handoffs import claiming
from sandbox.merchant_api import handoffs, return_addresses
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.merchant_api.payments import ask_for
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions import due, writes
from sandbox.transactions.bodies import Confirmation
from sandbox.worlds.models import World

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/paid"


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def alice(now: datetime) -> Person:
    return making.person({"email": "alice@example.org", "name": "Alice"}, now)


@pytest.fixture
def demand(now: datetime) -> Demand:
    merchant = Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")
    return_addresses.register(merchant, BACK)
    body = NewPayment(amount_minor=100, currency="EUR", return_url=BACK, expires_in_seconds=60)
    return ask_for(merchant, body, now)


def token_of(demand: Demand) -> str:
    return handoffs.token_of(demand.handoff.id)


def test_nobody_takes_on_what_has_lapsed(demand: Demand, alice: Person, now: datetime) -> None:
    assert handoffs.find_for(alice, token_of(demand), now + timedelta(seconds=59))
    late = now + timedelta(seconds=60)
    assert handoffs.find_for(alice, token_of(demand), late) is None
    with database.atomic(), pytest.raises(ProblemError) as refused:
        claiming.claim(claiming.locked(demand.pk), alice, late)
    assert refused.value.code == "unknown_handoff"


def test_what_was_taken_on_lapses_too_and_its_person_sees_that(
    demand: Demand, alice: Person, now: datetime
) -> None:
    with database.atomic():
        claiming.claim(claiming.locked(demand.pk), alice, now)
    late = now + timedelta(seconds=61)
    assert due.apply_due(late) == 1
    found = handoffs.find_for(alice, token_of(demand), late)
    assert found is not None
    row = found.demand.transaction
    assert row is not None
    assert row.status == "expired"
    body = Confirmation(
        decision="confirm", expected_version=row.version, amount_minor=100, currency="EUR",
        fee_minor=0,
    )  # fmt: skip
    with database.atomic(), pytest.raises(ProblemError) as refused:
        writes.confirm(row, body, late)
    assert refused.value.facts["reason"] == "expired"


def test_an_address_that_was_taken_off_the_list_leads_nobody_back(demand: Demand) -> None:
    assert handoffs.back_to(demand) == f"{BACK}?payment={demand.wire_id}"
    demand.merchant.return_addresses.all().delete()
    assert handoffs.back_to(demand) is None


def test_it_goes_by_the_merchants_own_time(demand: Demand, alice: Person, now: datetime) -> None:
    world = World.objects.create(merchant=demand.merchant, ahead=timedelta(seconds=30))
    token = token_of(demand)
    assert handoffs.find_for(alice, token, now + timedelta(seconds=29))
    assert handoffs.find_for(alice, token, now + timedelta(seconds=30)) is None
    world.ahead = timedelta(days=90)
    world.save(update_fields=["ahead"])
    assert handoffs.find_for(alice, token, now) is None
    client = Client(headers={"Authorization": f"Bearer {settings.SANDBOX_TRANSACTIONS_TOKEN}"})
    demand.expires_at = now + timedelta(days=91)
    demand.save(update_fields=["expires_at"])
    shown = client.get(f"/transaction-service/v1/users/{alice.sub}/handoffs/{token}").json()
    as_of = datetime.fromisoformat(shown["as_of"])
    assert timedelta(days=90) <= as_of - now < timedelta(days=90, minutes=2)
