"""The service's operations, read from the request and answered; the rules are next door."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.people.models import Person
from sandbox.transactions import carry, filters, listing, once, reads, repeating, wire
from sandbox.transactions.door import (
    Visit,
    is_foreign,
    service,
    transaction_id,
    unknown_transaction,
)
from sandbox.transactions.models import Transaction
from sandbox.transactions.writes import WRITES


@service("accounts", "GET")
def account_list(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    # Their own here first, then those known from imported statements.
    rows = person.accounts.order_by("kind", "opened_at", "pk")
    data = [wire.account(row, person.sub) for row in rows]
    return problems.answer(200, {"data": data, "as_of": clock.rfc3339(now)})


@service("list", "GET")
def transaction_list(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    return reads.page(listing.question(person, filters.from_query(request.GET)))


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
    return carry.to_transaction(request, visit, person, id_, WRITES["cancel"])


@service("confirm", "POST")
def confirmation_new(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    return carry.to_transaction(request, visit, person, id_, WRITES["confirm"])


@service("undo", "POST")
def undo_new(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    return carry.to_transaction(request, visit, person, id_, WRITES["undo"])


@service("withdraw_confirmation", "POST")
def confirmation_withdrawal_new(
    request: HttpRequest, visit: Visit, person: Person, id_: str
) -> HttpResponse:
    return carry.to_transaction(request, visit, person, id_, WRITES["withdraw_confirmation"])


@service("repeat_offer", "GET")
def repeat_offer(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    pk = transaction_id(id_)
    row = _whole().filter(person=person, pk=pk).first()
    if row is None:
        raise unknown_transaction()
    visit.facts["transaction_id"] = id_
    return problems.answer(200, repeating.offer(row, clock.now()))


@service("repeat", "POST")
def repetition_new(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    return carry.to_transaction(request, visit, person, id_, repeating.WRITES["repeat"])


def _whole() -> QuerySet[Transaction]:
    return Transaction.objects.select_related(
        "account", "merchant__world", "refund_request", "person", "refund_of"
    )
