"""A person's addresses as JSON; what may be done is decided in address_actions and verifying."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Field, Path, Router, Schema, Status
from pydantic import StringConstraints

from selfcare.notifications.addresses import actions, book, verifying
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.addresses.views import own_address
from selfcare.notifications.models import Address
from selfcare.notifications.models.rules import Channel
from selfcare.web import problems
from selfcare.web.api import api, errors_for

router = Router(tags=["addresses"])

ADDRESS = "adr_019c8f3e0a7b7c52a1d4f0b7c3a2e915"
AddressId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[ADDRESS])]
Text = Annotated[str, StringConstraints(max_length=1000)]
Name = Annotated[str, StringConstraints(max_length=200)]


class Keys(Schema):
    p256dh: Text
    auth: Text


class Subscription(Schema):
    """What PushSubscription.toJSON gives."""

    endpoint: Text = Field(examples=["https://push.example/abc"])
    keys: Keys


class AddressIn(Schema):
    """`value` for an e-mail address or a phone (E.164), `subscription` for a browser."""

    channel: Literal["email", "sms", "push"] = Field(examples=["email"])
    value: Text = Field("", examples=["alice@example.com"])
    subscription: Subscription | None = None
    name: Name = Field("", examples=["work"])


class AddressChange(Schema):
    """What is left out stays. The primary is unset by choosing another."""

    name: Name | None = Field(None, examples=["work"])
    is_primary: Literal[True] | None = None


class AddressCodeIn(Schema):
    code: Annotated[str, StringConstraints(max_length=40)] = Field(examples=["123456"])


class AddressOut(Schema):
    """Of a browser `value` is the host alone: its endpoint is a secret of its own."""

    id: str = Field(examples=[ADDRESS])
    channel: str = Field(examples=["email"])
    value: str = Field(examples=["alice@example.com"])
    name: str
    state: Literal["pending", "active", "off"]
    off_reason: str | None = Field(examples=["bounced"])
    is_primary: bool
    from_sign_in: bool = Field(description="the provider told of it; it can't be removed here")
    added_at: datetime
    verified_at: datetime | None


class AddressesOut(Schema):
    data: list[AddressOut]


@api.exception_handler(Refused)
def _refused(request: Any, refusal: Refused) -> HttpResponse:
    return problems.response(request, refusal.status, code=refusal.code, detail=refusal.words)


def as_json(address: Address) -> dict[str, Any]:
    return {
        "id": address.public_id,
        "channel": address.channel,
        "value": address.shown if address.channel == Channel.PUSH else address.value,
        "name": address.name,
        "state": address.state,
        "off_reason": address.off_reason or None,
        "is_primary": address.is_primary,
        "from_sign_in": address.from_provider,
        "added_at": address.added_at,
        "verified_at": address.verified_at,
    }


@router.get(
    "/addresses",
    response={200: AddressesOut, **errors_for(401, 503)},
    summary="Your addresses",
)
def address_list(request: Any) -> Any:
    """Where you can be told: e-mail addresses, phones and browsers."""
    subject = request.person.subject
    book.know_sign_in_address(subject)
    rows = Address.objects.of(subject).order_by("channel", "-is_primary", "added_at", "pk")
    return {"data": [as_json(row) for row in rows]}


@router.post(
    "/addresses",
    response={201: AddressOut, **errors_for(400, 401, 403, 409, 415, 422, 429, 503)},
    summary="Add an address",
)
def address_new(request: Any, body: AddressIn) -> Any:
    """A code is sent there; until it comes back nothing else is."""
    subject = request.person.subject
    if body.channel == "email":
        made = actions.add_email(subject=subject, value=body.value, name=body.name)
    elif body.channel == "sms":
        made = actions.add_phone(subject=subject, value=body.value, name=body.name)
    else:
        told = body.subscription.model_dump() if body.subscription else {}
        made = actions.add_browser(subject=subject, subscription=told, name=body.name)
    return Status(201, as_json(made))


@router.patch(
    "/addresses/{address_id}",
    response={200: AddressOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Name an address, or make it the primary",
)
def address_change(request: Any, address_id: AddressId, body: AddressChange) -> Any:
    """The primary of its kind is where messages go."""
    address = own_address(request, address_id)
    if body.is_primary:
        actions.choose_primary(address=address)
    if body.name is not None:
        actions.rename(address=address, name=body.name)
    address.refresh_from_db()
    return as_json(address)


@router.post(
    "/addresses/{address_id}/codes",
    response={204: None, **errors_for(400, 401, 403, 404, 409, 415, 422, 429, 503)},
    summary="Have another code sent",
)
def code_new(request: Any, address_id: AddressId) -> Any:
    """In place of the one before."""
    verifying.send_code(own_address(request, address_id))
    return Status(204, None)


@router.post(
    "/addresses/{address_id}/verifications",
    response={200: AddressOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Verify an address",
)
def verification_new(request: Any, address_id: AddressId, body: AddressCodeIn) -> Any:
    """With the code that was sent there; it has five tries and ten minutes."""
    address = own_address(request, address_id)
    verifying.verify(address, body.code)
    address.refresh_from_db()
    return as_json(address)


@router.delete(
    "/addresses/{address_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 409, 415, 503)},
    summary="Remove an address",
)
def address_removal(request: Any, address_id: AddressId) -> Any:
    """Nothing is sent there any more. 409 `sign_in_address` for the one you sign in with."""
    actions.remove(address=own_address(request, address_id))
    return Status(204, None)
