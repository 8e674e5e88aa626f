"""The operations about cases, read from the request and answered; the rules are next door."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from sandbox import clock, problems
from sandbox.cases import evidence, following, listing, opening, wire
from sandbox.cases.models import Case
from sandbox.people.models import Person
from sandbox.transactions import carry
from sandbox.transactions.door import Visit, is_foreign, service

type View = Callable[..., HttpResponseBase]


@service("cases", "GET")
def case_list(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    rows, next_cursor = listing.page(person, request.GET)
    body = {
        "data": [wire.case(row, now) for row in rows],
        "next_cursor": next_cursor,
        "as_of": clock.rfc3339(now),
    }
    return problems.answer(200, body)


@service("case", "GET")
def case_detail(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
    rows = listing.whole().filter(person=person)
    if is_foreign(request):
        row = rows.order_by("-created_at").first()
    else:
        row = rows.filter(pk=listing.case_id(id_)).first()
    if row is None or (row.wire_id != id_ and not is_foreign(request)):
        raise listing.unknown_case()
    visit.facts["transaction_id"] = row.transaction.wire_id
    return problems.answer(200, wire.case(row, clock.now()))


@service("evidence", "GET", "PUT")
def evidence_detail(
    request: HttpRequest, visit: Visit, person: Person, sha256: str
) -> HttpResponse:
    if request.method == "PUT":
        stored = evidence.take_in(request, person, sha256)
        facts = {"sha256": sha256, "media_type": stored.media_type, "size": stored.size}
        return problems.answer(200, facts)
    found = evidence.seen_by(person, sha256)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _opens(operation: str) -> View:
    @service(operation, "POST")
    def view(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
        return carry.to_transaction(request, visit, person, id_, opening.WRITES[operation])

    return view


def _follows(operation: str) -> View:
    @service(operation, "POST")
    def view(request: HttpRequest, visit: Visit, person: Person, id_: str) -> HttpResponse:
        def find() -> carry.Target:
            pk = listing.case_id(id_)
            rows = Case.objects.select_related("transaction__merchant__world")
            case = rows.filter(pk=pk, person=person).first()
            if case is None or case.wire_id != id_:
                raise listing.unknown_case()
            visit.facts["transaction_id"] = case.transaction.wire_id
            return carry.Target(case.transaction.merchant, lambda now: locked(case, now))

        return carry.carry_out(request, visit, person, following.WRITES[operation], find)

    return view


def locked(case: Case, now: datetime) -> Case:
    """Payment first, then the case: everybody takes the locks in this order."""
    payment = carry.locked(case.transaction_id, now)
    row = (
        Case.objects.select_for_update(of=("self",)).select_related("escalated_to").get(pk=case.pk)
    )
    row.transaction, row.person = payment, payment.person
    return row


refund_request_new = _opens("refund_request")
dispute_new = _opens("dispute")
fraud_report_new = _opens("fraud_report")
recall_new = _opens("recall")
inquiry_new = _opens("inquiry")
message_new = _follows("case_message")
withdrawal_new = _follows("case_withdrawal")
escalation_new = _follows("case_escalation")
