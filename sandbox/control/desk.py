"""The other side's desk: open cases, and answering them as merchant, bank or platform."""

from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.http import HttpRequest, HttpResponse

from sandbox import clock, ids
from sandbox.cases import answering, life, listing, play, wire
from sandbox.cases.models import Case
from sandbox.cases.rules import LIVES, OPEN_STATES, RULES
from sandbox.cases.views import locked
from sandbox.control import record
from sandbox.control.views import facts_of, lever, sub_of, transaction_of
from sandbox.problems import answer
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import left_of

ANSWERS = ("accept", "partly", "decline", "contest", "message")
MOST = 200


@lever("GET")
def case_list(request: HttpRequest) -> HttpResponse:
    """The latest cases, newest first: `?sub=&state=open|closed&transaction_id=`."""
    now = clock.now()
    rows = listing.whole().order_by("-created_at", "-id")
    if sub := sub_of(request):
        rows = rows.filter(person__sub=sub)
    state = request.GET.get("state", "")
    if state not in {"", "open", "closed"}:
        raise ValueError("state must be open or closed")
    if state == "open":
        rows = rows.filter(state__in=OPEN_STATES)
    elif state:
        rows = rows.exclude(state__in=OPEN_STATES)
    if text := request.GET.get("transaction_id"):
        rows = rows.filter(transaction=ids.unwire("txn", text))
    return answer(200, [wire.case(row, now) for row in rows[:MOST]])


@lever("POST")
def case_new(request: HttpRequest, id_: str) -> HttpResponse:
    """{"kind", "reason"?, "amount_minor"?, "message"?} → a case of the transaction's person."""
    facts, now = facts_of(request), clock.now()
    kind, reason = facts.get("kind"), facts.get("reason") or ""
    if kind not in RULES or (reason and reason not in RULES[kind].reasons):
        raise ValueError(f"kind must be one of {', '.join(RULES)}, with a reason of its own")
    amount, text = facts.get("amount_minor"), facts.get("message") or "Please look into it."
    if not isinstance(text, str) or len(text) > 2000 or "\0" in text:
        raise ValueError("message may have 2000 characters")
    with database.atomic():
        row = transaction_of(id_, lock=True)
        left = left_of(row)
        if kind in row.open_cases.split():
            raise ValueError(f"a {kind} is open already")
        if amount is not None and (type(amount) is not int or not 1 <= amount <= left):
            raise ValueError(f"amount_minor must be from 1 to {left}")
        wanted = (left if amount is None else amount) if RULES[kind].takes_money else None
        reason = reason or next(iter(RULES[kind].reasons), "")
        case = life.opened(row, kind, at=now, reason=reason, amount_minor=wanted, message=text)
    return answer(201, wire.case(listing.whole().get(pk=case.pk), now))


@lever("POST")
def answer_new(request: HttpRequest, id_: str) -> HttpResponse:
    """{"answer": one of ANSWERS, "amount_minor"?, "text"?} → the case."""
    facts = facts_of(request)
    amount, text = facts.get("amount_minor"), facts.get("text") or ""
    if amount is not None and type(amount) is not int:
        raise ValueError("amount_minor must be a whole number")
    now = clock.now()
    case = say(id_, facts.get("answer"), now, amount_minor=amount, text=text)
    return answer(200, wire.case(case, now))


@lever("POST")
def advance_new(request: HttpRequest, id_: str) -> HttpResponse:
    """{"to": a state, "amount_minor"?} → the case, as if all before had taken its time."""
    facts = facts_of(request)
    target, amount = facts.get("to"), facts.get("amount_minor")
    if target not in Case.State.values or (amount is not None and type(amount) is not int):
        raise ValueError(f"to must be one of {', '.join(Case.State.values)}")
    now = clock.now()
    with database.atomic():
        case = _locked(id_, now)
        _advance(case, target, amount, now)
        _record(case)
    return answer(200, wire.case(listing.whole().get(pk=case.pk), now))


def say(
    id_: str, word: Any, now: datetime, *, amount_minor: int | None = None, text: Any = ""
) -> Case:
    """Answer a case as whoever's turn it is. ValueError says why that can't be said."""
    if word not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}")
    if not isinstance(text, str) or len(text) > 2000 or "\0" in text:
        raise ValueError("text may have 2000 characters")
    with database.atomic():
        case = _locked(id_, now)
        payment = case.transaction
        if word == "accept":
            answering.grant(case, payment, now, note=text)
        elif word == "partly":
            if amount_minor is None:
                raise ValueError("amount_minor says how much of it")
            answering.grant(case, payment, now, amount_minor=amount_minor, note=text)
        elif word == "decline":
            answering.decline(case, payment, now, note=text)
        elif word == "contest":
            answering.contest(case, payment, now, note=text)
        else:
            if not text.strip():
                raise ValueError("text is what the message says")
            answering.write(case, payment, now, text)
        _record(case)
    return listing.whole().get(pk=case.pk)


def _advance(case: Case, target: str, amount: int | None, now: datetime) -> None:
    payment: Transaction = case.transaction
    if target in {"accepted", "declined", "partly_accepted"} and case.state == "needs_user":
        answering.review(case, payment, now)
    if target not in LIVES[case.kind].get(case.state, ()):
        raise answering.IllegalAnswerError(f"a {case.kind} that is {case.state} has no such step")
    match target:
        case "accepted":
            answering.grant(case, payment, now)
        case "partly_accepted":
            amount = play.half(case, payment) if amount is None else amount
            answering.grant(case, payment, now, amount_minor=amount)
        case "declined":
            answering.decline(case, payment, now)
        case "needs_user":
            answering.contest(case, payment, now)
        case "under_review":
            answering.review(case, payment, now)
        case "lapsed":
            answering.lapse(case, payment, now)
        case "answered":
            answering.write(case, payment, now, play.WORDS["inquiry"])
        case "closed":
            answering.close(case, payment, now)
        case _:
            raise answering.IllegalAnswerError(f"{target} is up to the person")


def _locked(id_: str, now: datetime) -> Case:
    case = listing.whole().filter(pk=listing.case_id(id_)).first()
    if case is None or case.wire_id != id_:
        raise listing.unknown_case()
    return locked(case, now)


def _record(case: Case) -> None:
    record.write(
        "advance", sub=case.person.sub, transaction_id=case.transaction.wire_id,
        effect=f"{case.kind}.{case.state}",
    )  # fmt: skip
