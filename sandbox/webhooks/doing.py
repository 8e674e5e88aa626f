"""What a merchant does to endpoints, by the merchant API and the console alike, refusals as
problems; whoever calls keeps the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.webhooks import contract, endpoints, resending, samples, wire
from sandbox.webhooks.models import Endpoint, Receiver

type Json = dict[str, Any]


def check(url: str | None) -> None:
    """Look at an address before anything is locked: that takes a look-up of its name."""
    if url is not None:
        with _refusing():
            endpoints.check_url(url)


def make(merchant: Merchant, body: contract.NewEndpoint) -> tuple[Json, str]:
    """An endpoint whose address was checked, and its secret, which is to be stored nowhere."""
    with _refusing():
        made = endpoints.make(
            merchant, url=body.url or "", types=body.types, description=body.description,
            is_checked=True,
        )  # fmt: skip
    return wire.endpoint(made.endpoint), made.secret


def change(row: Endpoint, body: contract.EndpointChange) -> Json:
    """Its address was checked."""
    active = None if body.state is None else body.state == "active"
    with _refusing():
        changed = endpoints.change(
            row, url=body.url, types=body.types, description=body.description, active=active,
            is_checked=True,
        )  # fmt: skip
    return wire.endpoint(changed)


def remove(row: Endpoint) -> Json:
    told = wire.endpoint(row)
    row.delete()
    return told


def rotate(row: Endpoint, overlap_seconds: int) -> tuple[Json, str]:
    """The endpoint and its new secret."""
    with _refusing():
        made = endpoints.rotate(row, overlap=timedelta(seconds=overlap_seconds))
    return wire.endpoint(made.endpoint), made.secret


def send_sample(row: Endpoint, type_: str) -> Json:
    with _refusing():
        made = samples.send(row, type_)
    return wire.delivery(wire.known_delivery(row.merchant, made.wire_id))


def resend(row: Endpoint, body: contract.NewResend) -> Json:
    with _refusing():
        if body.events is not None:
            return {"count": resending.these(row, body.events)}
        count = resending.since(
            row, at=body.since, sequence=body.since_sequence, only_missed=body.only_missed
        )
    return {"count": count}


def answer_with(row: Endpoint, status: int) -> Json:
    """What our own receiver says from now on. ProblemError 409 where it isn't one of ours."""
    if not Receiver.objects.filter(endpoint=row).update(answers_with=status):
        raise ProblemError(409, "not_a_receiver", "This endpoint isn't a receiver of ours.")
    return {"answers_with": status}


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except endpoints.NotPossibleError as error:
        raise wire.refused(error) from error
