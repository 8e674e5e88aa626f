"""What a step of a scenario does on its stage: the functions of the APIs, and no others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db import transaction as database

from sandbox import clock, ids
from sandbox.cases import evidence, following, opening
from sandbox.cases import views as case_views
from sandbox.cases.bodies import DisputeClaim, Piece, RefundWish, Reply
from sandbox.cases.models import Case
from sandbox.control import making
from sandbox.handoffs import claiming, deciding
from sandbox.merchant_api import cases as merchant_cases
from sandbox.merchant_api import handoffs, payments, refunds, wire
from sandbox.merchant_api.contract import (
    Cancellation,
    DisputeAnswer,
    NewPayment,
    NewPayout,
    NewRefund,
    RefundRequestAnswer,
)
from sandbox.merchant_api.door import Visit
from sandbox.merchant_api.examining import Examination
from sandbox.merchant_api.models import ApiKey, Demand
from sandbox.merchant_api.signatures import Message, Signed
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.scenarios import steps
from sandbox.scenarios.outcome import states_of
from sandbox.scenarios.stage import BACK, Stage
from sandbox.transactions import carry, once
from sandbox.transactions.machine import IllegalStepError
from sandbox.transactions.models import Transaction

PHOTO = b"%PDF-1.4 the empty box, as it came"


class WrongError(Exception):
    """What a step expected isn't so."""


def act(stage: Stage, step: Any, key: str) -> str:
    """Do it at the stage's time; says what came of it. ProblemError where it is refused.

    `key` is the step's own, for writes that happen once.
    """
    return ACTS[step.do](stage, step, key)


def _ask(stage: Stage, step: steps.Ask, key: str) -> str:
    shape = NewPayout if step.kind == "payout" else NewPayment
    body = shape(
        amount_minor=step.amount_minor, currency=step.currency, return_url=BACK,
        merchant_reference=step.reference,
        expires_in_seconds=int(steps.span_of(step.lasts).total_seconds()),
    )  # fmt: skip
    own = f"key-{step.key}-{stage.merchant.public_id}" if step.key else key
    answer = payments.create(_visit(stage, own), body, step.kind)
    told = _told(answer)
    stage.asked[step.named] = UUID(told["id"].partition("_")[2])
    if step.answer == "lost":
        return "It happened, and the answer was lost."
    return f"{told['id']}{', the stored answer again' if answer.replayed else ''}"


def _call_off(stage: Stage, step: steps.CallOff, key: str) -> str:
    demand = Demand.objects.get(pk=stage.asked[step.of])
    answer = payments.call_off(_visit(stage, key), demand.wire_id, Cancellation(), demand.kind)
    return str(_told(answer)["status"])


def _open(stage: Stage, step: steps.Open, _: str) -> str:
    row = _taken_on(stage, step.of, stage.people[step.by])
    return f"{step.by} has it: {row.status}"


def _decide(stage: Stage, step: steps.Confirm | steps.Decline, _: str) -> str:
    pk = _taken_on(stage, step.of, stage.people[step.by]).pk
    with database.atomic():
        return str(deciding.answer(pk, step.do, stage.now).status)


def _taken_on(stage: Stage, name: str, person: Person) -> Transaction:
    """As the hand-off's door does it: by the token, for this person."""
    way = Demand.objects.select_related("handoff").get(pk=stage.asked[name]).handoff
    demand = claiming.led_to(person, handoffs.token_of(way.id), stage.now)
    with database.atomic():
        claiming.claim(claiming.locked(demand.pk), person, stage.now)
    return Transaction.objects.get(pk=demand.pk)


def _advance(stage: Stage, step: steps.Advance, _: str) -> str:
    with database.atomic():
        row = carry.locked(stage.asked[step.of], stage.now)
        try:
            making.advance(row, step.to, stage.now, reason_code=step.reason_code or "")
        except IllegalStepError as error:
            raise ProblemError(409, "illegal_step", f"There is no such step: {error}.") from None
    return str(row.status)


def _refund(stage: Stage, step: steps.Refund, key: str) -> str:
    demand = Demand.objects.get(pk=stage.asked[step.of])
    body = NewRefund(amount_minor=step.amount_minor, currency=demand.currency)

    def one(number: int) -> str:
        try:
            visit = _visit(stage, f"{key}-{number}")
            _told(refunds.create(visit, demand.wire_id, body))
        except ProblemError as problem:
            if step.times == 1:
                raise
            return problem.code
        return "done"

    if step.times == 1:
        return one(0)
    answers = sorted(at_once([partial(one, number) for number in range(step.times)]))
    wanted = step.times if step.done is None else step.done
    expected = sorted(["done"] * wanted + [step.refused or ""] * (step.times - wanted))
    if answers != expected:
        raise WrongError(f"expected {', '.join(expected)}; came {', '.join(answers)}")
    return ", ".join(answers)


def at_once(acts: list[Callable[[], str]]) -> list[str]:
    """All of them at the same time, each with a database connection of its own."""

    def alone(one: Callable[[], str]) -> str:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        begun = [pool.submit(copy_context().run, alone, one) for one in acts]
        return [one.result() for one in begun]


def _claim(stage: Stage, step: steps.Claim, _: str) -> str:
    with database.atomic():
        row = carry.locked(stage.asked[step.of], stage.now)
        shape = DisputeClaim if step.do == "dispute" else RefundWish
        body = shape(
            expected_version=row.version, amount_minor=step.amount_minor, currency=row.currency,
            reason=step.reason, message="It didn't go as it should.", evidence=[],
        )  # fmt: skip
        operation = "dispute" if step.do == "dispute" else "refund_request"
        done = opening.WRITES[operation].act(row, body, stage.now)
    stage.cases[step.named] = UUID(done.body["id"].partition("_")[2])
    return str(done.body["case"]["state"])


def _answer(stage: Stage, step: steps.Answer, key: str) -> str:
    case = Case.objects.get(pk=stage.cases[step.of])
    shape = DisputeAnswer if case.kind == "dispute" else RefundRequestAnswer
    facts: dict[str, Any] = {"answer": step.answer}
    if step.amount_minor is not None:
        facts |= {"amount_minor": step.amount_minor, "currency": _currency(case)}
    try:
        body = shape.model_validate(facts)
    except ValueError:
        told = f"A {case.kind} can't be answered by {step.answer}."
        raise ProblemError(400, "bad_request", told) from None
    answer = merchant_cases.answer(_visit(stage, key), case.wire_id, body, case.kind)
    return str(_told(answer)["state"])


def _currency(case: Case) -> str:
    return wire.amount_of(case.transaction)[1]


def _show(stage: Stage, step: steps.Show, _: str) -> str:
    found = Case.objects.select_related("person").get(pk=stage.cases[step.of])
    pieces = []
    if step.file:
        kept = evidence.store(PHOTO, "application/pdf", found.person)
        pieces = [Piece(sha256=kept.sha256, name="box.pdf")]
    with database.atomic():
        case = case_views.locked(found, stage.now)
        following.reply(case, Reply(text=step.text, evidence=pieces), stage.now)
    return str(case.state)


def _webhooks(stage: Stage, step: steps.Webhooks, _: str) -> str:
    stage.answers = stage.answers if step.answers is None else step.answers
    stage.copies = step.copies or stage.copies
    if step.order == "as_sent" and stage.order == "reversed":
        stage.turn_round()
    stage.order = step.order or stage.order
    return f"answers {stage.answers}, copies {stage.copies}, {stage.order.replace('_', ' ')}"


def _expect(stage: Stage, step: steps.Expect, _: str) -> str:
    found = states_of(stage)[step.of]
    for name, value in step.is_.items():
        if name not in found or found[name] != value:
            raise WrongError(f"{step.of}.{name} is {found.get(name)!r}, not {value!r}")
    return "as expected"


def _visit(stage: Stage, key: str) -> Visit:
    """A signed request of the stage's merchant, as the door lets it in."""
    expires = int((clock.real_now() + timedelta(minutes=1)).timestamp())
    signed = Signed("", (), expires - 60, expires, "", "", "hmac-sha256", b"")
    message = Message("POST", f"/merchant-api/v1/{key}", {"idempotency-key": key}, b"")
    exam = Examination(message, signed=signed)
    at = stage.now
    return Visit(ids.uuid7(at), at, exam, ApiKey(merchant=stage.merchant))


def _told(answer: once.Answer) -> dict[str, Any]:
    """What a write answered, or its refusal."""
    if answer.status >= 400:
        raise ProblemError(answer.status, answer.body["code"], answer.body.get("detail", ""))
    return answer.body


ACTS: dict[str, Callable[[Stage, Any, str], str]] = {
    "ask": _ask,
    "call_off": _call_off,
    "open": _open,
    "confirm": _decide,
    "decline": _decide,
    "advance": _advance,
    "refund": _refund,
    "request_refund": _claim,
    "dispute": _claim,
    "answer": _answer,
    "show": _show,
    "webhooks": _webhooks,
    "expect": _expect,
}
