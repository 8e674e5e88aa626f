"""The token of a hand-off: leads to one demand while that is open, and lies in no table."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps

from sandbox import clock
from sandbox.merchant_api import handoffs
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.merchant_api.payments import ask_for
from sandbox.people.models import Merchant
from tests.sandbox.merchant_api.shop import Shop, new_nonce

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/paid"


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def token(db: None, now: datetime) -> str:
    merchant = Merchant.objects.create(public_id="mer_lamps", name="Lamps", legal_name="Lamps Ltd")
    body = NewPayment(amount_minor=100, currency="EUR", return_url=BACK, expires_in_seconds=60)
    demand = ask_for(merchant, body, now)
    return handoffs.token_of(demand.handoff.id)


def test_it_leads_to_its_demand(token: str, now: datetime) -> None:
    found = handoffs.find(token, now)
    assert found is not None
    assert (found.demand.merchant.name, found.demand.amount_minor) == ("Lamps", 100)
    assert handoffs.url_of(found).endswith(f"/handoff/{token}/")


def test_it_ends_with_its_demand(token: str, now: datetime) -> None:
    assert handoffs.find(token, now + timedelta(seconds=59))
    assert handoffs.find(token, now + timedelta(seconds=60)) is None


def test_it_counts_until_it_was_used(token: str, now: datetime) -> None:
    Handoff.objects.update(used_at=now)
    assert handoffs.find(token, now) is None


def test_it_leads_nowhere_once_the_demand_is_called_off(token: str, now: datetime) -> None:
    Demand.objects.update(called_off_at=now)
    assert handoffs.find(token, now) is None


@pytest.mark.parametrize("place", [0, 20, 42])
def test_no_other_token_leads_anywhere(token: str, now: datetime, place: int) -> None:
    other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    assert handoffs.find(other, now) is None
    assert handoffs.find(token + "A", now) is None
    assert handoffs.find(token[:-1], now) is None
    assert handoffs.find("", now) is None


def test_no_table_holds_the_token(token: str) -> None:
    rows = [
        str(row)
        for model in apps.get_models()
        for row in model.objects.values()  # type: ignore[attr-defined]
    ]
    assert any("mer_lamps" in row for row in rows)
    assert not any(token in row for row in rows)


def test_the_same_request_gets_the_same_address_again(shop: Shop) -> None:
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    key, body = new_nonce(), {"amount_minor": 100, "currency": "EUR", "return_url": BACK}
    urls = {shop.post("/payments", body, key=key).body["handoff_url"] for _ in range(2)}
    assert len(urls) == 1
