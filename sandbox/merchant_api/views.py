"""The merchant API's addresses, read and answered; who may is up to the door."""

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.cases import due as case_due
from sandbox.merchant_api import cases, log, paging, payments, refunds, writing
from sandbox.merchant_api.contract import (
    Cancellation,
    DisputeAnswer,
    NewMessage,
    NewPayment,
    NewPayout,
    NewRefund,
    RefundRequestAnswer,
)
from sandbox.merchant_api.door import Visit, merchant_api
from sandbox.problems import ProblemError
from sandbox.transactions import due


@merchant_api("GET")
def balance(request: HttpRequest, visit: Visit) -> HttpResponse:
    due.apply_due(visit.at)
    data = [
        {
            "currency": row.currency,
            "balance_minor": row.balance_minor,
            "available_minor": row.available_minor,
            "reserved_minor": row.reserved_minor,
        }
        for row in visit.merchant.accounts.order_by("currency")
    ]
    return problems.answer(200, {"data": data, "as_of": clock.rfc3339(visit.at)})


@merchant_api("GET", "POST")
def demand_list(request: HttpRequest, visit: Visit, kind: str) -> HttpResponse:
    due.apply_due(visit.at)
    if request.method == "POST":
        return _new_demand(visit, kind)
    asked = paging.asked(request.GET, payments.FILTERS)
    return problems.answer(200, payments.page(visit.merchant, asked, visit.at, kind))


def _new_demand(visit: Visit, kind: str) -> HttpResponse:
    shape = {"payment": NewPayment, "payout": NewPayout}[kind]
    answer = payments.create(visit, writing.read(visit, shape), kind)
    if answer.status >= 400:
        return writing.respond(visit, answer)
    return writing.respond(visit, answer, handoff_url=payments.handoff_url(answer))


@merchant_api("GET")
def demand_detail(request: HttpRequest, visit: Visit, kind: str, id_: str) -> HttpResponse:
    due.apply_due(visit.at)
    return problems.answer(200, payments.one(visit.merchant, id_, visit.at, kind))


@merchant_api("POST")
def cancellation_new(request: HttpRequest, visit: Visit, kind: str, id_: str) -> HttpResponse:
    due.apply_due(visit.at)
    answer = payments.call_off(visit, id_, writing.read(visit, Cancellation), kind)
    return writing.respond(visit, answer)


@merchant_api("POST")
def refund_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    due.apply_due(visit.at)
    return writing.respond(visit, refunds.create(visit, id_, writing.read(visit, NewRefund)))


@merchant_api("GET")
def refund_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    asked = paging.asked(request.GET, refunds.FILTERS)
    return problems.answer(200, refunds.page(visit.merchant, asked, visit.at))


@merchant_api("GET")
def refund_detail(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    return problems.answer(200, refunds.one(visit.merchant, id_))


@merchant_api("GET")
def case_list(request: HttpRequest, visit: Visit, kind: str) -> HttpResponse:
    case_due.apply_due(visit.at)
    asked = paging.asked(request.GET, cases.FILTERS)
    return problems.answer(200, cases.page(visit.merchant, asked, visit.at, kind))


@merchant_api("GET")
def case_detail(request: HttpRequest, visit: Visit, kind: str, id_: str) -> HttpResponse:
    case_due.apply_due(visit.at)
    return problems.answer(200, cases.one(visit.merchant, id_, kind))


@merchant_api("GET")
def evidence_detail(
    request: HttpRequest, visit: Visit, kind: str, id_: str, sha256: str
) -> HttpResponse:
    """The file's bytes, to be kept and not to be shown: they are a stranger's."""
    found = cases.evidence(visit.merchant, id_, sha256, kind)
    return HttpResponse(
        bytes(found.content),
        content_type=found.media_type,
        headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
    )


@merchant_api("POST")
def answer_new(request: HttpRequest, visit: Visit, kind: str, id_: str) -> HttpResponse:
    case_due.apply_due(visit.at)
    shape = {"refund_request": RefundRequestAnswer, "dispute": DisputeAnswer}[kind]
    return writing.respond(visit, cases.answer(visit, id_, writing.read(visit, shape), kind))


@merchant_api("POST")
def message_new(request: HttpRequest, visit: Visit, kind: str, id_: str) -> HttpResponse:
    case_due.apply_due(visit.at)
    return writing.respond(visit, cases.write(visit, id_, writing.read(visit, NewMessage), kind))


@merchant_api("GET")
def request_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The log, newest first: `?verdict=refused&method=&key=&limit=&cursor=`."""
    asked = paging.asked(request.GET, log.FILTERS)
    return problems.answer(200, log.page(visit.merchant, asked, clock.real_now()))


@merchant_api("GET")
def request_detail(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    """One of them with how its sender was examined: why a signature was refused."""
    return problems.answer(200, log.one(visit.merchant, id_))


@merchant_api("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
def nowhere(request: HttpRequest, visit: Visit) -> HttpResponse:
    raise ProblemError(404, "not_found", "There is nothing at this address.")
