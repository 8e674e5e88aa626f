"""What customers want of a merchant: refund requests, disputes, questions, and its answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox import clock, ids
from sandbox.cases import answering, views
from sandbox.cases.models import Case, Evidence
from sandbox.cases.rules import OPEN_STATES, RULES
from sandbox.merchant_api import wire, writing
from sandbox.merchant_api.contract import Answer, NewMessage
from sandbox.merchant_api.door import Visit
from sandbox.merchant_api.models import PREFIXES
from sandbox.merchant_api.paging import Asked, Place, bad_filter
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions import machine, once
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import left_of, share_at_merchant

type Json = dict[str, Any]

FILTERS = ("state", "payment")
STATES = ("open", "closed")


def page(merchant: Merchant, asked: Asked, now: datetime, kind: str) -> Json:
    """Newest first. ProblemError 400 `bad_filter`."""
    rows = _theirs(merchant, kind)
    if (state := asked.filters.get("state")) is not None:
        if state not in STATES:
            raise bad_filter("state", f"is one of {', '.join(STATES)}")
        is_open = {"state__in": OPEN_STATES}
        rows = rows.filter(**is_open) if state == "open" else rows.exclude(**is_open)
    if (payment := asked.filters.get("payment")) is not None:
        if (pk := ids.unwire(PREFIXES["payment"], payment)) is None:
            raise bad_filter("payment", "is the id of a payment")
        rows = rows.filter(transaction=pk)
    if asked.after:
        rows = rows.filter(asked.after.older("created_at"))
    found = list(rows.order_by("-created_at", "-id")[: asked.limit + 1])
    told, more = found[: asked.limit], len(found) > asked.limit
    return {
        "data": [wire.case(row) for row in told],
        "next_cursor": Place(told[-1].created_at, told[-1].id).cursor() if more else None,
        "as_of": clock.rfc3339(now),
    }


def one(merchant: Merchant, wire_id: str, kind: str) -> Json:
    return wire.whole_case(_found(merchant, wire_id, kind))


def evidence(merchant: Merchant, wire_id: str, sha256: str, kind: str) -> Evidence:
    """A file that was shown in the case. ProblemError 404 for any other."""
    shown = _found(merchant, wire_id, kind).files.filter(evidence=sha256)
    file = shown.select_related("evidence").first()
    if file is None:
        raise ProblemError(404, "unknown_evidence", "There is no such file.")
    return file.evidence


def answer(visit: Visit, wire_id: str, body: Answer, kind: str) -> once.Answer:
    """Say yes or no while it is the merchant's turn; a yes gives the money back."""

    def effect(case: Case, now: datetime) -> None:
        payment, text = case.transaction, body.message or ""
        if case.waiting_for != "merchant":
            told = f"It isn't your turn: the {kind} is {case.state}."
            raise ProblemError(409, "action_not_allowed", told, action="answer", reason=case.state)
        match getattr(body, "answer", ""):
            case "accept":
                _grant(case, payment, body, now)
            case "contest":
                answering.contest(case, payment, now, note=text)
            case _:
                answering.decline(case, payment, now, note=text)

    return _carry_out(visit, wire_id, body, effect, kind=kind)


def write(visit: Visit, wire_id: str, body: NewMessage, kind: str) -> once.Answer:
    """A message to the customer; a question is answered by it."""
    by = machine.Actor("merchant", visit.merchant.name)

    def effect(case: Case, now: datetime) -> None:
        if not case.is_open:
            told = f"The {kind} is {case.state}."
            raise ProblemError(409, "action_not_allowed", told, action="message", reason=case.state)
        answering.write(case, case.transaction, now, body.text, by=by)

    return _carry_out(visit, wire_id, body, effect, kind=kind)


def _carry_out(
    visit: Visit,
    wire_id: str,
    body: Answer | NewMessage,
    act: Callable[[Case, datetime], None],
    *,
    kind: str,
) -> once.Answer:
    found = _found(visit.merchant, wire_id, kind)

    def effect(now: datetime) -> Json:
        act(views.locked(found, now), now)
        return one(visit.merchant, wire_id, kind)

    return writing.carry_out(
        visit, body, effect, operation=f"merchant_{kind}", happened=f"{kind}.answered"
    )


def _grant(case: Case, payment: Transaction, body: Answer, now: datetime) -> None:
    """The amount is in the merchant's currency; all of what was asked for is all in any."""
    asked = case.amount_minor or 0
    whole = share_at_merchant(payment, asked)
    _, currency = wire.amount_of(payment)
    text, amount = body.message or "", body.amount_minor
    if body.currency not in {None, currency}:
        told = f"The payment was asked for in {currency}."
        raise ProblemError(422, "wrong_currency", told, currency=currency)
    if amount is None or amount == whole:
        return answering.grant(case, payment, now, note=text)
    theirs = asked * amount // whole if amount < whole else asked + 1
    left = min(asked, left_of(payment))
    if not 0 < theirs <= left:
        told = "The amount must be from 1 to what was asked for and is left."
        most = share_at_merchant(payment, left)
        raise ProblemError(422, "amount_exceeds_refundable", told, refundable_minor=most)
    return answering.grant(
        case, payment, now, amount_minor=theirs, note=text, original_minor=amount
    )


def _found(merchant: Merchant, wire_id: str, kind: str) -> Case:
    """ProblemError 404 for another merchant's as for what never was."""
    pk = ids.unwire(RULES[kind].prefix, wire_id)
    case: Case | None = _theirs(merchant, kind).filter(pk=pk).first() if pk else None
    if case is None:
        raise ProblemError(404, f"unknown_{kind}", "There is no such case.")
    return case


def _theirs(merchant: Merchant, kind: str) -> Any:
    rows = Case.objects.filter(transaction__merchant=merchant, kind=kind)
    return rows.select_related("transaction", "escalated_from")
