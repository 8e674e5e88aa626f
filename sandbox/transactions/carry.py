"""Carries a write from its request to its stored answer; what it does is told by `Write`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems, worlds
from sandbox.cases import due as case_due
from sandbox.people.models import Merchant, Person
from sandbox.transactions import bodies, due, once, wire, writes
from sandbox.transactions.door import Visit, is_foreign, transaction_id, unknown_transaction
from sandbox.transactions.models import Transaction

WITH = ("account", "merchant__world", "refund_request", "person", "refund_of")


class Target(NamedTuple):
    """What a write is about: in whose world, and what takes its lock."""

    merchant: Merchant | None
    lock: Callable[[datetime], Any]


def to_transaction(
    request: HttpRequest, visit: Visit, person: Person, id_: str, write: writes.Write
) -> HttpResponse:
    """A write to one of the person's transactions; 404 for anybody else's."""

    def find() -> Target:
        pk = transaction_id(id_)
        rows = Transaction.objects.filter(pk=pk, person=person)
        row = rows.select_related("merchant__world").only("merchant").first()
        if row is None:
            raise unknown_transaction()
        visit.facts["transaction_id"] = id_
        return Target(row.merchant, lambda now: locked(pk, now))

    return carry_out(request, visit, person, write, find)


def carry_out(
    request: HttpRequest,
    visit: Visit,
    person: Person,
    write: writes.Write,
    find: Callable[[], Target],
) -> HttpResponse:
    """Every write alike: headers, body, whose it is, then once.

    `find` says what it is about, or raises ProblemError.
    """
    claim = once.claim_from(request)
    body = bodies.read(request, write.shape)
    target = find()
    visit.facts["idempotency_key"] = claim.key
    if not once.known(claim.key):
        writes.check_proof(body, clock.real_now())
    effects = [""]

    def effect() -> dict[str, object]:
        with worlds.entered(target.merchant):
            now = clock.now()
            done = write.act(target.lock(now), body, now)
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
    """The row under lock, with what time has done to it and to its cases until now.

    ProblemError 404 where its merchant began anew since it was found.
    """
    row = (
        Transaction.objects.select_for_update(of=("self",))
        .select_related("account", "peer__person", "merchant__world", "refund_request", "person")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise unknown_transaction()
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
