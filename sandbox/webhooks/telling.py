"""Writes a merchant's events: called where something changes, in the same database transaction."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox import ids
from sandbox.events import muting
from sandbox.people.models import Merchant
from sandbox.webhooks import objects
from sandbox.webhooks.models import Endpoint, MerchantEvent, compact

if TYPE_CHECKING:
    from sandbox.cases.models import Case
    from sandbox.transactions.models import Transaction

type Json = dict[str, Any]


def tell(
    merchant: Merchant, type_: str, *, object_id: str, at: datetime, data: Json
) -> MerchantEvent | None:
    """Write one event; None where nobody will ever ask for it, and while there is silence.

    `data` is the object as the merchant API answers with it. Must run inside the transaction of
    the change, and where an object's events are to keep their order, under its lock.
    """
    if muting.is_silent() or not is_told(merchant):
        return None
    return MerchantEvent.objects.create(
        id=ids.uuid7(at), merchant=merchant, type=type_, object_id=object_id, occurred_at=at,
        data=compact(data),
    )  # fmt: skip


def is_told(merchant: Merchant) -> bool:
    """Only who has a key or an endpoint: the many shops of made-up people have neither."""
    return merchant.api_keys.exists() or Endpoint.objects.filter(merchant_id=merchant.pk).exists()


def of_transaction(row: "Transaction", type_: str, *, at: datetime) -> None:
    """What of a transaction's news is one for its merchant."""
    if row.merchant and is_told(row.merchant) and (told := objects.of_transaction(row, type_, at)):
        tell(row.merchant, told.type, object_id=told.id, at=at, data=told.data)


def of_case(case: "Case", type_: str, *, at: datetime) -> None:
    shop = case.transaction.merchant
    if shop and is_told(shop) and (told := objects.of_case(case, type_, at)):
        tell(shop, told.type, object_id=told.id, at=at, data=told.data)
