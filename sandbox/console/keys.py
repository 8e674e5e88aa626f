"""The console's part about keys, in real time; what a key is and may is the merchant API's."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.merchant_api import keys
from sandbox.merchant_api.models import ApiKey
from sandbox.problems import ProblemError
from sandbox.transactions.bodies import Body, Text

type Json = dict[str, Any]

SHOWN_ONCE = ("secret", "token")
SECONDS_MOST = int(keys.LONGEST_OVERLAP.total_seconds())


class NewKey(Body):
    """`public_key` (Ed25519, PEM or base64) makes a key whose secret the merchant has."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    scope: Literal["read", "write"]
    public_key: Annotated[Text, Field(max_length=1000)] = ""


class NewRotation(Body):
    """How long the old key goes on beside its successor."""

    overlap_seconds: Annotated[int, Field(ge=0, le=SECONDS_MOST)] = int(
        keys.OVERLAP.total_seconds()
    )
    public_key: Annotated[Text, Field(max_length=1000)] = ""


class NewRevocation(Body):
    """Nothing to say."""


@console("GET", "POST")
def key_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return writing.carry_out(
            request, visit, NewKey, lambda body, _: _made(_make(visit, body), visit.at),
            operation="console_key", happened="api_key.created", secret=SHOWN_ONCE,
        )  # fmt: skip
    data = [shown(row, visit.at) for row in _ours(visit).order_by("-pk")]
    return problems.answer(200, {"data": data})


@console("GET")
def key_detail(request: HttpRequest, visit: Visit, key_id: str) -> HttpResponse:
    return problems.answer(200, shown(_known(visit, key_id), visit.at))


@console("POST")
def rotation_new(request: HttpRequest, visit: Visit, key_id: str) -> HttpResponse:
    key = _known(visit, key_id)

    def effect(body: NewRotation, _: datetime) -> Json:
        overlap, at = timedelta(seconds=body.overlap_seconds), visit.at
        return _made(keys.rotate(key, at, overlap=overlap, public_key=body.public_key), at)

    return writing.carry_out(
        request, visit, NewRotation, effect,
        operation="console_key_rotation", happened="api_key.rotated", secret=SHOWN_ONCE,
    )  # fmt: skip


@console("POST")
def revocation_new(request: HttpRequest, visit: Visit, key_id: str) -> HttpResponse:
    key = _known(visit, key_id)

    def effect(body: NewRevocation, _: datetime) -> Json:
        keys.revoke(key, visit.at)
        key.refresh_from_db()
        return shown(key, visit.at)

    return writing.carry_out(
        request, visit, NewRevocation, effect,
        operation="console_key_revocation", happened="api_key.revoked",
    )  # fmt: skip


def shown(key: ApiKey, now: datetime) -> Json:
    """A key on the wire, without anything that signs or reads."""
    replaces = key.replaces.public_id if key.replaces else None
    return {**keys.shown(key, now), "environment": key.environment, "replaces": replaces}


def _make(visit: Visit, body: NewKey) -> keys.Made:
    return keys.make(visit.merchant, name=body.name, scope=body.scope, public_key=body.public_key)


def _made(made: keys.Made, now: datetime) -> Json:
    return {**shown(made.key, now), "secret": made.secret or None, "token": made.token}


def _known(visit: Visit, key_id: str) -> ApiKey:
    found = _ours(visit).filter(public_id=key_id).first() if "\0" not in key_id else None
    if found is None:
        raise ProblemError(404, "unknown_key", "There is no such key.")
    return found


def _ours(visit: Visit) -> QuerySet[ApiKey]:
    """The merchant's keys of our environment: of another's we know nothing."""
    rows = visit.merchant.api_keys.filter(environment=settings.SANDBOX_KEYS)
    return rows.select_related("replaces", "merchant")
