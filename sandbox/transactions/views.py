"""The service's operations, read from the request and answered; the rules are next door."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.people.models import Person
from sandbox.transactions import bodies, due, listing, once, wire, writes
from sandbox.transactions.door import (
    Visit,
    is_foreign,
    service,
    transaction_id,
    unknown_transaction,
)
from sandbox.transactions.models import Transaction


@service("accounts", "GET")
def account_list(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    # Their own here first, then those known from imported statements.
    rows = person.accounts.order_by("kind", "opened_at", "pk")
    data = [wire.account(row, person.sub) for row in rows]
    return problems.answer(200, {"data": data, "as_of": clock.rfc3339(now)})


@service("list", "GET")
def transaction_list(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    page = listing.page(person, request.GET)
    body = {
        "data": [wire.transaction(row, now) for row in page.rows],
        "next_cursor": page.next_cursor,
        "as_of": clock.rfc3339(now),
    }
    return problems.answer(200, body)


@service("detail", "GET")
def transaction_detail(
    request: HttpRequest, visit: Visit, person: Person, id_: str
) -> HttpResponse:
    visit.facts["transaction_id"] = id_[:40] if id_.isascii() and "\0" not in id_ else ""
    rows = _whole().filter(person=person)
    if is_foreign(request):
        row = rows.order_by("-created_at").first()
    else:
        row = rows.filter(pk=transaction_id(id_)).first()
    if row is None:
        raise unknown_transaction()
    return problems.answer(200, wire.detail(row, clock.now()))


@service("outcome", "GET")
def outcome_detail(request: HttpRequest, visit: Visit, person: Person, key: str) -> HttpResponse:
    if not once.is_key(key):
        raise problems.ProblemError(404, "unknown_key", "Nothing was ever done with this key.")
    visit.facts["idempotency_key"] = key
    return problems.answer(200, once.outcome(person, key))


@service("cancel", "POST")
def cancellation_new(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    return _write(request, visit, person, id_)


@service("confirm", "POST")
def confirmation_new(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    return _write(request, visit, person, id_)


@service("refund_request", "POST")
def refund_request_new(
    request: HttpRequest, visit: Visit, person: Person, id_: str
) -> HttpResponse:
    return _write(request, visit, person, id_)


def _write(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    """Every write alike: headers, body, whose it is, then once."""
    claim = once.claim_from(request)
    act, shape = writes.WRITES[visit.operation]
    body = bodies.read(request, shape)
    pk = transaction_id(id_)
    if not Transaction.objects.filter(pk=pk, person=person).exists():
        raise unknown_transaction()
    visit.facts |= {"transaction_id": id_, "idempotency_key": claim.key}
    done_before = once.known(claim.key)
    if not done_before:
        writes.check_proof(body, clock.now())
    effects = [""]

    def effect() -> dict[str, object]:
        done = act(_locked(pk), body, clock.now())
        effects[0] = done.effect
        return done.body

    answer = once.once(
        claim,
        person=person,
        operation=visit.operation,
        print_=once.fingerprint(person, request.path, body.model_dump(mode="json")),
        effect=effect,
        note=lambda answer: _note(request, visit, answer, effects[0]),
    )
    visit.facts |= {"replayed": answer.replayed, "code": answer.body.get("code", "")}
    return _response(request, visit, person, answer)


def _response(
    request: HttpRequest, visit: Visit, person: Person, answer: once.Answer
) -> HttpResponse:
    body = answer.body
    if is_foreign(request) and "transaction" in body:
        other = _whole().exclude(person=person).order_by("-created_at").first()
        if other:
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


def _whole() -> QuerySet[Transaction]:
    return Transaction.objects.select_related(
        "account", "merchant", "refund_request", "person", "refund_of"
    )


def _locked(pk: UUID) -> Transaction:
    """The row under lock, with what time has done to it until now."""
    row = (
        Transaction.objects.select_for_update(of=("self",))
        .select_related("account", "peer__person", "merchant", "refund_request", "person")
        .get(pk=pk)
    )
    due.move_on(row, clock.now())
    return row
