"""The platform's sandbox API for merchants' consoles (docs/contracts/sandbox-api.openapi.json).

Generic on purpose: each part of the console brings the shapes of what it reads and writes.
"""

from collections.abc import Sequence
from typing import Any, Literal

from django.conf import settings
from pydantic import ValidationError

from selfcare import errors
from selfcare.clients import connection, shapes
from selfcare.clients.http import Reply, Service

NAME = "sandbox_api"

service = Service(
    NAME,
    settings.SANDBOX_API_URL,
    threads=max(1, settings.THREADS // 2),
    default_seconds=settings.UPSTREAM_SECONDS,
    token=settings.SANDBOX_API_TOKEN,
)


class Membership(shapes.Shape):
    """A merchant that the person works for, and as what."""

    id: shapes.Identifier
    name: shapes.Text
    role: Literal["admin", "viewer"]


class Memberships(shapes.Shape):
    data: tuple[Membership, ...]


def memberships(subject: str) -> tuple[Membership, ...]:
    """By name; none for somebody whom the sandbox doesn't know."""
    try:
        return read("memberships", Memberships, subject, "/merchants").data
    except errors.NotFound:
        return ()


def read[S: shapes.Shape](
    operation: str,
    shape: type[S],
    subject: str,
    path: str,
    params: Sequence[tuple[str, str]] = (),
) -> S:
    """Reads something of a merchant's; `path` begins behind the person, with a slash.

    Raises errors.CallFailed: NotFound for another merchant's as for what never was.
    """
    reply = service.read(operation, f"/v1/users/{subject}{path}", params=list(params))
    return _parsed(operation, shape, reply)


def write[S: shapes.Shape](
    operation: str,
    shape: type[S],
    subject: str,
    path: str,
    body: dict[str, Any],
    *,
    key: str,
) -> S:
    """Has one thing done under the idempotency key `key`: sent again, it is done once.

    Raises errors.Rejected with the service's code, errors.Forbidden for a viewer, and
    errors.OutcomeUnknown where the same key has to be sent again to learn what became of it.
    """
    address, headers = f"/v1/users/{subject}{path}", {"Idempotency-Key": key}
    try:
        reply = service.write(operation, address, json=body, headers=headers)
    except errors.Rejected as error:
        if error.status == 403:
            raise errors.Forbidden(NAME, operation, error.code) from None
        raise
    try:
        return _parsed(operation, shape, reply)
    except errors.BadReply as failure:
        raise errors.OutcomeUnknown(NAME, operation, failure.detail) from failure


def _parsed[S: shapes.Shape](operation: str, shape: type[S], reply: Reply) -> S:
    try:
        return shape.model_validate_json(reply.body)
    except ValidationError as error:
        raise errors.BadReply(NAME, operation, connection.not_as_agreed(error)) from None
