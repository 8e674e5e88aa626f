"""The console's part about the log of the merchant's requests."""

from django.http import HttpRequest, HttpResponse

from sandbox import problems
from sandbox.console.door import Visit, console
from sandbox.merchant_api import log, paging


@console("GET")
def request_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    asked = paging.asked(request.GET, log.FILTERS)
    return problems.answer(200, log.page(visit.merchant, asked, visit.at))


@console("GET")
def request_detail(request: HttpRequest, visit: Visit, request_id: str) -> HttpResponse:
    """With how its sender was examined: why a signature was refused."""
    return problems.answer(200, log.one(visit.merchant, request_id))
