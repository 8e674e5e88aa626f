"""The shapes of events, endpoints and deliveries, for the merchant API and the console's."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from sandbox.transactions.bodies import Body, Text
from sandbox.transactions.contract import Minor, Shape
from sandbox.webhooks import endpoints, resending

EventId = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{32}$")]
EndpointId = Annotated[str, Field(pattern=r"^whe_[0-9a-f]{32}$")]
DeliveryId = Annotated[str, Field(pattern=r"^dlv_[0-9a-f]{32}$")]
Type = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
Choice = Annotated[Text, Field(min_length=1, max_length=80)]
Url = Annotated[Text, Field(min_length=1, max_length=500)]
Description = Annotated[Text, Field(max_length=80)]
Choices = Annotated[
    list[Choice],
    Field(min_length=1, max_length=60, description="Types, `payment.*` and the like, or `*`"),
]
DeliveryState = Literal["waiting", "delivered", "given_up", "stopped"]
Seconds = Annotated[int, Field(ge=0, le=int(endpoints.LONGEST_OVERLAP.total_seconds()))]


class Event(Shape):
    """Just what is posted to endpoints. `sequence` counts your events from 1 without a gap."""

    id: EventId
    type: Type
    timestamp: AwareDatetime
    sequence: Annotated[int, Field(ge=0, description="0 for a sample")]
    data: Annotated[dict[str, Any], Field(description="The object as this API told it then")]


class EventPage(Shape):
    """In the order of `sequence`. Nothing will ever appear at or before `next_after`."""

    data: list[Event]
    next_after: Annotated[int, Field(ge=0)]
    as_of: AwareDatetime


class NewEndpoint(Body):
    """Without `url`, at a receiver that we make for it."""

    url: Url | None = None
    types: Choices = ["*"]
    description: Description = ""


class EndpointChange(Body):
    """What is left out stays. Switched on again, it gets what happens from then on."""

    url: Url | None = None
    types: Choices | None = None
    description: Description | None = None
    state: Literal["active", "disabled"] | None = None


class EndpointRemoval(Body):
    """With its deliveries; the events stay."""


class SecretRotation(Body):
    """How long the former secret signs along."""

    overlap_seconds: Seconds = int(endpoints.OVERLAP.total_seconds())


class NewSample(Body):
    type: Type = "payment.completed"


class NewResend(Body):
    """Events by name, or all of the chosen types since an instant or a number."""

    events: Annotated[list[EventId], Field(min_length=1, max_length=resending.MOST)] | None = None
    since: Annotated[AwareDatetime, Field(strict=False)] | None = None
    since_sequence: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    only_missed: Annotated[bool, Field(description="Leave out what the endpoint has taken")] = True

    @model_validator(mode="before")
    @classmethod
    def instants_are_text(cls, facts: Any) -> Any:
        since = facts.get("since") if isinstance(facts, dict) else None
        if since is not None and not isinstance(since, str):
            raise ValueError("since must be an RFC 3339 instant")
        return facts

    @model_validator(mode="after")
    def says_what_in_one_way(self) -> Self:
        if sum(way is not None for way in (self.events, self.since, self.since_sequence)) != 1:
            raise ValueError("say events, since or since_sequence")
        return self


class Resend(Shape):
    """How many events are on their way again."""

    count: Minor


class Endpoint(Shape):
    """`failing_since`: since when nothing was taken. `receiver`: it is one of ours."""

    id: EndpointId
    url: str
    description: str
    types: list[str]
    state: Literal["active", "disabled"]
    disabled_reason: Literal["switched_off", "failing", "gone"] | None
    disabled_at: AwareDatetime | None
    failing_since: AwareDatetime | None
    secret_hint: Annotated[str, Field(description="The end of the secret, to tell two apart")]
    former_secret_until: AwareDatetime | None
    receiver: bool
    created_at: AwareDatetime


class EndpointWithSecret(Endpoint):
    """The secret is told once; null where it has been replaced meanwhile."""

    secret: Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/]+=*$")] | None


class EndpointList(Shape):
    data: list[Endpoint]
    as_of: AwareDatetime


class Delivery(Shape):
    """An event on its way to an endpoint; `due_at` is when the next attempt is."""

    id: DeliveryId
    endpoint: EndpointId
    event: EventId
    type: Type
    object_id: str
    sequence: Annotated[int, Field(ge=0)]
    occurred_at: AwareDatetime
    state: DeliveryState
    attempt_count: Minor
    last_status: int | None
    last_error: str | None
    last_at: AwareDatetime | None
    due_at: AwareDatetime | None
    delivered_at: AwareDatetime | None


class DeliveryPage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Delivery]
    next_cursor: str | None
    as_of: AwareDatetime


class Attempt(Shape):
    """One sending, as it was on the wire, each side cut to 8 kB. `error` where no whole answer
    came: private_address, unknown_host, no_connection, tls_failed, timed_out, too_long or
    broken_answer."""

    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    status: int | None
    error: str | None
    latency_ms: Minor
    request: str
    response: str


class WholeDelivery(Delivery):
    """With its attempts, the latest first, at most a hundred."""

    attempts: list[Attempt]
