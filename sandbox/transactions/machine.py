"""The life of a transaction as a table, and the one function that walks it; no HTTP here."""

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from django.conf import settings

from sandbox import ids
from sandbox.events import telling
from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.transactions.models import Transaction, TransactionEvent
from sandbox.worlds import magic

Status = Transaction.Status


class Effect(Enum):
    """What a step does to the ledger."""

    NOTHING = "nothing"
    HOLD = "hold"  # an outgoing amount and its fee are reserved on the person's account
    RELEASE = "release"  # the reservation is given back
    SETTLE = "settle"  # the reservation is given back and the money is posted


class Step(NamedTuple):
    source: Status
    target: Status
    by: tuple[str, ...]  # kinds of actor that may; the first is who it usually is
    event: str
    effect: Effect


S, E = Status, Effect
ANYBODY = ("user", "merchant", "platform")
PLATFORM_FIRST, BANK_FIRST = ("platform", "bank"), ("bank", "platform")
STEPS = (
    Step(S.CREATED, S.ACTION_REQUIRED, ("platform",), "transaction.action_required", E.NOTHING),
    Step(S.CREATED, S.SCHEDULED, ("platform", "user"), "transaction.scheduled", E.NOTHING),
    Step(S.CREATED, S.PROCESSING, ("platform",), "transaction.processing", E.HOLD),
    Step(S.CREATED, S.CANCELLED, ANYBODY, "transaction.cancelled", E.NOTHING),
    Step(S.CREATED, S.FAILED, PLATFORM_FIRST, "transaction.failed", E.NOTHING),
    Step(S.ACTION_REQUIRED, S.SCHEDULED, ("user",), "transaction.scheduled", E.NOTHING),
    Step(S.ACTION_REQUIRED, S.PROCESSING, ("user",), "transaction.processing", E.HOLD),
    Step(S.ACTION_REQUIRED, S.CANCELLED, ANYBODY, "transaction.cancelled", E.NOTHING),
    Step(S.ACTION_REQUIRED, S.EXPIRED, ("platform",), "transaction.expired", E.NOTHING),
    Step(S.ACTION_REQUIRED, S.FAILED, PLATFORM_FIRST, "transaction.failed", E.NOTHING),
    Step(S.SCHEDULED, S.PROCESSING, ("platform",), "transaction.processing", E.HOLD),
    Step(S.SCHEDULED, S.ACTION_REQUIRED, ("user",), "transaction.action_required", E.NOTHING),
    Step(S.SCHEDULED, S.CANCELLED, ANYBODY, "transaction.cancelled", E.NOTHING),
    Step(S.SCHEDULED, S.FAILED, PLATFORM_FIRST, "transaction.failed", E.NOTHING),
    Step(S.PROCESSING, S.COMPLETED, BANK_FIRST, "transaction.completed", E.SETTLE),
    Step(S.PROCESSING, S.FAILED, BANK_FIRST, "transaction.failed", E.RELEASE),
    Step(S.PROCESSING, S.ACTION_REQUIRED, ("user",), "transaction.action_required", E.RELEASE),
    Step(S.PROCESSING, S.CANCELLED, ANYBODY, "transaction.cancelled", E.RELEASE),
)
BY_ENDS = {(step.source, step.target): step for step in STEPS}
FINAL = frozenset(Status) - {step.source for step in STEPS}

# How long processing takes, and until when before its end it can still be stopped.
INSTANT_TAKES = timedelta(seconds=3)
CLEARING_TAKES = timedelta(hours=2)
CUT_OFF_BEFORE_END = timedelta(minutes=30)


class Actor(NamedTuple):
    """Who did it, as the timeline says."""

    kind: str
    name: str = ""


PLATFORM = Actor("platform")


class IllegalStepError(Exception):
    """The table has no such step, or not for this actor; nothing was changed."""


def step_for(transaction: Transaction, target: str) -> Step:
    try:
        return BY_ENDS[Status(transaction.status), Status(target)]
    except KeyError:
        raise IllegalStepError(f"{transaction.status} → {target}") from None


def move(
    transaction: Transaction,
    target: str,
    *,
    by: Actor,
    at: datetime,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Take one step of the table, with its effect on the ledger and its line in the timeline.

    Must run inside a database transaction that holds the row's lock. Raises IllegalStepError, or
    InsufficientFundsError before anything is changed.
    """
    step = step_for(transaction, target)
    if by.kind not in step.by:
        raise IllegalStepError(f"{transaction.status} → {target} is not for {by.kind}")
    _take_effect(transaction, step.effect, at)
    transaction.status = step.target
    transaction.version += 1
    transaction.updated_at = at
    transaction.reason_code = reason_code
    _set_times(transaction, at)
    transaction.save()
    tell(transaction, step.event, by=by, at=at, led_to=True, reason_code=reason_code, note=note)
    telling.of_transaction(transaction, step.event, by=by.kind, at=at)
    if step.effect is Effect.SETTLE:
        _show_to_receiver(transaction, at)


def tell(
    transaction: Transaction,
    name: str,
    *,
    by: Actor,
    at: datetime,
    led_to: bool = False,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Add a line to the timeline; `led_to` if it is what made the status what it is."""
    TransactionEvent.objects.create(
        transaction=transaction,
        at=at,
        name=name,
        actor_kind=by.kind,
        actor_name=by.name,
        status=transaction.status if led_to else "",
        reason_code=reason_code,
        note=note,
    )


def begin(
    transaction: Transaction, *, by: Actor, at: datetime, led_to: bool = False, note: str = ""
) -> None:
    """The first line of a new transaction's timeline, and its first event."""
    tell(transaction, "transaction.created", by=by, at=at, led_to=led_to, note=note)
    telling.of_transaction(transaction, "transaction.created", by=by.kind, at=at)


def lines(transaction: Transaction) -> list[journal.Line]:
    """The postings of a settled transaction: own account, other side, fee, exchange if needed."""
    sign = -1 if transaction.direction == Transaction.Direction.OUT else 1
    amount, fee = sign * transaction.amount_minor, transaction.fee_minor
    own, peer = transaction.account, transaction.peer
    found: list[journal.Line] = [(own, amount - fee)]
    if fee:
        found.append((journal.platform_account(Account.Kind.FEES, own.currency), fee))
    if peer.currency == own.currency:
        return [*found, (peer, -amount)]
    there = sign * (transaction.original_amount_minor or 0)
    return [
        *found,
        (journal.platform_account(Account.Kind.FX, own.currency), -amount),
        (journal.platform_account(Account.Kind.FX, peer.currency), there),
        (peer, -there),
    ]


def _take_effect(transaction: Transaction, effect: Effect, at: datetime) -> None:
    out = transaction.direction == Transaction.Direction.OUT
    held = transaction.reserved_minor
    if effect is Effect.HOLD and out:
        wanted = transaction.amount_minor + transaction.fee_minor
        journal.reserve(transaction.account, wanted)
        transaction.reserved_minor = wanted
    elif effect is Effect.RELEASE and held:
        journal.release(transaction.account, held)
        transaction.reserved_minor = 0
    elif effect is Effect.SETTLE:
        journal.post(
            at=at,
            name="transaction.completed",
            transaction_id=transaction.id,
            lines=lines(transaction),
            release=(transaction.account, held) if held else None,
        )
        transaction.reserved_minor = 0


def _set_times(transaction: Transaction, at: datetime) -> None:
    match transaction.status:
        case Status.ACTION_REQUIRED:
            transaction.due_at = transaction.expires_at
        case Status.SCHEDULED:
            transaction.due_at = transaction.scheduled_for
        case Status.PROCESSING:
            takes = INSTANT_TAKES if transaction.instant else _clearing(transaction)
            transaction.due_at = at + takes
            if transaction.confirmed_at:
                # Nothing leaves while it can still be undone.
                undo = timedelta(seconds=settings.SANDBOX_UNDO_SECONDS)
                transaction.due_at = max(transaction.due_at, transaction.confirmed_at + undo)
            if not transaction.instant:
                transaction.cut_off_at = transaction.due_at - CUT_OFF_BEFORE_END
        case _:
            transaction.due_at = None
    if transaction.status == Status.COMPLETED:
        transaction.completed_at = at


def _clearing(transaction: Transaction) -> timedelta:
    """What was begun at a merchant may ask for longer by its amount."""
    amount = transaction.original_amount_minor or transaction.amount_minor
    if amount in magic.SLOW and getattr(transaction, "demand", None):
        return magic.SLOW[amount]
    return CLEARING_TAKES


def _show_to_receiver(sent: Transaction, at: datetime) -> None:
    """A transfer to another person here is, for them, a transaction of their own."""
    receiver = sent.peer.person
    if receiver is None or sent.direction != Transaction.Direction.OUT:
        return
    changed = sent.peer.currency != sent.currency
    row = Transaction(
        id=ids.uuid7(at),
        person=receiver,
        account=sent.peer,
        peer=sent.account,
        kind=sent.kind,
        direction=Transaction.Direction.IN,
        status=Status.COMPLETED,
        amount_minor=(sent.original_amount_minor or 0) if changed else sent.amount_minor,
        currency=sent.peer.currency,
        original_amount_minor=sent.amount_minor if changed else None,
        original_currency=sent.currency if changed else "",
        rate=sent.rate if changed else "",
        created_at=at,
        updated_at=at,
        completed_at=at,
        instant=sent.instant,
        counterparty_kind="person",
        counterparty_name=sent.person.name,
        counterparty_iban=sent.account.iban,
        end_to_end_id=sent.end_to_end_id,
        remittance_information=sent.remittance_information,
    )
    row.search = row.build_search()
    row.save(force_insert=True)
    begin(row, by=Actor("user", sent.person.name), at=at)
    tell(row, "transaction.completed", by=Actor("bank"), at=at, led_to=True)
    telling.of_transaction(row, "transaction.completed", by="bank", at=at)
