"""Share links as JSON: made, listed, ended by the same actions as on the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Field, Header, Path, Router, Schema, Status

from selfcare.clients import transactions as service
from selfcare.documents.shares import actions, showing
from selfcare.documents.shares.models import MOST_LIVE, Share
from selfcare.documents.shares.views import LISTED, address_of
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["documents"])

Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{16,128}$")]
TransactionId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["txn_01j8w2k7tq5m"])
]
ShareId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["shr_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
]
Shown = Literal[
    "amount", "date", "status", "counterparty", "iban", "account", "fee", "message", "reference",
    "end_to_end_id",
]  # fmt: skip


class ShareIn(Schema):
    """What the link shows, and for how many days."""

    shown: list[Shown] = Field(
        ["amount", "date", "status", "counterparty"],
        min_length=1,
        max_length=len(showing.NAMES),
        description="account numbers show their end alone",
        examples=[list(showing.DEFAULT)],
    )
    days: Literal[1, 7, 30] = Field(7, examples=[7])


class ShareOut(Schema):
    """A link: `address` is null once it has ended."""

    id: str = Field(examples=["shr_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
    transaction_id: str = Field(examples=["txn_01j8w2k7tq5m"])
    open: bool
    address: str | None = Field(examples=["https://selfcare.example/shared/q3Jx…/"])
    shown: list[str] = Field(examples=[list(showing.DEFAULT)])
    views: int = Field(description="without yours", examples=[3])
    viewed_at: datetime | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Shares(Schema):
    data: list[ShareOut]


def as_json(row: Share) -> ShareOut:
    return ShareOut(
        id=row.public_id,
        transaction_id=row.transaction_id,
        open=row.is_live,
        address=address_of(row) or None,
        shown=row.shown,
        views=row.views,
        viewed_at=row.viewed_at,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


@router.post(
    "/transactions/{transaction_id}/shares",
    response={201: ShareOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 429, 503)},
    summary="Share by a link",
)
def share_new(request: Any, transaction_id: TransactionId, body: ShareIn, key: Key) -> Any:
    """At most 20 are open for one transaction; the same key and body give the same link."""
    txn = service.transaction(request.person.subject, transaction_id)
    try:
        row = actions.share(txn=txn, key=key, shown=body.shown, days=body.days)
    except actions.KeyReused:
        return problems.response(
            request,
            422,
            code="idempotency_key_reused",
            detail="This Idempotency-Key came before with another body. No link was made.",
        )
    except actions.TooManyShares:
        return problems.response(
            request,
            409,
            code="too_many_shares",
            detail=f"{MOST_LIVE} links to it are open already. End one first.",
        )
    return Status(201, as_json(row))


@router.get("/shares", response={200: Shares, **errors_for(401)}, summary="Your share links")
def shares(request: Any) -> Any:
    """Newest first, the ended ones too."""
    rows = Share.objects.of(request.person.subject).order_by("-created_at")[:LISTED]
    return {"data": [as_json(row) for row in rows]}


@router.get(
    "/shares/{share_id}",
    response={200: ShareOut, **errors_for(401, 404, 422)},
    summary="One share link",
)
def share(request: Any, share_id: ShareId) -> ShareOut:
    """How often it was looked at, and until when it is open."""
    row = actions.find(request.person.subject, share_id)
    if row is None:
        raise Http404
    return as_json(row)


@router.post(
    "/shares/{share_id}/revocations",
    response={200: ShareOut, **errors_for(401, 403, 404, 415, 422)},
    summary="End a share link",
)
def revocation(request: Any, share_id: ShareId) -> ShareOut:
    """At once and for good; twice is as good as once."""
    row = actions.revoke(request.person.subject, share_id)
    if row is None:
        raise Http404
    return as_json(row)
