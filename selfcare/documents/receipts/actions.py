"""Makes, keeps and renews the codes of receipts, and notes what was printed with them."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from selfcare.clients.shapes import Transaction
from selfcare.documents.receipts.models import PrintedState, ReceiptCode


def code_for(subject: str, transaction_id: str) -> ReceiptCode:
    """The transaction's one live code; the first who asks makes it, whoever asks beside them."""
    own = ReceiptCode.objects.of(subject, transaction_id).live()
    found = own.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return ReceiptCode.objects.create(subject=subject, transaction_id=transaction_id)
    except IntegrityError:
        return own.get()


def note_print(txn: Transaction, *, now: datetime | None = None) -> ReceiptCode:
    """The code for a receipt that says what `txn` says, with a note that it said so."""
    now = now or timezone.now()
    code = code_for(txn.owner, txn.id)
    said, made = PrintedState.objects.get_or_create(
        code=code, **facts_of(txn), defaults={"recorded_at": now, "last_at": now}
    )
    if not made:
        PrintedState.objects.filter(pk=said.pk, last_at__lt=now).update(last_at=now)
    return code


def renew(subject: str, transaction_id: str, *, instead_of: uuid.UUID | None) -> ReceiptCode:
    """Ends the code `instead_of` for good and gives its follower; twice does it once."""
    if instead_of is not None:
        seen = ReceiptCode.objects.of(subject, transaction_id).live().filter(pk=instead_of)
        seen.update(revoked_at=timezone.now())
    return code_for(subject, transaction_id)


def facts_of(txn: Transaction) -> dict[str, object]:
    """All that a receipt's code opens: an amount, a day and a state."""
    return {
        "amount_minor": txn.amount_minor,
        "currency": txn.currency,
        "state": state_of(txn),
        "happened_at": txn.completed_at or txn.created_at,
    }


def state_of(txn: Transaction) -> str:
    """Its status; what came back of a completed one says more."""
    if txn.status == "completed" and txn.refunded_minor:
        return "refunded" if txn.refunded_minor >= txn.amount_minor else "partly_refunded"
    return txn.status
