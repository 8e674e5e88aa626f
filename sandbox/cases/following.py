"""What a person does in an open case, and taking a closed one further; each under its lock."""

from datetime import datetime

from sandbox import ids
from sandbox.cases import evidence, life, wire
from sandbox.cases.allowed import verdict
from sandbox.cases.bodies import Escalation, Reply, Withdrawal
from sandbox.cases.models import Case, CaseMessage
from sandbox.events import telling
from sandbox.problems import ProblemError
from sandbox.transactions.machine import Actor
from sandbox.transactions.shares import left_of
from sandbox.transactions.wire import detail
from sandbox.transactions.writes import Done, Write


def reply(case: Case, body: Reply, now: datetime) -> Done:
    """A message, with files or without; what was asked of the person is answered by it."""
    _check(case, "message", now)
    payment, person = case.transaction, Actor("user", case.person.name)
    message = CaseMessage.objects.create(
        id=ids.uuid7(now), case=case, at=now, actor_kind=person.kind, actor_name=person.name,
        text=body.text,
    )  # fmt: skip
    life.tell(case, "case.message", by=person, at=now)
    if evidence.attach(case, body.evidence, by=person, at=now, message=message):
        life.tell(case, "case.evidence_added", by=person, at=now)
    if case.state == Case.State.NEEDS_USER:
        life.move(case, payment, "under_review", by=life.PLATFORM, at=now)
    elif case.state == Case.State.ANSWERED:
        life.move(case, payment, "open", by=person, at=now)
    else:
        life.touch(case, now)
    telling.of_case(case, "case.message", by=person.kind, at=now)
    return _done(case, message.wire_id, "message", now)


def withdraw(case: Case, body: Withdrawal, now: datetime) -> Done:
    _check(case, "withdraw", now)
    person = Actor("user", case.person.name)
    life.move(case, case.transaction, "withdrawn", by=person, at=now)
    return _done(case, ids.wire("wdr", ids.uuid7(now)), "withdrawn", now)


def escalate(case: Case, body: Escalation, now: datetime) -> Done:
    """A refund request that came to nothing, or to a part, becomes a dispute about the rest."""
    _check(case, "escalate", now)
    payment = case.transaction
    rest = min((case.amount_minor or 0) - case.granted_minor, left_of(payment))
    made = life.opened(
        payment, "dispute", at=now, reason=body.reason, amount_minor=rest,
        message=body.message or "", escalated_from=case,
    )  # fmt: skip
    life.tell(case, "case.escalated", by=Actor("user", case.person.name), at=now)
    life.touch(case, now)
    telling.of_case(case, "case.escalated", by="user", at=now)
    return _done(made, made.wire_id, "opened", now)


def _check(case: Case, action: str, now: datetime) -> None:
    found = verdict(action, case, now)
    if found.reason == "account_restricted":
        raise ProblemError(403, "account_restricted", "This person may look, not move money.")
    if found.reason:
        told = f"{action} is not allowed: {found.reason}."
        raise ProblemError(409, "action_not_allowed", told, action=action, reason=found.reason)


def _done(case: Case, id_: str, effect: str, now: datetime) -> Done:
    body = {
        "id": id_,
        "case": wire.case(case, now),
        "transaction": detail(case.transaction, now),
    }
    return Done(body, f"{case.kind}.{effect}")


WRITES: dict[str, Write] = {
    "case_message": Write(Reply, reply),
    "case_withdrawal": Write(Withdrawal, withdraw),
    "case_escalation": Write(Escalation, escalate),
}
