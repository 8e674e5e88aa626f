"""The rows of one statement entry: a transaction, its timeline, its postings; decides nothing."""

import random
from datetime import UTC, datetime, time, timedelta

from sandbox import ids
from sandbox.ledger.models import Account
from sandbox.people.models import Person
from sandbox.statements.statement import Entry
from sandbox.transactions.models import Transaction, TransactionEvent

NOT_NAMED = "Not named by the bank"


def transaction_row(
    entry: Entry, *, external_id: str, person: Person, account: Account, world: Account, number: int
) -> Transaction:
    """A finished transaction; `number` keeps the order of entries of one day."""
    # A date without a time is noon, which is the same day in nearly every zone.
    at = entry.booked_at or datetime.combine(entry.booked_on, time(12), tzinfo=UTC) + timedelta(
        milliseconds=min(number, 3_600_000)
    )
    is_in = entry.amount_minor > 0
    is_transfer = entry.is_transfer or bool(entry.counterparty_iban)
    alone = Transaction.Kind.DEPOSIT if is_in else Transaction.Kind.WITHDRAWAL
    original = entry.original
    # The same entry has the same id in every world, and another for another person.
    noise = random.Random(f"{person.sub} {external_id}")
    row = Transaction(
        id=ids.uuid7(at, noise), person=person, account=account, peer=world,
        kind=Transaction.Kind.TRANSFER if is_transfer else alone,
        direction=Transaction.Direction.IN if is_in else Transaction.Direction.OUT,
        status=Transaction.Status.COMPLETED,
        amount_minor=abs(entry.amount_minor), currency=entry.currency,
        original_amount_minor=original.amount_minor if original else None,
        original_currency=original.currency if original else "",
        rate=(original.rate if original else "")[:16],
        created_at=at, updated_at=at, completed_at=at,
        counterparty_kind="person" if entry.counterparty_name else "bank",
        counterparty_name=entry.counterparty_name or NOT_NAMED,
        counterparty_iban=entry.counterparty_iban,
        end_to_end_id=entry.end_to_end_id[:80],
        merchant_reference=entry.account_servicer_reference[:80],
        remittance_information=entry.remittance_information[:500], external_id=external_id,
    )  # fmt: skip
    row.search = row.build_search()
    return row


def event_rows(row: Transaction, entry: Entry) -> list[TransactionEvent]:
    """Two lines by the bank, with what is unusual about the entry."""
    notes = ["Takes back an earlier entry"] if entry.is_reversal else []
    if entry.value_on and entry.value_on != entry.booked_on:
        notes.append(f"Value date {entry.value_on}")
    if entry.mandate_id:
        notes.append(f"Mandate {entry.mandate_id}")
    return [
        TransactionEvent(
            transaction=row, at=row.created_at, name=f"transaction.{status}", actor_kind="bank",
            status=status, note=note,
        )
        for status, note in ((Transaction.Status.CREATED, ""),
                             (Transaction.Status.COMPLETED, "; ".join(notes)))
    ]  # fmt: skip
