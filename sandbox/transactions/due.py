"""What time itself does to transactions: expiry, schedules, the end of processing."""

from datetime import datetime

from django.db import transaction as database

from sandbox import clock
from sandbox.control import record
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.people.models import Merchant
from sandbox.transactions import machine
from sandbox.transactions.models import Transaction

Status = Transaction.Status
BATCH = 50


def apply_due(now: datetime) -> int:
    """Apply what is due, at most a batch, each thing in its own database transaction.

    Called at the start of every request of the service; with nothing due it costs a look-up
    in a partial index. What another request is just applying is left to it. It goes by real time:
    a merchant that is ahead is moved by `worlds/winding.py`, and is never due here too early.
    """
    if clock.is_moved():
        now = clock.real_now()
    due = Transaction.objects.filter(due_at__lte=now).order_by("due_at")
    applied = 0
    for pk in due.values_list("pk", flat=True)[:BATCH]:
        with database.atomic():
            row = (
                Transaction.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("account", "peer__person", "person", "merchant__world")
                .filter(pk=pk)
                .first()
            )
            applied += move_on(row, now) if row else 0
    return applied


def next_due(merchant: Merchant, until: datetime) -> datetime | None:
    """When the next of this merchant's transactions is due, if one is until then."""
    due = Transaction.objects.filter(merchant=merchant, due_at__lte=until).order_by("due_at")
    return due.values_list("due_at", flat=True).first()


def run_due(merchant: Merchant, now: datetime) -> int:
    """All of this merchant's that is due, in order; waits for who holds a row, and says how many
    steps."""
    steps = 0
    due = Transaction.objects.filter(merchant=merchant, due_at__lte=now).order_by("due_at", "id")
    while pk := due.values_list("pk", flat=True).first():
        with database.atomic():
            row = (
                Transaction.objects.select_for_update(of=("self",))
                .select_related("account", "peer__person", "person", "merchant__world")
                .get(pk=pk)
            )
            steps += move_on(row, now)
    return steps


def move_on(row: Transaction, now: datetime) -> int:
    """All steps that are due for a locked row, each at the time it was due; says how many."""
    steps = 0
    while row.due_at and row.due_at <= now:
        target, reason_code = _target(row)
        at = row.due_at
        actor = machine.Actor(machine.step_for(row, target).by[0])
        try:
            machine.move(row, target, by=actor, at=at, reason_code=reason_code)
        except InsufficientFundsError:
            target = Status.FAILED
            machine.move(row, target, by=machine.PLATFORM, at=at, reason_code="AM04")
        record.write(
            "due", sub=row.person.sub, transaction_id=row.wire_id, effect=f"transaction.{target}"
        )
        steps += 1
    return steps


def _target(row: Transaction) -> tuple[str, str]:
    match row.status:
        case Status.ACTION_REQUIRED:
            return Status.EXPIRED, ""
        case Status.PROCESSING if row.fails_with:
            return Status.FAILED, row.fails_with
        case Status.PROCESSING:
            return Status.COMPLETED, ""
        case _:
            return Status.PROCESSING, ""
