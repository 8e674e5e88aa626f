"""What time itself does to cases: answers that come by themselves, and deadlines."""

from datetime import datetime

from django.db import transaction as database
from django.db.models import QuerySet

from sandbox import clock
from sandbox.cases import answering, play
from sandbox.cases.models import Case
from sandbox.cases.rules import RULES
from sandbox.control import record
from sandbox.people.models import Merchant
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import left_of

BATCH = 50


def apply_due(now: datetime) -> int:
    """Apply what is due, at most a batch, each payment in its own database transaction.

    With nothing due it costs one look-up in a partial index. What another request is just
    applying is left to it. By real time, as in `transactions/due.py`.
    """
    if clock.is_moved():
        now = clock.real_now()
    found = Case.objects.filter(due_at__lte=now).order_by("due_at")
    payments = dict.fromkeys(found.values_list("transaction", flat=True)[:BATCH])
    applied = 0
    for pk in payments:
        with database.atomic():
            row = (
                Transaction.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related(
                    "account", "peer__person", "merchant__world", "person", "refund_request"
                )
                .filter(pk=pk)
                .first()
            )
            applied += move_on(row, now) if row else 0
    return applied


def next_due(merchant: Merchant, until: datetime) -> datetime | None:
    """When time next does something to a case about this merchant, if it does until then."""
    return _of(merchant, until).values_list("due_at", flat=True).first()


def run_due(merchant: Merchant, now: datetime) -> int:
    """All that is due in this merchant's cases, in order; says how many steps."""
    steps = 0
    while pk := _of(merchant, now).values_list("transaction", flat=True).first():
        with database.atomic():
            row = (
                Transaction.objects.select_for_update(of=("self",))
                .select_related(
                    "account", "peer__person", "merchant__world", "person", "refund_request"
                )
                .get(pk=pk)
            )
            steps += move_on(row, now)
    return steps


def _of(merchant: Merchant, until: datetime) -> QuerySet[Case]:
    return Case.objects.filter(transaction__merchant=merchant, due_at__lte=until).order_by(
        "due_at", "id"
    )


def move_on(payment: Transaction, now: datetime) -> int:
    """All that is due in the cases of a locked payment; says how many steps."""
    steps = 0
    while case := _next(payment, now):
        at = min(case.due_at or now, now)
        before = case.state
        if RULES[case.kind].takes_money and left_of(payment) == 0:
            answering.close(case, payment, at, note=answering.ALL_BACK)
        elif case.answer_at and case.answer_at <= now:
            case.answer_at = None
            case.due_at = case.respond_by
            if not play.answer(case, payment, at):
                case.save(update_fields=["answer_at", "due_at"])
        else:
            end_turn(case, payment, at)
        steps += 1
        effect = f"{case.kind}.{case.state}" if case.state != before else f"{case.kind}.message"
        record.write("due", sub=payment.person.sub, transaction_id=payment.wire_id, effect=effect)
    return steps


def _next(payment: Transaction, now: datetime) -> Case | None:
    found = payment.cases.select_for_update().filter(due_at__lte=now).order_by("due_at").first()
    if found:
        found.transaction, found.person = payment, payment.person
    return found


def end_turn(case: Case, payment: Transaction, at: datetime) -> None:
    """What the rules say of a turn in which nobody said anything."""
    target = RULES[case.kind].when_silent
    if case.state == Case.State.NEEDS_USER:
        target = Case.State.UNDER_REVIEW
    elif case.waiting_for == "platform":
        target = "ruled"
    if target == "ruled":
        play.answer(case, payment, at)
    elif target == Case.State.UNDER_REVIEW:
        answering.review(case, payment, at)
    elif target == Case.State.CLOSED:
        answering.close(case, payment, at)
    else:
        answering.lapse(case, payment, at)
