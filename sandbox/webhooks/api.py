"""The merchant API's addresses for events and webhooks; who may is up to its door."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox import problems
from sandbox.merchant_api import paging, writing
from sandbox.merchant_api.door import Visit, merchant_api
from sandbox.transactions.bodies import Body
from sandbox.webhooks import contract, doing, wire
from sandbox.webhooks.objects import TYPES

type Json = dict[str, Any]

FARTHEST = 2**63 - 1


@merchant_api("GET")
def event_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?after=<sequence>&limit=&type=`: what comes after it, in the order of its numbers."""
    asked = paging.asked(request.GET, ("after", "type"))
    after, type_ = asked.filters.get("after", "0"), asked.filters.get("type", "")
    fine = after.isascii() and after.isdecimal() and len(after) <= 19 and int(after) <= FARTHEST
    if not fine or asked.after:
        raise paging.bad_filter("after", "is a sequence")
    if type_ and type_ not in TYPES:
        raise paging.bad_filter("type", "is no type of event")
    page = wire.event_page(
        visit.merchant, after=int(after), limit=asked.limit, type_=type_, now=visit.at
    )
    return problems.answer(200, page)


@merchant_api("GET")
def event_detail(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    return problems.answer(200, wire.event(visit.merchant, id_).body())


@merchant_api("GET", "POST")
def endpoint_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "GET":
        return problems.answer(200, wire.endpoint_list(visit.merchant, visit.at))
    body = writing.read(visit, contract.NewEndpoint)
    return _write(
        visit, body, lambda now: doing.make(visit.merchant, body)[0],
        happened="webhook_endpoint.created", check=lambda: doing.check(body.url), secret=True,
    )  # fmt: skip


@merchant_api("GET")
def endpoint_detail(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    return problems.answer(200, wire.endpoint(wire.known_endpoint(visit.merchant, id_)))


@merchant_api("POST")
def change_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    body = writing.read(visit, contract.EndpointChange)
    row = wire.known_endpoint(visit.merchant, id_)
    return _write(
        visit, body, lambda now: doing.change(row, body),
        happened="webhook_endpoint.changed", check=lambda: doing.check(body.url),
    )  # fmt: skip


@merchant_api("POST")
def removal_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    """The answer to a retry is the stored one, though there is no endpoint any more."""
    body = writing.read(visit, contract.EndpointRemoval)
    return _write(
        visit, body, lambda now: doing.remove(wire.known_endpoint(visit.merchant, id_)),
        happened="webhook_endpoint.removed",
    )  # fmt: skip


@merchant_api("POST")
def rotation_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    body = writing.read(visit, contract.SecretRotation)
    row = wire.known_endpoint(visit.merchant, id_)
    return _write(
        visit, body, lambda now: doing.rotate(row, body.overlap_seconds)[0],
        happened="webhook_secret.rotated", secret=True,
    )  # fmt: skip


@merchant_api("POST")
def sample_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    body = writing.read(visit, contract.NewSample)
    row = wire.known_endpoint(visit.merchant, id_)
    return _write(
        visit, body, lambda now: doing.send_sample(row, body.type), happened="webhook.sampled"
    )


@merchant_api("POST")
def resend_new(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    body = writing.read(visit, contract.NewResend)
    row = wire.known_endpoint(visit.merchant, id_)
    return _write(visit, body, lambda now: doing.resend(row, body), happened="webhook.resent")


@merchant_api("GET")
def delivery_list(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    row = wire.known_endpoint(visit.merchant, id_)
    asked = paging.asked(request.GET, wire.DELIVERY_FILTERS)
    return problems.answer(200, wire.delivery_page(row, asked, visit.at))


@merchant_api("GET")
def delivery_detail(request: HttpRequest, visit: Visit, id_: str) -> HttpResponse:
    return problems.answer(200, wire.whole_delivery(wire.known_delivery(visit.merchant, id_)))


def _write(
    visit: Visit,
    body: Body,
    effect: Callable[[datetime], Json],
    *,
    happened: str,
    check: Callable[[], None] = lambda: None,
    secret: bool = False,
) -> HttpResponse:
    """`secret`: the answer tells one, which no stored answer holds."""
    answer = writing.carry_out(
        visit, body, effect,
        operation="merchant_webhooks", happened=happened, check=check,
    )  # fmt: skip
    if secret and answer.status < 400:
        return writing.respond(visit, answer, secret=wire.secret_of(answer.body))
    return writing.respond(visit, answer)
