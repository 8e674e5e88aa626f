"""The console's part about webhooks; the rules are the webhooks' own."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from django.http import HttpRequest, HttpResponse
from pydantic import Field, model_validator

from sandbox import clock, problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.merchant_api import paging
from sandbox.transactions.bodies import Body
from sandbox.webhooks import contract, doing, looking, receiving, wire
from sandbox.webhooks.models import Endpoint
from sandbox.webhooks.objects import TYPES

type Json = dict[str, Any]


class NewResend(contract.NewResend):
    """As at the merchant API, or all of the last so many seconds of the merchant's time."""

    since_seconds: Annotated[int, Field(ge=1, le=366 * 86_400)] | None = None

    @model_validator(mode="after")
    def says_what_in_one_way(self) -> Self:
        ways = (self.events, self.since, self.since_sequence, self.since_seconds)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("say events, since, since_sequence or since_seconds")
        return self


class NewAnswer(Body):
    """What our own receiver says from now on."""

    answers_with: Literal[receiving.ANSWERS]  # type: ignore[valid-type]


def _check(body: contract.NewEndpoint | contract.EndpointChange) -> None:
    doing.check(body.url)


@console("GET", "POST")
def endpoint_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "GET":
        rows = visit.merchant.endpoints.select_related("receiver").order_by("created_at", "id")
        data = [looking.endpoint(row) for row in rows]
        return problems.answer(200, {"data": data, "types": list(TYPES)})

    def effect(body: contract.NewEndpoint, now: datetime) -> Json:
        told, secret = doing.make(visit.merchant, body)
        return {**told, "secret": secret}

    return writing.carry_out(
        request, visit, contract.NewEndpoint, effect, check=_check, secret=("secret",),
        operation="console_webhooks", happened="webhook_endpoint.created",
    )  # fmt: skip


@console("GET")
def endpoint_detail(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    """With how it did lately, and what is needed to change it."""
    row = _known(visit, endpoint_id)
    told = {**looking.endpoint(row), "lately": looking.lately(row, clock.now())}
    return problems.answer(200, {**told, "known_types": list(TYPES)})


@console("POST")
def change_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)
    return writing.carry_out(
        request, visit, contract.EndpointChange, lambda body, _: doing.change(row, body),
        check=_check, operation="console_webhooks", happened="webhook_endpoint.changed",
    )  # fmt: skip


@console("POST")
def removal_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    return writing.carry_out(
        request, visit, contract.EndpointRemoval,
        lambda *_: doing.remove(_known(visit, endpoint_id)),
        operation="console_webhooks", happened="webhook_endpoint.removed",
    )  # fmt: skip


@console("POST")
def rotation_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)

    def effect(body: contract.SecretRotation, now: datetime) -> Json:
        told, secret = doing.rotate(row, body.overlap_seconds)
        return {**told, "secret": secret}

    return writing.carry_out(
        request, visit, contract.SecretRotation, effect, secret=("secret",),
        operation="console_webhooks", happened="webhook_secret.rotated",
    )  # fmt: skip


@console("POST")
def sample_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)
    return writing.carry_out(
        request, visit, contract.NewSample, lambda body, _: doing.send_sample(row, body.type),
        operation="console_webhooks", happened="webhook.sampled",
    )  # fmt: skip


@console("POST")
def resend_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)

    def effect(body: NewResend, now: datetime) -> Json:
        if body.since_seconds is not None:
            since = now - timedelta(seconds=body.since_seconds)
            body = body.model_copy(update={"since": since})
        return doing.resend(row, body)

    return writing.carry_out(
        request, visit, NewResend, effect,
        operation="console_webhooks", happened="webhook.resent",
    )  # fmt: skip


@console("POST")
def answer_new(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)
    return writing.carry_out(
        request, visit, NewAnswer, lambda body, _: doing.answer_with(row, body.answers_with),
        operation="console_webhooks", happened="webhook_receiver.changed",
    )  # fmt: skip


@console("GET")
def delivery_list(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    row = _known(visit, endpoint_id)
    asked = paging.asked(request.GET, wire.DELIVERY_FILTERS)
    page = wire.delivery_page(row, asked, clock.now())
    return problems.answer(200, {**page, "counts": wire.counts(row.deliveries.all())})


@console("GET")
def delivery_detail(request: HttpRequest, visit: Visit, delivery_id: str) -> HttpResponse:
    row = wire.known_delivery(visit.merchant, delivery_id)
    return problems.answer(200, {**wire.whole_delivery(row), "plan": looking.plan(row)})


@console("GET")
def received_list(request: HttpRequest, visit: Visit, endpoint_id: str) -> HttpResponse:
    return problems.answer(200, {"data": looking.received(_known(visit, endpoint_id))})


def _known(visit: Visit, endpoint_id: str) -> Endpoint:
    return wire.known_endpoint(visit.merchant, endpoint_id)
