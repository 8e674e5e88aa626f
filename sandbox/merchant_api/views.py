"""The merchant API's addresses, read and answered; who may is up to the door."""

from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.merchant_api.door import Visit, merchant_api
from sandbox.problems import ProblemError


@merchant_api("GET")
def balance(request: HttpRequest, visit: Visit) -> HttpResponse:
    rows = visit.merchant.accounts.order_by("currency")
    data = [
        {
            "currency": row.currency,
            "balance_minor": row.balance_minor,
            "available_minor": row.available_minor,
            "reserved_minor": row.reserved_minor,
        }
        for row in rows
    ]
    return problems.answer(200, {"data": data, "as_of": clock.rfc3339(visit.at)})


@merchant_api("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
def nowhere(request: HttpRequest, visit: Visit) -> HttpResponse:
    raise ProblemError(404, "not_found", "There is nothing at this address.")
