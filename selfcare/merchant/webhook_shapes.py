"""Endpoints, deliveries and attempts as the sandbox tells them, with the rules about them."""

from pydantic import Field

from selfcare.clients.shapes import Code, Identifier, Minor, Moment, Shape, Text


class Counts(Shape):
    """How many deliveries are in each state."""

    waiting: Minor = 0
    delivered: Minor = 0
    given_up: Minor = 0
    stopped: Minor = 0

    @property
    def all(self) -> int:
        return self.waiting + self.delivered + self.given_up + self.stopped

    @property
    def missing(self) -> int:
        return self.all - self.delivered


class Lately(Shape):
    """Attempts of the last 24 hours by hour, oldest first: taken and not."""

    taken: tuple[Minor, ...]
    failed: tuple[Minor, ...]
    typical_ms: Minor | None

    @property
    def all(self) -> int:
        return sum(self.taken) + sum(self.failed)

    @property
    def percent(self) -> float:
        return round(100 * sum(self.taken) / self.all, 1) if self.all else 0.0


class Endpoint(Shape):
    """Where a merchant is told. `answers_with` is known of a receiver of ours."""

    id: Identifier
    url: Text
    description: Text
    types: tuple[Text, ...]
    state: Code
    disabled_reason: Code | None
    disabled_at: Moment | None
    failing_since: Moment | None
    secret_hint: Text
    former_secret_until: Moment | None
    receiver: bool
    created_at: Moment
    counts: Counts = Counts()
    answers_with: int | None = None

    @property
    def is_active(self) -> bool:
        return self.state == "active"

    @property
    def wants_all(self) -> bool:
        return "*" in self.types


class EndpointDetail(Endpoint):
    """With how it did lately, and every type there is."""

    lately: Lately
    known_types: tuple[Text, ...]


class EndpointWithSecret(Endpoint):
    """The secret is told once; None where that was before."""

    secret: Text | None


class Endpoints(Shape):
    data: tuple[Endpoint, ...]
    types: tuple[Text, ...]


class Delivery(Shape):
    """An event on its way to an endpoint; `due_at` is when the next attempt is."""

    id: Identifier
    endpoint: Identifier
    event: Identifier
    type: Text
    object_id: Text
    sequence: Minor
    occurred_at: Moment
    state: Code
    attempt_count: Minor
    last_status: int | None
    last_error: Code | None
    last_at: Moment | None
    due_at: Moment | None
    delivered_at: Moment | None

    @property
    def is_sample(self) -> bool:
        return self.sequence == 0

    @property
    def is_delivered(self) -> bool:
        return self.state == "delivered"

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"

    @property
    def is_soon(self) -> bool:
        """The first attempt is about to be made."""
        return self.is_waiting and not self.attempt_count

    @property
    def payment(self) -> str:
        """The payment or payout that it is about, if it is about one that there is."""
        is_one = self.object_id.startswith(("pay_", "out_")) and not self.is_sample
        return self.object_id if is_one else ""


class Deliveries(Shape):
    data: tuple[Delivery, ...]
    next_cursor: Text | None
    counts: Counts


class Attempt(Shape):
    """One sending, both sides of the wire as they were."""

    number: int
    at: Moment
    status: int | None
    error: Code | None
    latency_ms: Minor
    request: str = Field(max_length=40_000)
    response: str = Field(max_length=40_000)

    @property
    def is_taken(self) -> bool:
        return not self.error and self.status is not None and 200 <= self.status < 300


class Plan(Shape):
    """When this round's attempts were, and will be if all of them fail."""

    made: tuple[Moment, ...]
    ahead: tuple[Moment, ...]


class WholeDelivery(Delivery):
    attempts: tuple[Attempt, ...]
    plan: Plan


class Received(Shape):
    """What came to our own receiver; `problem` is why it wasn't believed."""

    id: Identifier
    at: Moment
    event: Text | None
    type: Text | None
    sequence: int | None
    problem: Code | None
    answered: int
    headers: dict[str, str]
    body: str = Field(max_length=40_000)


class ReceivedList(Shape):
    data: tuple[Received, ...]


class Resent(Shape):
    count: Minor


class Answering(Shape):
    answers_with: int
