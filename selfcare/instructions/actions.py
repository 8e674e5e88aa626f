"""Carries out what a user told us, once: claim, send, store, and ask again where no answer came."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from selfcare import deadline, errors
from selfcare.clients import cases as case_service
from selfcare.clients import shapes
from selfcare.clients import transactions as transaction_service
from selfcare.clients.transactions import Write
from selfcare.instructions import drafts
from selfcare.instructions.models import AuditEntry, Instruction, State, fingerprint

log = structlog.get_logger("selfcare.instructions")

# The clock of the service may differ from ours by this much (its contract's promise).
SKEW = timedelta(seconds=2)
# A worker that dies while asking is followed by another after this long.
LEASE = timedelta(seconds=10)
LONGEST_PAUSE_SECONDS = 60
SEND_SECONDS = 2.5

CALLS: dict[str, Callable[[str, str, Write], shapes.Done]] = {
    "cancel": transaction_service.create_cancellation,
    "confirm": transaction_service.create_confirmation,
    "decline": transaction_service.create_confirmation,
    "undo": transaction_service.create_undo,
    "withdraw_confirmation": transaction_service.create_confirmation_withdrawal,
    "repeat": transaction_service.create_repetition,
    "request_refund": case_service.open_refund_request,
    "dispute": case_service.open_dispute,
    "report_fraud": case_service.open_fraud_report,
    "recall": case_service.open_recall,
    "ask_merchant": case_service.open_inquiry,
    "case_message": case_service.add_message,
    "case_withdraw": case_service.withdraw,
    "case_escalate": case_service.escalate,
}


# What is said beside a transaction decides nothing about it.
ASIDE = frozenset({"ask_merchant", "case_message", "case_withdraw", "case_escalate"})


class KeyReused(Exception):
    """The same idempotency key came with another payload: nothing is sent."""


def claim(
    *,
    subject: str,
    key: str,
    action: str,
    transaction_id: str,
    payload: dict[str, Any],
    shown: dict[str, Any],
    needs_proof: bool,
    request_id: str,
    queued: bool = False,
    refused: dict[str, Any] | None = None,
) -> tuple[Instruction, bool]:
    """Writes the intent down before anything is sent: (instruction, whether this call made it).

    One that is `queued` waits for its turn (queue.py); one that is `refused` is never sent, and
    kept with the reason. The loser of a race gets the winner's row. Raises KeyReused for another
    payload.
    """
    digest = fingerprint(action, transaction_id, payload)
    now = timezone.now()
    instruction = Instruction(
        subject=subject,
        key=key,
        action=action,
        transaction_id=transaction_id,
        payload=payload,
        shown=shown,
        fingerprint=digest,
        request_id=request_id,
        **_begins(now, needs_proof=needs_proof, queued=queued, refused=refused),
    )
    try:
        with transaction.atomic():
            instruction.save(force_insert=True)
            _audit(instruction, "instruction.claimed", subject)
            drafts.drop(subject, action, payload.get("case_id") or transaction_id)
            if refused is None and action not in ASIDE:
                _replace_waiting(instruction)
    except IntegrityError:
        instruction = Instruction.objects.get(subject=subject, key=key)
        if instruction.fingerprint != digest:
            raise KeyReused from None
        return instruction, False
    return instruction, True


def _begins(
    now: datetime, *, needs_proof: bool, queued: bool, refused: dict[str, Any] | None
) -> dict[str, Any]:
    if refused is not None:
        return {"state": State.REJECTED, "outcome": refused, "settled_at": now}
    if needs_proof:
        return {"state": State.AWAITING_PROOF}
    return {"state": State.QUEUED} if queued else {"state": State.SENDING, **_sending_from(now)}


def start(instruction: Instruction) -> bool:
    """Takes a queued instruction out of the line: True if this call is the one to send it."""
    return Instruction.objects.move(instruction, State.SENDING, **_sending_from(timezone.now()))


def _replace_waiting(instruction: Instruction) -> None:
    """Who decides anew about a transaction no longer wants what still waits for a proof."""
    waiting = Instruction.objects.filter(
        subject=instruction.subject,
        transaction_id=instruction.transaction_id,
        state=State.AWAITING_PROOF,
    )
    for earlier in waiting.exclude(pk=instruction.pk):
        _settle(earlier, State.NOT_DONE, {"code": "replaced"})


def release(instruction: Instruction, *, authentication: dict[str, Any]) -> bool:
    """Lets an instruction go that waited for proof: True if this call is the one to send it."""
    payload = {**instruction.payload, "authentication": authentication}
    with transaction.atomic():
        moved = Instruction.objects.move(
            instruction, State.SENDING, payload=payload, **_sending_from(timezone.now())
        )
        if moved:
            _audit(instruction, "instruction.proved", instruction.subject, **authentication)
    return moved


def send(instruction: Instruction) -> Instruction:
    """Calls the service once and stores what it answered.

    The key on the wire is the instruction's own id: a caller's key is unique for its person only.

    Only the claimer (or releaser) of an instruction may call this, once.
    """
    if instruction.state != State.SENDING or instruction.deadline_at is None:
        raise ValueError("only an instruction that was just claimed is sent")
    write = Write(instruction.public_id, instruction.deadline_at, instruction.payload)
    call = CALLS[instruction.action]
    try:
        with deadline.within((instruction.deadline_at - timezone.now()).total_seconds()):
            done = call(instruction.subject, instruction.transaction_id, write)
    except errors.NotSent as failure:
        _settle(instruction, State.NOT_DONE, {"code": "not_sent", "detail": failure.detail})
    except errors.Rejected as refusal:
        _settle(instruction, State.REJECTED, _refusal(refusal.status, refusal.problem))
    except (errors.NotFound, errors.Forbidden, errors.SignInAgain, errors.TooMany) as refusal:
        _settle(instruction, State.REJECTED, {"code": _code_of(refusal)})
    except errors.NoAnswer as failure:
        _leave_unknown(instruction, failure.detail)
    else:
        _settle(instruction, State.DONE, _result(instruction, done))
    return instruction


def resolve_due(limit: int = 50) -> int:
    """Asks for the outcome of what was sent without an answer; how many were asked for.

    Any number of workers may call it at once: a lease on each row keeps them apart.
    """
    now = timezone.now()
    asked = 0
    for instruction in Instruction.objects.due(now)[:limit]:
        leased = Instruction.objects.filter(
            pk=instruction.pk, state=instruction.state, next_check_at=instruction.next_check_at
        ).update(next_check_at=now + LEASE, checks=F("checks") + 1)
        if leased:
            instruction.checks += 1
            with deadline.within(SEND_SECONDS):
                _resolve(instruction)
            asked += 1
    return asked


def lapse_unproved(limit: int = 500) -> int:
    """Closes what has waited for a proof for too long; how many those were."""
    before = timezone.now() - timedelta(seconds=settings.INTENT_SECONDS)
    left = Instruction.objects.filter(state=State.AWAITING_PROOF, created_at__lt=before)[:limit]
    for instruction in left:
        _settle(instruction, State.NOT_DONE, {"code": "unproved"}, actor="worker")
    return len(left)


def _resolve(instruction: Instruction) -> None:
    try:
        outcome = transaction_service.outcome(instruction.subject, instruction.public_id)
        if outcome.state == "in_progress" or outcome.status is None:
            _leave_unknown(instruction, "still in progress")
        elif 200 <= outcome.status < 300:
            done = transaction_service.done(instruction.subject, outcome.body)
            _settle(instruction, State.DONE, _result(instruction, done), actor="worker")
        else:
            refusal = _refusal(outcome.status, outcome.body or {})
            _settle(instruction, State.REJECTED, refusal, actor="worker")
    except errors.NotFound:
        never = instruction.deadline_at is None or timezone.now() > instruction.deadline_at + SKEW
        if never:
            _settle(instruction, State.NOT_DONE, {"code": "never_arrived"}, actor="worker")
        else:
            _leave_unknown(instruction, "the service hasn't seen it so far")
    except errors.CallFailed as failure:
        _leave_unknown(instruction, failure.detail)


def _sending_from(now: datetime) -> dict[str, datetime]:
    """The worker looks only once the request that sends it must have ended."""
    ends_at = now + timedelta(seconds=deadline.remaining(SEND_SECONDS))
    return {"sent_at": now, "deadline_at": ends_at, "next_check_at": ends_at}


def _settle(
    instruction: Instruction, state: State, outcome: dict[str, Any], *, actor: str = "user"
) -> None:
    with transaction.atomic():
        moved = Instruction.objects.move(
            instruction, state, outcome=outcome, settled_at=timezone.now(), next_check_at=None
        )
        if moved:
            who = instruction.subject if actor == "user" else actor
            _audit(instruction, f"instruction.{state.value}", who, **outcome)
    if not moved:
        # The worker or the request was quicker; both asked the same service by the same key.
        instruction.refresh_from_db()
    log.info("instruction.settled", instruction=instruction.public_id, state=instruction.state)


def _leave_unknown(instruction: Instruction, detail: str) -> None:
    pause = min(2 ** min(instruction.checks, 10) / 2, LONGEST_PAUSE_SECONDS)
    was_unknown = instruction.state == State.UNKNOWN
    with transaction.atomic():
        moved = Instruction.objects.move(
            instruction,
            State.UNKNOWN,
            next_check_at=timezone.now() + timedelta(seconds=pause),
        )
        if moved and not was_unknown:
            _audit(instruction, "instruction.unknown", instruction.subject, detail=detail)
    if not moved:
        instruction.refresh_from_db()
    log.warning("instruction.unknown", instruction=instruction.public_id, detail=detail)


def _audit(instruction: Instruction, name: str, actor: str, **data: Any) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    AuditEntry.objects.create(
        name=name,
        actor=actor,
        subject=instruction.subject,
        instruction=instruction,
        request_id=str(request_id),
        data=data,
    )


def _refusal(status: int, problem: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a refusal: short texts and numbers that each database takes."""
    kept: dict[str, Any] = {"status": status if 400 <= status < 500 else 409}
    for name in ("code", "detail", "reason", "action", "current_version", "refundable_minor"):
        value = problem.get(name)
        if isinstance(value, str):
            # PostgreSQL keeps neither NUL nor half a character in a text.
            kept[name] = value[:500].replace("\x00", "").encode(errors="replace").decode()
        elif isinstance(value, int):
            kept[name] = value
    return kept


def _result(instruction: Instruction, done: shapes.Done) -> dict[str, Any]:
    made = done.transaction
    kept = {
        "id": done.id,
        "transaction_id": made.id,
        "transaction_status": made.status,
        "transaction_version": made.version,
    }
    if made.undo_until and instruction.sent_at:
        # By our clock: the service's may differ by a little, and a merchant's in the sandbox is
        # put forward by months.
        lasts = made.undo_until - made.updated_at
        kept["undo_until"] = shapes.rfc3339(instruction.sent_at + lasts)
    return kept


def _code_of(refusal: errors.CallFailed) -> str:
    return {errors.NotFound: "not_found", errors.TooMany: "too_many_requests"}.get(
        type(refusal), "forbidden"
    )
