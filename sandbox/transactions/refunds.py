"""The one way for money to come back for a payment; no HTTP here."""

from datetime import datetime

from sandbox import ids
from sandbox.events import telling
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.transactions import machine
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import (
    back_at_merchant,
    left_at_merchant,
    left_of,
    share_at_merchant,
)

PLATFORM_NAME = "Fraud desk"


class NothingLeftError(ValueError):
    """More than what is left of the payment was to be given back; nothing was changed."""


def give_back(
    payment: Transaction,
    amount_minor: int,
    at: datetime,
    *,
    by: machine.Actor,
    note: str = "",
    original_minor: int | None = None,
) -> Transaction:
    """A completed refund of a completed payment, paid by the other side or by the platform.

    `original_minor` is what the merchant said in their own currency, where that is another.

    Takes the payment's row lock and reads anew what has come back already, so that refunds,
    disputes, fraud reports and recalls that end at once never add up to more than was paid; the
    database's check `transaction_never_back_more_than_paid` stands behind it. Must run inside a
    database transaction. Raises NothingLeftError, or InsufficientFundsError where a person would
    have to give back what they no longer have.
    """
    held = Transaction.objects.select_for_update(of=("self",)).only("refunded_minor")
    payment.refunded_minor = held.get(pk=payment.pk).refunded_minor
    if not 0 < amount_minor <= left_of(payment):
        raise NothingLeftError(f"the amount must be from 1 to {left_of(payment)}")
    refund = _refund(payment, amount_minor, at, from_platform=by.kind == "platform")
    if refund.original_amount_minor is not None and original_minor is not None:
        refund.original_amount_minor = min(original_minor, left_at_merchant(payment))
    refund.save(force_insert=True)
    machine.begin(refund, by=by, at=at, note=note)
    _complete(refund, at)
    journal.post(
        at=at, name="refund.received", transaction_id=refund.id, lines=machine.lines(refund)
    )
    payment.refunded_minor += amount_minor
    payment.version += 1
    payment.updated_at = at
    payment.save(update_fields=["refunded_minor", "version", "updated_at"])
    machine.tell(payment, "refund.received", by=by, at=at, note=note)
    _show_to_giver(refund, at)
    return refund


def _refund(
    payment: Transaction, amount_minor: int, at: datetime, *, from_platform: bool
) -> Transaction:
    refund = Transaction(
        id=ids.uuid7(at),
        person=payment.person,
        account=payment.account,
        kind=Transaction.Kind.REFUND,
        direction=Transaction.Direction.IN,
        status=Transaction.Status.COMPLETED,
        amount_minor=amount_minor,
        currency=payment.currency,
        created_at=at,
        updated_at=at,
        completed_at=at,
        merchant_reference=payment.merchant_reference,
        refund_of=payment,
    )
    if from_platform:
        refund.peer = journal.platform_account(Account.Kind.FEES, payment.currency)
        refund.counterparty_kind, refund.counterparty_name = "bank", PLATFORM_NAME
    else:
        refund.peer, refund.merchant = payment.peer, payment.merchant
        refund.counterparty_kind = payment.counterparty_kind
        refund.counterparty_name = payment.counterparty_name
        refund.counterparty_iban = payment.counterparty_iban
    if payment.original_amount_minor is not None and not from_platform:
        # At the payment's own rate, so that nobody gains by buying and sending back.
        left, after = left_at_merchant(payment), payment.refunded_minor + amount_minor
        share = share_at_merchant(payment, after) - back_at_merchant(payment)
        refund.original_amount_minor = max(0, min(share, left))
        refund.original_currency, refund.rate = payment.original_currency, payment.rate
    refund.search = refund.build_search()
    return refund


def _show_to_giver(refund: Transaction, at: datetime) -> None:
    """What a person here gives back leaves their account as a transfer of their own."""
    giver = refund.peer.person
    if giver is None:
        return
    changed = refund.peer.currency != refund.currency
    row = Transaction(
        id=ids.uuid7(at),
        person=giver,
        account=refund.peer,
        peer=refund.account,
        kind=Transaction.Kind.TRANSFER,
        direction=Transaction.Direction.OUT,
        status=Transaction.Status.COMPLETED,
        amount_minor=(refund.original_amount_minor or 0) if changed else refund.amount_minor,
        currency=refund.peer.currency,
        created_at=at,
        updated_at=at,
        completed_at=at,
        instant=True,
        counterparty_kind="person",
        counterparty_name=refund.person.name,
        counterparty_iban=refund.account.iban,
        remittance_information="Given back after a recall",
    )
    row.search = row.build_search()
    row.save(force_insert=True)
    machine.begin(row, by=machine.Actor("bank"), at=at)
    _complete(row, at)


def _complete(row: Transaction, at: datetime) -> None:
    """Born completed: no step of the machine led there, so it is told here."""
    machine.tell(row, "transaction.completed", by=machine.Actor("bank"), at=at, led_to=True)
    telling.of_transaction(row, "transaction.completed", by="bank", at=at)
