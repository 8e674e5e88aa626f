"""How an event looks on the wire, in the feed and as it is posted, for the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MOST = 500

Id = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{32}$")]
Type = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
TYPES = """\
`transaction.` created, action_required, scheduled, processing, completed, failed, cancelled,
expired, confirmed, declined, undone, confirmation_withdrawn: kind, direction, status, amount_minor,
currency, fee_minor, counterparty_name, merchant_id, merchant_name, expires_at, reason_code, actor.
`case.` opened, answered, message, needs_user, under_review, accepted, partly_accepted, declined,
lapsed, withdrawn, closed, escalated, money_returned: kind, state, waiting_for, transaction_id,
amount_minor, currency, granted_minor, merchant_id, merchant_name, respond_by, actor.
`session.started`: browser, acr. `permission.` granted, revoked: merchant_id, merchant_name, scope.
`statement.ready`: account_name, month. `news.published`: title by language, url.
Further types and facts may come at any time."""


class EventData(BaseModel):
    """What it is about; further facts depend on the type."""

    model_config = ConfigDict(extra="allow")

    subject: Annotated[str, Field(description="The person: their `sub`")]
    object: Literal["transaction", "case", "session", "permission", "statement", "news"] | str
    id: str
    version: Annotated[int, Field(ge=0, description="The object's own: the higher is newer")]


class Event(BaseModel):
    """Spelled as compact JSON in this order of keys, in the feed as when it is posted."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    type: Annotated[Type, Field(description=TYPES)]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened")]
    sequence: Annotated[int, Field(ge=1)]
    data: EventData


class EventPage(BaseModel):
    """In the order of `sequence`. Nothing will ever appear at or before `next_after`."""

    model_config = ConfigDict(extra="forbid")

    data: list[Event]
    next_after: Annotated[int, Field(ge=0)]
    as_of: AwareDatetime


PARAMETERS: dict[str, dict[str, Any]] = {
    "after": {"type": "integer", "minimum": 0, "default": 0, "maximum": 2**63 - 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100},
}


def webhook(ref: str) -> dict[str, Any]:
    """What is posted to the receiver, signed after Standard Webhooks 1.0."""
    text = {"type": "string"}
    told = {
        "webhook-id": "The event's id; the same however often it is posted",
        "webhook-timestamp": "Seconds since 1970 of this attempt",
        "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; one for "
        "each secret that is live, with spaces between them",
    }
    return {
        "operationId": "event_posted",
        "summary": "An event, at least once and in no certain order",
        "description": "Any 2xx says it was taken. Otherwise it is posted again after 5 s, 5 min, "
        "30 min, 2 h, 5 h, 10 h and 10 h; then the feed still has it.",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": text, "description": words}
            for name, words in told.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"{ref}Event"}}},
        },
        "responses": {"202": {"description": "Taken"}},
    }
