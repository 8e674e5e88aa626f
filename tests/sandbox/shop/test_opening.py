"""Opening the shop is nobody's integration: what sells there ticks no step of its merchant's."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from sandbox import clock
from sandbox.console import progress
from sandbox.control import making
from sandbox.handoffs import deciding
from sandbox.ledger.models import Account
from sandbox.merchant_api import handoffs, payments, return_addresses
from sandbox.merchant_api.contract import NewPayment
from sandbox.people.models import Merchant, Person
from sandbox.seeds import opening
from sandbox.shop.models import Till
from sandbox.transactions import due

pytestmark = pytest.mark.django_db


@pytest.fixture
def tandem(settings: Settings) -> Merchant:
    settings.SANDBOX_UNDO_SECONDS = 0
    merchant = making.opened_shop(opening.MERCHANT)
    assert opening.open_shop()
    return merchant


def done(merchant: Merchant) -> set[str]:
    return {name for name, when in progress.DONE.items() if when(merchant)}


def buy(merchant: Merchant, url: str) -> None:
    now = clock.now()
    ada = Person.objects.filter(email="ada@example.com").first() or making.person(
        {"email": "ada@example.com", "name": "Ada North"}, now
    )
    body = NewPayment(amount_minor=100, currency="EUR", return_url=url)
    demand = payments.ask_for(merchant, body, now)
    deciding.decide(ada, handoffs.token_of(demand.handoff.id), "confirm")
    due.apply_due(now + timedelta(minutes=1))


def test_it_is_opened_once(tandem: Merchant) -> None:
    first = Till.secrets()
    assert not opening.open_shop()
    assert Till.secrets() == first
    assert opening.open_shop(anew=True)
    assert Till.secrets().key_id != first.key_id
    assert tandem.endpoints.count() == 1
    assert tandem.api_keys.filter(revoked_at=None).count() == 1


def test_what_the_shop_does_is_not_the_merchants_doing(
    tandem: Merchant, settings: Settings
) -> None:
    buy(tandem, f"{settings.SANDBOX_URL}/shop/back/")
    assert Account.objects.get(merchant=tandem).balance_minor == 100
    assert done(tandem) == set()
    return_addresses.register(tandem, "https://shop.example/paid")
    buy(tandem, "https://shop.example/paid")
    assert done(tandem) == {
        "return_address", "public_return_address", "customer_agreed", "payment_completed",
    }  # fmt: skip
