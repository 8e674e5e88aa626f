"""What a merchant is told of a payment that its customer made in another currency."""

import pytest

from sandbox import clock
from sandbox.control import making
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.merchant_api import payments
from sandbox.people.models import Merchant
from sandbox.transactions.models import Transaction

pytestmark = pytest.mark.django_db


def test_amounts_are_the_merchants_own() -> None:
    now = clock.now()
    ada = making.person({"email": "ada@example.com", "name": "Ada North"}, now)
    paid = making.transaction(
        ada,
        {"amount_minor": 1779, "currency": "EUR", "status": "completed", "merchant": "Tea Rooms"},
        now,
    )
    shop = Merchant.objects.get(name="Tea Rooms")
    exchanged = {"original_amount_minor": 1500, "original_currency": "GBP", "rate": "1.1860"}
    facts = {**exchanged, "peer": journal.merchant_account(shop, "GBP"), "refunded_minor": 593}
    Transaction.objects.filter(pk=paid.pk).update(**facts)
    back = making.transaction(
        ada,
        {
            "kind": "refund", "amount_minor": 593, "currency": "EUR", "status": "completed",
            "merchant": "Tea Rooms",
        },
        now,
    )  # fmt: skip
    told = {"original_amount_minor": 500, "original_currency": "GBP", "refund_of": paid}
    Transaction.objects.filter(pk=back.pk).update(**told)
    found = payments.one(shop, paid.wire_id.replace("txn", "pay"), now)
    assert (found["amount_minor"], found["currency"], found["refunded_minor"]) == (
        1500, "GBP", 500,
    )  # fmt: skip
    assert Account.objects.filter(merchant=shop).count() == 2
