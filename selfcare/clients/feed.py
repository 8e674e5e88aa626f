"""The platform's feed of events: what happened, in its order; keeps no place and no event."""

from typing import Annotated, Any

from django.conf import settings
from pydantic import Field, ValidationError

from selfcare import errors
from selfcare.clients import connection, shapes
from selfcare.clients.http import Service

# Background work has a place of its own: it takes none of those that pages wait for.
service = Service(
    connection.NAME,
    settings.TRANSACTIONS_URL,
    threads=1,
    default_seconds=10.0,
    token=settings.TRANSACTIONS_TOKEN,
)
MOST = 500


class Feed(shapes.Shape):
    """Entries behind a place, as they are posted; `next_after` is the place behind them."""

    data: list[Any]
    next_after: Annotated[int, Field(ge=0, le=2**63 - 1)]
    as_of: shapes.Moment


def read(after: int, *, limit: int = MOST) -> Feed:
    """Up to `limit` events with a sequence above `after`. Raises errors.CallFailed."""
    reply = service.read("events", "/v1/events", params={"after": after, "limit": limit})
    try:
        feed = Feed.model_validate_json(reply.body)
    except ValidationError as error:
        why = connection.not_as_agreed(error)
        raise errors.BadReply(connection.NAME, "events", why) from None
    if feed.next_after < after or (feed.data and feed.next_after == after):
        raise errors.BadReply(connection.NAME, "events", "next_after goes nowhere")
    return feed
