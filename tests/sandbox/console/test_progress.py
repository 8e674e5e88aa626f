"""What an endpoint lacks until it has taken a webhook, as the last of the first steps tells it."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox import clock
from sandbox.console import progress
from sandbox.control import making
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.people.models import Merchant
from sandbox.webhooks import contract, doing, numbering, samples
from sandbox.webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant() -> Merchant:
    return making.opened_shop("Tandem Bikes")


def endpoint(merchant: Merchant, *types: str) -> Endpoint:
    body = contract.NewEndpoint(types=list(types) or ["*"])
    told, _ = doing.make(merchant, body)
    return next(row for row in merchant.endpoints.all() if row.wire_id == told["id"])


def ask(merchant: Merchant) -> None:
    body = NewPayment(amount_minor=100, currency="EUR", return_url="https://shop.example/")
    payments.ask_for(merchant, body, clock.now())


def lacks(merchant: Merchant) -> Any:
    told = progress.lacking(merchant)
    return told and told["lacks"]


def test_it_tells_one_after_the_other(merchant: Merchant) -> None:
    assert progress.lacking(merchant) is None
    row = endpoint(merchant)
    samples.send(row, "payment.completed")
    numbering.number(merchant)
    assert progress.lacking(merchant) == {"id": row.wire_id, "lacks": "an_event"}
    ask(merchant)
    assert lacks(merchant) == "an_attempt"
    numbering.number(merchant)
    assert lacks(merchant) == "an_attempt"
    told = Delivery.objects.filter(event__sample=False)
    told.update(attempt_count=1)
    assert lacks(merchant) == "an_answer"
    told.update(delivered_at=clock.now() + timedelta(seconds=1))
    assert progress.lacking(merchant) == {"id": row.wire_id, "lacks": None}
    doing.change(row, contract.EndpointChange(state="disabled"))
    assert lacks(merchant) == "being_on"


def test_what_an_endpoint_does_not_want_is_no_event_for_it(merchant: Merchant) -> None:
    endpoint(merchant, "dispute.opened")
    ask(merchant)
    assert lacks(merchant) == "an_event"
    numbering.number(merchant)
    assert lacks(merchant) == "an_event"


def test_one_that_is_off_is_not_told_of_beside_one_that_is_on(merchant: Merchant) -> None:
    on = endpoint(merchant)
    doing.change(endpoint(merchant), contract.EndpointChange(state="disabled"))
    assert progress.lacking(merchant) == {"id": on.wire_id, "lacks": "an_event"}
