"""A merchant with a key, so that somebody wants to be told, and a customer of theirs."""

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform

if TYPE_CHECKING:
    from sandbox.people.models import Merchant, Person


@pytest.fixture
def ada(db: None) -> "Person":
    from sandbox import clock  # Django isn't set up when this file is read
    from sandbox.control import making

    return making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())


@pytest.fixture
def merchant(db: None) -> "Merchant":
    from sandbox.control import making
    from sandbox.merchant_api import keys

    shop = making.opened_shop("Tandem Bikes")
    keys.make(shop, name="Till", scope="write")
    return shop


@pytest.fixture
def shop(platform: Platform) -> Shop:
    """One that speaks to a running box."""
    return open_shop(platform)
