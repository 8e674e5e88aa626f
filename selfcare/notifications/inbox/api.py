"""The inbox as JSON: the same filters and cursors as on its page, counts, and marks in bulk."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from selfcare.notifications.inbox import asking, marking, showing
from selfcare.notifications.inbox.asking import Asked
from selfcare.notifications.models import Notification
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["notifications"])

NOTIFICATION = "ntf_019c8f3e0a7b7c52a1d4f0b7c3a2e915"
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
NotificationId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[NOTIFICATION])]
Category = Literal[
    "money_in",
    "money_out",
    "needs_action",
    "cases",
    "failed",
    "permissions",
    "statements",
    "news",
    "security",
]


class NotificationOut(Schema):
    """What you were told: `title` and `text` for people, `event_type` and `facts` for programs."""

    id: str = Field(examples=[NOTIFICATION])
    event_type: str = Field(examples=["transaction.action_required"])
    category: Category = Field(examples=["needs_action"])
    object_id: str = Field(
        examples=["txn_019c8f3e0a7b7c52a1d4f0b7c3a2e915"],
        description="what it is about; empty where it is about no single thing",
    )
    title: str = Field(examples=["Nordlicht Books asks you to confirm 64.90 EUR"])
    text: str = Field(examples=["You have until 14:17. After that it lapses and nothing is paid."])
    facts: dict[str, Any] = Field(
        examples=[{"amount_minor": 6490, "currency": "EUR", "counterparty_name": "Nordlicht Books"}]
    )
    occurred_at: datetime = Field(examples=["2026-11-21T13:47:00Z"])
    created_at: datetime = Field(
        examples=["2026-11-21T13:47:01Z"], description="since when it is in your inbox"
    )
    read_at: datetime | None = Field(examples=[None])
    waiting: bool = Field(examples=[True], description="you can still do something about it")
    waits_until: datetime | None = Field(examples=["2026-11-21T14:17:00Z"])
    url: str = Field(
        examples=["/transactions/txn_019c8f3e0a7b7c52a1d4f0b7c3a2e915/"],
        description="the page about it",
    )
    action_url: str | None = Field(
        examples=["/transactions/txn_019c8f3e0a7b7c52a1d4f0b7c3a2e915/confirmations/new/"],
        description="where you act on it, while it waits for you",
    )


class InboxOut(Schema):
    data: list[NotificationOut]
    next_cursor: str | None = Field(examples=[None])
    as_of: datetime


class InboxQuery(Schema):
    show: Literal["", "unread", "waiting"] = Field("", examples=["unread"])
    category: list[Category] = Field([], max_length=9, examples=[["needs_action", "cases"]])
    cursor: str = Field("", max_length=2000, description="next_cursor of the page before")
    limit: int = Field(25, ge=1, le=100)


class CountOut(Schema):
    """How many there are; nobody counts beyond 100, which stands for 100 or more."""

    unread: int = Field(examples=[3], le=100)
    waiting: int = Field(examples=[1], le=100)


class MarksIn(Schema):
    ids: list[Id] = Field(min_length=1, max_length=marking.MOST, examples=[[NOTIFICATION]])
    read: bool = Field(examples=[True], description="false marks them unread")


class MarksOut(Schema):
    """`ids` are marked so now. An id that isn't here is none of yours."""

    ids: list[str] = Field(examples=[[NOTIFICATION]])
    unread: int = Field(examples=[2], le=100, description="of all that you have")


@router.get(
    "/notifications",
    response={200: InboxOut, **errors_for(400, 401, 422)},
    summary="Your inbox",
)
def inbox_list(request: Any, query: Query[InboxQuery]) -> Any:
    """Newest first; follow `next_cursor` until it is null. A cursor belongs to its filters."""
    params = QueryDict(mutable=True)
    params["show"] = query.show
    params.setlist("category", list(query.category))
    try:
        page = asking.page(
            request.person.subject, Asked.read(params), cursor=query.cursor, limit=query.limit
        )
    except asking.BadCursor:
        return problems.response(
            request,
            400,
            code="bad_cursor",
            detail="The cursor was changed, or it belongs to other filters. Begin without one.",
        )
    with showing.as_read_by(request.person):
        data = [as_json(row, page.as_of) for row in page.rows]
    return {
        "data": data,
        "next_cursor": page.next_cursor or None,
        "as_of": page.as_of,
    }


@router.get(
    "/notifications/count",
    response={200: CountOut, **errors_for(401)},
    summary="How many are unread, and wait for you",
)
def count(request: Any) -> Any:
    """Cheap enough to ask now and then; every minute is plenty."""
    subject = request.person.subject
    return {"unread": asking.unread(subject), "waiting": asking.waiting_count(subject)}


@router.post(
    "/notifications/marks",
    response={200: MarksOut, **errors_for(400, 401, 403, 415, 422)},
    summary="Mark read or unread",
)
def marks(request: Any, body: MarksIn) -> Any:
    """By explicit ids, so that nothing is marked that you haven't seen. Again changes nothing."""
    subject = request.person.subject
    marked = marking.mark(subject=subject, ids=body.ids, read=body.read)
    return {"ids": list(marked), "unread": asking.unread(subject)}


@router.get(
    "/notifications/{notification_id}",
    response={200: NotificationOut, **errors_for(401, 404, 422)},
    summary="One notification",
)
def notification(request: Any, notification_id: NotificationId) -> Any:
    """Looking at it here marks nothing read."""
    found = asking.find(request.person.subject, notification_id)
    if found is None:
        raise Http404
    with showing.as_read_by(request.person):
        return as_json(found, timezone.now())


def as_json(row: Notification, now: datetime) -> dict[str, Any]:
    told = showing.said(row, now)
    waiting = row.is_waiting(now)
    return {
        "id": row.public_id,
        "event_type": row.event_type,
        "category": row.category,
        "object_id": row.object_id,
        "title": told.title,
        "text": told.text,
        "facts": row.facts,
        "occurred_at": row.occurred_at,
        "created_at": row.created_at,
        "read_at": row.read_at,
        "waiting": waiting,
        "waits_until": row.waits_until,
        "url": told.path or reverse("notifications:inbox"),
        "action_url": showing.way(row, now, to_act=True) if waiting else None,
    }
