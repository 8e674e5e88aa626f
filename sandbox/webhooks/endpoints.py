"""A merchant's endpoints: made, changed, switched off and on, their secrets; sends nothing."""

import base64
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction as database

from sandbox import clock, ids
from sandbox.events import signing
from sandbox.merchant_api import sealing
from sandbox.people.models import Merchant
from sandbox.webhooks import addresses
from sandbox.webhooks.models import Delivery, Endpoint, Receiver
from sandbox.webhooks.objects import TYPES

type Json = dict[str, Any]

MOST = 16
MOST_TYPES = 60
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
CHOICES = frozenset({"*", *TYPES, *(f"{type_.partition('.')[0]}.*" for type_ in TYPES)})
WHY = {
    "malformed": "url must begin with https:// and have a host; no user, no fragment, and no port "
    "below 1024 but 443.",
    "private": "url leads to a private address.",
    "unknown_host": "url leads nowhere: there is no such host.",
}


class NotPossibleError(ValueError):
    """What was asked for isn't possible; `code` and `field` say why and where."""

    def __init__(self, code: str, told: str, field: str = "") -> None:
        super().__init__(told)
        self.code, self.field = code, field


class Made(NamedTuple):
    """An endpoint with its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


def make(
    merchant: Merchant,
    *,
    url: str,
    types: Iterable[str],
    description: str = "",
    is_checked: bool = False,
) -> Made:
    """An endpoint at this address; without one, at a receiver of our own.

    `is_checked`: by `check_url`, which looks a name up and had better not be under a lock.
    NotPossibleError.
    """
    token = "" if url else secrets.token_urlsafe(32)
    url = url or f"{settings.SANDBOX_URL}/receiver/{token}/"
    if not is_checked:
        check_url(url)
    now = clock.now()
    row_id, secret = ids.uuid7(clock.real_now()), new_secret()
    with database.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        if merchant.endpoints.count() >= MOST:
            raise NotPossibleError("too_many", f"{MOST} endpoints are the most.")
        endpoint = Endpoint.objects.create(
            id=row_id, merchant=merchant, url=url, types=checked_types(types),
            description=checked_description(description), created_at=now,
            secret=sealing.seal(secret.encode(), str(row_id)),
        )  # fmt: skip
        if token:
            Receiver.objects.create(token=token, endpoint=endpoint)
    return Made(endpoint, secret)


def change(
    endpoint: Endpoint,
    *,
    url: str | None = None,
    types: Iterable[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
    is_checked: bool = False,
) -> Endpoint:
    """What isn't None is changed, under the endpoint's lock. NotPossibleError."""
    if url is not None and not is_checked:
        check_url(url)
    with database.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if url is not None and url != held.url:
            held.url, held.failing_since = url, None
            Receiver.objects.filter(endpoint=held).delete()
        if types is not None:
            held.types = checked_types(types)
        if description is not None:
            held.description = checked_description(description)
        held.save()
        if active is False and held.state == Endpoint.State.ACTIVE:
            switch_off(held, Endpoint.Why.SWITCHED_OFF, clock.now())
        elif active and held.state == Endpoint.State.DISABLED:
            _switch_on(held)
    return held


def is_asked_for(merchant: Merchant, noun: str) -> bool:
    """Whether an endpoint that is on chose these events by name, and not with `*` among all."""
    rows = merchant.endpoints.filter(state=Endpoint.State.ACTIVE).values_list("types", flat=True)
    return any(type_.partition(".")[0] == noun for types in rows for type_ in types)


def switch_off(endpoint: Endpoint, why: str, at: datetime) -> None:
    """Under the endpoint's lock: nothing more is sent, and what waited can be sent again later."""
    endpoint.state, endpoint.disabled_reason = Endpoint.State.DISABLED, why
    endpoint.disabled_at = at
    endpoint.save()
    waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.STOPPED)


def _switch_on(endpoint: Endpoint) -> None:
    """From now on; what was missed is sent by `resending.since`."""
    endpoint.state, endpoint.disabled_reason = Endpoint.State.ACTIVE, ""
    endpoint.disabled_at = endpoint.failing_since = None
    endpoint.save()


def rotate(endpoint: Endpoint, *, overlap: timedelta = OVERLAP) -> Made:
    """Another secret; the former one signs along until the overlap is over. NotPossibleError."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        told = "The overlap may be up to seven days."
        raise NotPossibleError("bad_overlap", told, "overlap_seconds")
    secret = new_secret()
    with database.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        held.former_secret = bytes(held.secret) if overlap else None
        held.former_until = clock.real_now() + overlap if overlap else None
        held.secret = sealing.seal(secret.encode(), str(held.pk))
        held.save()
    return Made(held, secret)


def live_keys(endpoint: Endpoint, now: datetime) -> list[bytes]:
    """The keys that sign at this instant of real time, the newest first."""
    sealed = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until and now < endpoint.former_until:
        sealed.append(endpoint.former_secret)
    opened = [sealing.unseal(bytes(one), str(endpoint.pk)).decode() for one in sealed]
    return signing.keys(" ".join(opened))


def secret_of(endpoint: Endpoint) -> str:
    """As it was shown when it was made."""
    return sealing.unseal(bytes(endpoint.secret), str(endpoint.pk)).decode()


def hint(endpoint: Endpoint) -> str:
    """The end of the secret; of its 43 letters four say nothing of use."""
    return secret_of(endpoint).rstrip("=")[-4:]


def new_secret() -> str:
    return signing.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_url(url: str) -> None:
    try:
        addresses.check(url)
    except addresses.NotAllowedError as error:
        code = {"malformed": "bad_url", "private": "private_address"}.get(error.code, error.code)
        raise NotPossibleError(code, WHY[error.code], "url") from error


def checked_types(types: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(types))
    if not found or len(found) > MOST_TYPES or not CHOICES.issuperset(found):
        strange = ", ".join(sorted(set(found) - CHOICES))[:200]
        told = f"There is no such type of event: {strange}." if strange else "Choose some types."
        raise NotPossibleError("unknown_type", told, "types")
    return found


def checked_description(text: str) -> str:
    found = re.sub(r"\s+", " ", text).strip()
    if len(found) > 80 or not found.isprintable():
        raise NotPossibleError("bad_description", "At most 80 characters.", "description")
    return found
