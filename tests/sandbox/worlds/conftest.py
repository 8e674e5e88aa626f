"""A merchant with a key, a customer of theirs, and what can become due between them."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox.people.models import Merchant, Person


@pytest.fixture
def ada(db: None) -> "Person":
    from sandbox import clock  # Django isn't set up when this file is read
    from sandbox.control import making

    balances = [{"currency": "EUR", "amount_minor": 1_000_000_00}]
    facts = {"email": "ada@example.com", "name": "Ada North", "balances": balances}
    return making.person(facts, clock.now())


@pytest.fixture
def merchant(db: None) -> "Merchant":
    from sandbox.control import making
    from sandbox.merchant_api import keys

    shop = making.opened_shop("Tandem Bikes")
    keys.make(shop, name="Till", scope="write")
    return shop
