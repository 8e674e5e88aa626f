"""What happens to a merchant is told them once, in their own words, and numbered without a gap."""

import json
from typing import Any

import pytest
from django.db import transaction

from sandbox import clock
from sandbox.cases import answering, life
from sandbox.control import making
from sandbox.events import muting
from sandbox.people.models import Merchant, Person
from sandbox.transactions.models import Transaction
from sandbox.webhooks import numbering, telling
from sandbox.webhooks.models import MerchantEvent

pytestmark = pytest.mark.django_db
NOW = clock.now()


def paid(person: Person, shop: str = "Tandem Bikes", **facts: Any) -> Transaction:
    facts = {"amount_minor": 6490, "currency": "EUR", "status": "completed", **facts}
    return making.transaction(person, {"merchant": shop, **facts}, NOW)


def told() -> list[str]:
    return list(MerchantEvent.objects.order_by("serial").values_list("type", flat=True))


def test_it_tells_a_merchant_of_each_step_of_a_payment(ada: Person, merchant: Merchant) -> None:
    row = paid(ada)
    assert told() == ["payment.created", "payment.processing", "payment.completed"]
    last = MerchantEvent.objects.latest("serial")
    data = json.loads(last.data)
    assert (data["id"], data["status"]) == (f"pay_{row.id.hex}", "completed")
    assert (data["amount_minor"], data["currency"]) == (6490, "EUR")
    assert last.object_id == data["id"]


def test_nothing_of_the_customer_is_in_it(ada: Person, merchant: Merchant) -> None:
    row = paid(ada)
    payment_in(row, "refund_request", 1000)
    for event in MerchantEvent.objects.all():
        assert ada.sub not in event.data
        assert ada.name not in event.data
        assert row.account.public_id not in event.data


def test_it_tells_of_cases_and_of_the_money_that_went_back(ada: Person, merchant: Merchant) -> None:
    row = paid(ada)
    case = payment_in(row, "refund_request", 1000)
    answering.grant(case, row, NOW)
    assert told()[3:] == [
        "refund_request.opened", "refund.completed", "refund_request.accepted",
        "refund_request.money_returned",
    ]  # fmt: skip
    refund = json.loads(MerchantEvent.objects.get(type="refund.completed").data)
    assert refund["payment_id"] == f"pay_{row.id.hex}"
    assert refund["amount_minor"] == 1000


def payment_in(row: Transaction, kind: str, amount: int) -> Any:
    with transaction.atomic():
        return life.opened(
            row, kind, at=NOW, reason="not_received", amount_minor=amount, message="Where is it?"
        )


def test_who_has_neither_key_nor_endpoint_is_told_nothing(ada: Person) -> None:
    paid(ada, "Corner Shop")
    assert told() == []


def test_what_is_made_up_as_a_past_is_not_told(ada: Person, merchant: Merchant) -> None:
    with muting.silence():
        paid(ada)
    assert told() == []


def test_what_is_rolled_back_was_never_told(ada: Person, merchant: Merchant) -> None:
    with transaction.atomic():
        paid(ada)
        assert told()
        transaction.set_rollback(True)
    assert told() == []
    assert numbering.number() == 0


def test_each_merchant_counts_from_one_without_a_gap(ada: Person, merchant: Merchant) -> None:
    from sandbox.merchant_api import keys

    other = making.opened_shop("Corner Shop")
    keys.make(other, name="Till", scope="read")
    for _ in range(2):
        paid(ada)
        paid(ada, "Corner Shop")
    assert numbering.number() == 12
    telling.tell(merchant, "payment.created", object_id="pay_0", at=NOW, data={"id": "pay_0"})
    assert numbering.number(other) == 0
    assert numbering.number(merchant) == 1
    for shop, count in ((merchant, 7), (other, 6)):
        rows = MerchantEvent.objects.filter(merchant=shop).order_by("serial")
        assert [row.sequence for row in rows] == list(range(1, count + 1))
