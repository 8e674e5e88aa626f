"""What the other side does in a case: merchants, banks and the platform; no HTTP here.

Every function must run inside a database transaction that holds the locks of payment and case.
"""

from datetime import datetime

from sandbox import ids
from sandbox.cases import life
from sandbox.cases.models import Case, CaseMessage
from sandbox.events import telling
from sandbox.transactions import machine
from sandbox.transactions.machine import Actor
from sandbox.transactions.models import Transaction
from sandbox.transactions.refunds import give_back
from sandbox.transactions.shares import left_of

BANK_NAME = "The payee's bank"
ALL_BACK = "All of the money is back already."


class IllegalAnswerError(life.IllegalCaseStepError):
    """This side can't say that now; nothing was changed."""


def side(case: Case) -> Actor:
    """Who sits on the other side of a case as it stands."""
    who = case.waiting_for
    if who in {"", "user"}:
        who = {"fraud_report": "platform", "recall": "bank"}.get(case.kind, "merchant")
    if who == "merchant":
        return Actor("merchant", case.transaction.counterparty_name)
    return Actor(who, BANK_NAME if who == "bank" else "")


def grant(
    case: Case, payment: Transaction, at: datetime, *, amount_minor: int | None = None,
    note: str = "", original_minor: int | None = None,
) -> None:  # fmt: skip
    """Say yes to all (or to `amount_minor`), and give the money back; never more than is left.

    `original_minor` is that amount as the merchant said it, where their currency is another.
    """
    asked = case.amount_minor
    if case.waiting_for in {"", "user"} or asked is None:
        raise IllegalAnswerError("nothing waits for a yes or a no")
    amount = min(asked, left_of(payment)) if amount_minor is None else amount_minor
    if not 0 < amount <= asked:
        raise IllegalAnswerError(f"the amount must be from 1 to {asked}")
    by = side(case)
    # All that was left counts as all: the person has everything back.
    whole = amount == asked or amount == left_of(payment)
    stopped = _stopped(case, payment, at)
    if not stopped:
        give_back(payment, amount, at, by=by, original_minor=original_minor)
    target = "accepted" if whole else "partly_accepted"
    life.move(case, payment, target, by=by, at=at, note=note, granted_minor=amount)
    if not stopped:
        life.tell(case, "case.money_returned", by=by, at=at, amount_minor=amount)
        telling.of_case(case, "case.money_returned", by=by.kind, at=at)
    if stopped or left_of(payment) == 0:
        close_all(payment, at, but=case)


def decline(case: Case, payment: Transaction, at: datetime, *, note: str = "") -> None:
    """Say no; in a dispute the merchant's no is `contest`."""
    life.move(case, payment, "declined", by=side(case), at=at, note=note)


def contest(case: Case, payment: Transaction, at: datetime, *, note: str = "") -> None:
    """The merchant says the dispute is wrong: the person has to show what they have."""
    life.move(case, payment, "needs_user", by=side(case), at=at, note=note)


def write(
    case: Case, payment: Transaction, at: datetime, text: str, *, by: Actor | None = None
) -> None:
    """A message from the other side, or from who is named; a question is answered by it."""
    if not case.is_open:
        raise IllegalAnswerError("the case is closed")
    by = by or side(case)
    CaseMessage.objects.create(
        id=ids.uuid7(at), case=case, at=at, actor_kind=by.kind, actor_name=by.name, text=text
    )
    if case.kind == Case.Kind.INQUIRY and case.state == Case.State.OPEN:
        life.move(case, payment, "answered", by=by, at=at, note=text)
    else:
        life.tell(case, "case.message", by=by, at=at)
        life.touch(case, at)
        telling.of_case(case, "case.message", by=by.kind, at=at)


def review(case: Case, payment: Transaction, at: datetime) -> None:
    """The dispute goes to the platform: who had to say something did, or let the time pass."""
    life.move(case, payment, "under_review", by=life.PLATFORM, at=at)


def lapse(case: Case, payment: Transaction, at: datetime) -> None:
    life.move(case, payment, "lapsed", by=life.PLATFORM, at=at)


def close(case: Case, payment: Transaction, at: datetime, *, note: str = "") -> None:
    life.move(case, payment, "closed", by=life.PLATFORM, at=at, note=note)


def _stopped(case: Case, payment: Transaction, at: datetime) -> bool:
    """Fraud on a payment that is still on its way: it is stopped, and nothing left."""
    if payment.status == Transaction.Status.COMPLETED:
        return False
    if payment.status == Transaction.Status.PROCESSING:
        machine.move(payment, "failed", by=machine.PLATFORM, at=at, reason_code="FRAD")
    return True


def close_all(payment: Transaction, at: datetime, *, but: Case | None = None) -> None:
    """With all the money back, nothing is left to ask for anywhere else."""
    for other in payment.cases.select_for_update().order_by("created_at"):
        if other != but and other.is_open and other.kind != Case.Kind.INQUIRY:
            other.transaction = payment
            close(other, payment, at, note=ALL_BACK)
