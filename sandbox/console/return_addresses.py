"""The console's part about where customers may be sent back to."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import clock, problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.merchant_api import return_addresses
from sandbox.merchant_api.models import ReturnAddress
from sandbox.problems import ProblemError
from sandbox.transactions.bodies import Body, Text

type Json = dict[str, Any]


class NewAddress(Body):
    url: Annotated[Text, Field(min_length=1, max_length=return_addresses.LONGEST)]


class NewRemoval(Body):
    """Nothing to say."""


@console("GET", "POST")
def address_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return writing.carry_out(
            request, visit, NewAddress,
            lambda body, _: shown(return_addresses.register(visit.merchant, body.url)),
            operation="console_return_address", happened="return_address.registered",
        )  # fmt: skip
    rows = visit.merchant.return_addresses.order_by("pk")
    return problems.answer(200, {"data": [shown(row) for row in rows]})


@console("GET")
def address_detail(request: HttpRequest, visit: Visit, address_id: str) -> HttpResponse:
    return problems.answer(200, shown(_known(visit, address_id)))


@console("POST")
def removal_new(request: HttpRequest, visit: Visit, address_id: str) -> HttpResponse:
    """What was asked for with it keeps it; nothing new can be."""

    def effect(body: NewRemoval, now: datetime) -> Json:
        row = _known(visit, address_id)
        told = shown(row)
        row.delete()
        return told

    return writing.carry_out(
        request, visit, NewRemoval, effect,
        operation="console_return_address_removal", happened="return_address.removed",
    )  # fmt: skip


def shown(row: ReturnAddress) -> Json:
    return {"id": f"ret_{row.pk}", "url": row.url, "created_at": clock.rfc3339(row.created_at)}


def _known(visit: Visit, address_id: str) -> ReturnAddress:
    number = address_id.removeprefix("ret_")
    if address_id.startswith("ret_") and number.isascii() and number.isdecimal():
        found = visit.merchant.return_addresses.filter(pk=int(number[:18])).first()
        if found:
            return found
    raise ProblemError(404, "unknown_return_address", "There is no such return address.")
