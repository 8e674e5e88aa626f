"""A shop with a key of its own for each test."""

import pytest

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Platform


@pytest.fixture
def shop(platform: Platform) -> Shop:
    return open_shop(platform)
