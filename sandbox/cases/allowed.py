"""What a person may do in a case of theirs now, until when, and if not, why; changes nothing."""

from datetime import datetime
from typing import NamedTuple

from sandbox import worlds
from sandbox.cases.models import Case
from sandbox.cases.rules import ESCALATABLE


class Verdict(NamedTuple):
    """`reason` is None if it is allowed."""

    reason: str | None
    until: datetime | None = None


def actions(case: Case, now: datetime) -> list[tuple[str, Verdict]]:
    """Every action that makes sense for the kind, refused ones with their reason."""
    names = ["message", "add_evidence", "withdraw"]
    if case.kind == Case.Kind.REFUND_REQUEST:
        names.append("escalate")
    return [(name, verdict(name, case, now)) for name in names]


def verdict(action: str, case: Case, now: datetime) -> Verdict:
    """May its own person do it? A restricted person may only ask questions."""
    if case.person.restricted and case.kind != Case.Kind.INQUIRY:
        return Verdict("account_restricted")
    if action == "escalate":
        return _escalate(case, worlds.moment(case.transaction.merchant, now))
    if not case.is_open:
        return Verdict("case_closed")
    # When their turn is over the case goes on, and they may still write.
    return Verdict(None, case.respond_by if case.waiting_for == "user" else None)


def _escalate(case: Case, now: datetime) -> Verdict:
    if case.is_open:
        return Verdict("still_open")
    if case.kind != Case.Kind.REFUND_REQUEST or case.state not in ESCALATABLE:
        return Verdict("not_escalatable")
    payment = case.transaction
    if getattr(case, "escalated_to", None):
        return Verdict("already_escalated")
    if "dispute" in payment.open_cases.split():
        return Verdict("dispute_open")
    if payment.amount_minor <= payment.refunded_minor:
        return Verdict("already_refunded")
    until = case.escalate_until
    return Verdict("deadline_passed" if until is None or now >= until else None, until)
