"""Carries a write from its request to its stored answer; what it does is told by `Write`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.cases import due as case_due
from sandbox.people.models import Person
from sandbox.transactions import bodies, due, once, wire, writes
from sandbox.transactions.door import Visit, is_foreign, transaction_id, unknown_transaction
from sandbox.transactions.models import Transaction

WITH = ("account", "merchant", "refund_request", "person", "refund_of")


def to_transaction(
    request: HttpRequest, visit: Visit, person: Person, id_: str, write: writes.Write
) -> HttpResponse:
    """A write to one of the person's transactions; 404 for anybody else's."""

    def find() -> Callable[[datetime], Transaction]:
        pk = transaction_id(id_)
        if not Transaction.objects.filter(pk=pk, person=person).exists():
            raise unknown_transaction()
        visit.facts["transaction_id"] = id_
        return lambda now: locked(pk, now)

    return carry_out(request, visit, person, write, find)


def carry_out(
    request: HttpRequest,
    visit: Visit,
    person: Person,
    write: writes.Write,
    find: Callable[[], Callable[[datetime], Any]],
) -> HttpResponse:
    """Every write alike: headers, body, whose it is, then once.

    `find` says what it is about, or raises ProblemError; what it gives takes the lock.
    """
    claim = once.claim_from(request)
    body = bodies.read(request, write.shape)
    lock = find()
    visit.facts["idempotency_key"] = claim.key
    if not once.known(claim.key):
        writes.check_proof(body, clock.now())
    effects = [""]

    def effect() -> dict[str, object]:
        now = clock.now()
        done = write.act(lock(now), body, now)
        effects[0] = done.effect
        return done.body

    answer = once.once(
        claim,
        owner=person,
        operation=visit.operation,
        print_=once.fingerprint(person, request.path, body.model_dump(mode="json")),
        effect=effect,
        note=lambda answer: _note(request, visit, answer, effects[0]),
    )
    visit.facts |= {"replayed": answer.replayed, "code": answer.body.get("code", "")}
    return _response(request, visit, person, answer)


def locked(pk: UUID, now: datetime) -> Transaction:
    """The row under lock, with what time has done to it and to its cases until now."""
    row = (
        Transaction.objects.select_for_update(of=("self",))
        .select_related("account", "peer__person", "merchant", "refund_request", "person")
        .get(pk=pk)
    )
    due.move_on(row, now)
    if row.open_cases:
        case_due.move_on(row, now)
    return row


def _response(
    request: HttpRequest, visit: Visit, person: Person, answer: once.Answer
) -> HttpResponse:
    body = answer.body
    if is_foreign(request) and "transaction" in body:
        others = Transaction.objects.exclude(person=person).select_related(*WITH)
        if other := others.order_by("-created_at").first():
            body = {**body, "transaction": wire.detail(other, clock.now())}
    if answer.status >= 400:
        body = {**body, "request_id": visit.request_id}
    response = problems.answer(answer.status, body)
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def _note(request: HttpRequest, visit: Visit, answer: once.Answer, effect: str) -> None:
    visit.log(
        answer.status,
        code=answer.body.get("code", ""),
        effect=effect if answer.status < 400 else "",
        fault=request.META.get("sandbox.fault", ""),
    )
