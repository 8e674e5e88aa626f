"""The one function that takes a case from state to state, and what its payment keeps of it."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from sandbox import ids, worlds
from sandbox.cases.models import Case, CaseEvent
from sandbox.cases.rules import (
    ANSWERED_CLOSES_AFTER,
    ESCALATABLE,
    ESCALATE_WITHIN,
    EVIDENCE_WITHIN,
    LIVES,
    OPEN_STATES,
    REVIEW_WITHIN,
    RULES,
    STEP_NAMES,
)
from sandbox.events import telling
from sandbox.transactions import machine
from sandbox.transactions.machine import Actor
from sandbox.transactions.models import Transaction

PLATFORM = Actor("platform")
# Whose turn it is in a state; the first one depends on the kind.
TURNS = {"needs_user": "user", "under_review": "platform"}


class IllegalCaseStepError(ValueError):
    """The life of this kind of case has no such step; nothing was changed."""


def opened(
    payment: Transaction,
    kind: str,
    *,
    at: datetime,
    reason: str,
    amount_minor: int | None,
    message: str,
    escalated_from: Case | None = None,
) -> Case:
    """A new case on a locked payment, in the first state of its kind."""
    rule = RULES[kind]
    case = Case(
        id=ids.uuid7(at),
        person=payment.person,
        transaction=payment,
        kind=kind,
        state=rule.first_state,
        reason=reason,
        amount_minor=amount_minor,
        currency=payment.currency,
        message=message,
        created_at=at,
        updated_at=at,
        escalated_from=escalated_from,
    )
    set_clocks(case, at)
    case.save(force_insert=True)
    person = Actor("user", payment.person.name)
    tell(case, "case.opened", by=person, at=at, note=message, amount_minor=amount_minor)
    if kind == "refund_request":
        payment.refund_request = case
    _keep(payment, at)
    machine.tell(payment, f"{kind}.opened", by=person, at=at, note=message or reason)
    telling.of_case(case, "case.opened", by=person.kind, at=at)
    return case


def move(
    case: Case,
    payment: Transaction,
    target: str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    granted_minor: int = 0,
) -> None:
    """One step of the life, with its line in both timelines.

    Must run inside a database transaction that holds the locks of payment and case. Raises
    IllegalCaseStepError.
    """
    if target not in LIVES[case.kind].get(case.state, ()):
        raise IllegalCaseStepError(f"a {case.kind} that is {case.state} can't become {target}")
    case.state = target
    case.granted_minor += granted_minor
    if target in ESCALATABLE and case.kind == "refund_request":
        case.escalate_until = at + ESCALATE_WITHIN
    set_clocks(case, at)
    touch(case, at)
    step = STEP_NAMES.get(target, target)
    _keep(payment, at)
    if step:
        told = granted_minor or None
        tell(case, f"case.{step}", by=by, at=at, note=note, amount_minor=told)
        machine.tell(payment, f"{case.kind}.{step}", by=by, at=at, note=note)
        # The event says what it is now; the timeline, what was done.
        telling.of_case(case, f"case.{target}", by=by.kind, at=at)


def touch(case: Case, at: datetime) -> None:
    """Save a case that was changed."""
    case.version += 1
    case.updated_at = at
    case.save()


def tell(
    case: Case,
    name: str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    amount_minor: int | None = None,
) -> None:
    CaseEvent.objects.create(
        case=case, at=at, name=name, actor_kind=by.kind, actor_name=by.name, note=note,
        amount_minor=amount_minor,
    )  # fmt: skip


def expect_answer(case: Case, at: datetime) -> None:
    """Let the other side play by itself in a while, where that is switched on."""
    least = settings.SANDBOX_ANSWER_SECONDS
    if least and case.waiting_for not in {"", "user"} and not _is_scripted(case):
        case.answer_at = at + timedelta(seconds=least * (1 + random.random()))
        case.due_at = min(filter(None, (case.due_at, case.answer_at)))


def _is_scripted(case: Case) -> bool:
    return worlds.is_scripted(case.transaction.merchant)


def set_clocks(case: Case, at: datetime) -> None:
    """Whose turn it is now, until when, and what time does at the end of it."""
    rule = RULES[case.kind]
    case.answer_at = case.respond_by = case.due_at = None
    case.waiting_for = ""
    if case.state == "answered":
        case.due_at = at + ANSWERED_CLOSES_AFTER
    elif case.is_open:
        first = case.state == rule.first_state
        case.waiting_for = rule.waits_for if first else TURNS[case.state]
        within = rule.answer_within
        if not first:
            within = EVIDENCE_WITHIN if case.waiting_for == "user" else REVIEW_WITHIN
        case.respond_by = case.due_at = at + within
    expect_answer(case, at)


def _keep(payment: Transaction, at: datetime) -> None:
    """What a list of transactions needs to know of cases without asking for them."""
    open_ones = payment.cases.filter(state__in=OPEN_STATES)
    payment.open_cases = " ".join(sorted(open_ones.values_list("kind", flat=True)))
    payment.version += 1
    payment.updated_at = at
    payment.save(update_fields=["refund_request", "open_cases", "version", "updated_at"])
