"""A merchant's answer to a refund request, and the money that comes back; no HTTP here."""

from datetime import datetime

from sandbox import ids
from sandbox.ledger import journal
from sandbox.transactions import machine
from sandbox.transactions.models import RefundRequest, Transaction


def answer(row: Transaction, *, amount_minor: int, at: datetime, note: str = "") -> None:
    """The merchant gives back `amount_minor` (0 declines) of the open request of a locked payment.

    ValueError if there is no open request or the amount is more than was asked for.
    """
    wish = row.refund_request
    if wish is None or wish.state != RefundRequest.State.OPEN:
        raise ValueError("there is no open refund request")
    if not 0 <= amount_minor <= wish.amount_minor:
        raise ValueError(f"the amount must be from 0 to {wish.amount_minor}")
    state = RefundRequest.State.DECLINED
    if amount_minor:
        whole = amount_minor == wish.amount_minor
        state = RefundRequest.State.ACCEPTED if whole else RefundRequest.State.PARTLY_ACCEPTED
    wish.state = state
    wish.save(update_fields=["state"])
    shop = machine.Actor("merchant", row.counterparty_name)
    machine.tell(row, f"refund_request.{state}", by=shop, at=at, note=note)
    if amount_minor:
        give_back(row, amount_minor, at)
    row.version += 1
    row.updated_at = at
    row.save(update_fields=["version", "updated_at", "refunded_minor"])


def give_back(payment: Transaction, amount_minor: int, at: datetime) -> Transaction:
    """A completed refund of a locked payment, from the merchant's money; the caller saves it."""
    refund = Transaction(
        id=ids.uuid7(at),
        person=payment.person,
        account=payment.account,
        peer=payment.peer,
        merchant=payment.merchant,
        kind=Transaction.Kind.REFUND,
        direction=Transaction.Direction.IN,
        status=Transaction.Status.COMPLETED,
        amount_minor=amount_minor,
        currency=payment.currency,
        created_at=at,
        updated_at=at,
        completed_at=at,
        counterparty_kind=payment.counterparty_kind,
        counterparty_name=payment.counterparty_name,
        merchant_reference=payment.merchant_reference,
        refund_of=payment,
    )
    if payment.original_amount_minor is not None:
        # At the payment's own rate, so that nobody gains by buying and sending back.
        share = payment.original_amount_minor * amount_minor // payment.amount_minor
        refund.original_amount_minor = share
        refund.original_currency, refund.rate = payment.original_currency, payment.rate
    refund.search = refund.build_search()
    refund.save(force_insert=True)
    shop = machine.Actor("merchant", payment.counterparty_name)
    machine.tell(refund, "transaction.created", by=shop, at=at)
    machine.tell(refund, "transaction.completed", by=machine.Actor("bank"), at=at, led_to=True)
    journal.post(
        at=at,
        name="refund.received",
        transaction_id=refund.id,
        lines=machine.lines(refund),
    )
    payment.refunded_minor += amount_minor
    machine.tell(payment, "refund.received", by=shop, at=at)
    return refund
