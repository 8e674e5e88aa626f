"""Who looks just while a customer takes something on finds it, once."""

from collections.abc import Callable

import pytest
from django.db import transaction as database
from django.http import QueryDict

from sandbox import clock
from sandbox.console import payments as console
from sandbox.control import making
from sandbox.handoffs import claiming
from sandbox.merchant_api import paging, payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Merchant
from tests.sandbox.looking import after_the_first_look

pytestmark = pytest.mark.django_db

ASKED = paging.asked(QueryDict(), ())
LOOKS: dict[str, Callable[[Merchant, Demand], list[str]]] = {
    "one": lambda shop, row: [payments.one(shop, row.wire_id, clock.now())["id"]],
    "page": lambda shop, _: [
        told["id"] for told in payments.page(shop, ASKED, clock.now())["data"]
    ],
    "one in the console": lambda shop, row: [
        console.whole(console.found(shop, row.wire_id), clock.now())["id"]
    ],
    "page in the console": lambda shop, _: [
        told["id"] for told in console.page(shop, ASKED, clock.now())["data"]
    ],
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_taken_on_meanwhile_is_found_once(look: str) -> None:
    shop = making.opened_shop("Tandem Bikes")
    balances = [{"currency": "EUR", "amount_minor": 100_00}]
    facts = {"email": "ada@example.com", "name": "Ada North", "balances": balances}
    ada = making.person(facts, clock.now())
    body = NewPayment(amount_minor=1000, currency="EUR", return_url="https://shop.example/")
    demand = payments.ask_for(shop, body, clock.now())

    @database.atomic
    def take_on() -> None:
        claiming.claim(claiming.locked(demand.pk), ada, clock.now())

    with after_the_first_look(take_on) as done:
        assert LOOKS[look](shop, demand) == [demand.wire_id]
    assert done
    assert Demand.objects.get().transaction is not None
