"""The shapes that the sandbox API answers with; what it takes stands with the parts themselves."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from sandbox.merchant_api import contract as merchant_api
from sandbox.transactions.contract import Minor, Shape
from sandbox.webhooks import contract as webhooks

Role = Literal["admin", "viewer"]
Once = Annotated[str | None, Field(description="Shown once; null where it was shown before")]


class Membership(Shape):
    id: str
    name: str
    role: Role


class Memberships(Shape):
    """Whom the person works for, by name."""

    data: list[Membership]


class Waiting(Shape):
    id: merchant_api.PaymentId
    handoff_url: str


class Told(Shape):
    """An endpoint of the merchant's, and what is missing for a webhook to be taken there: that it
    is switched on, that something happens, that it is sent, or that it is answered with 2xx."""

    id: str
    lacks: Literal["being_on", "an_event", "an_attempt", "an_answer"] | None


class Progress(Shape):
    """When each thing was done first: in the world as it is, and `ever`."""

    done: dict[str, AwareDatetime | None]
    ever: dict[str, AwareDatetime | None]
    api_url: str
    return_url: str | None
    waiting: Waiting | None
    endpoint: Told | None
    test_customer: str | None


class Key(Shape):
    id: merchant_api.KeyId
    name: str
    scope: Literal["read", "write"]
    algorithm: Literal["hmac-sha256", "ed25519"]
    state: Literal["active", "expiring", "expired", "revoked"]
    environment: Literal["test", "live"]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None
    replaces: str | None


class KeyWithSecret(Key):
    secret: Once
    token: Once


class Keys(Shape):
    data: list[Key]


class Demand(merchant_api.Payment):
    """A payment or a payout."""

    id: Annotated[str, Field(pattern=r"^(pay|out)_[0-9a-f]{32}$")]
    kind: Literal["payment", "payout"]


class DemandPage(Shape):
    data: list[Demand]
    next_cursor: str | None


class Customer(Shape):
    """The test person who took it on."""

    name: str
    email: str
    transaction_id: str


class Line(Shape):
    at: AwareDatetime
    name: str
    by: str


class WholeDemand(Demand):
    """`next` are the states to which it can be forced."""

    next: list[str]
    handoff_url: str | None
    test_customer: str | None
    customer: Customer | None
    timeline: list[Line]
    refunds: list[merchant_api.Refund]
    cases: list[merchant_api.Case]


class ReturnAddress(Shape):
    id: str
    url: str
    created_at: AwareDatetime


class ReturnAddresses(Shape):
    data: list[ReturnAddress]


class Member(Shape):
    id: str
    name: str
    email: str
    role: Role
    created_at: AwareDatetime


class Members(Shape):
    data: list[Member]


class Advance(Shape):
    """A way forward; `reached` says how far it has come."""

    id: str
    state: Literal["running", "done"]
    from_: Annotated[AwareDatetime, Field(alias="from")]
    until: AwareDatetime
    reached: AwareDatetime
    steps: Minor
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None


class Clock(Shape):
    now: AwareDatetime
    real_now: AwareDatetime
    ahead_seconds: Minor
    advances: list[Advance]


class Contents(Shape):
    """How much of each a reset takes away, or took; `received` by our own receiver, and `advances`
    are the clock's."""

    payments: Minor
    refunds: Minor
    cases: Minor
    events: Minor
    deliveries: Minor
    received: Minor
    requests: Minor
    idempotency_keys: Minor
    advances: Minor
    runs: Minor


class Scenario(Shape):
    id: str
    own: bool
    name: str
    tells: str
    steps: Minor


class WholeScenario(Scenario):
    text: str


class Scenarios(Shape):
    data: list[Scenario]


class Run(Shape):
    id: str
    scenario: str
    name: str
    state: Literal["queued", "running", "passed", "failed"]
    problem: str | None
    replay_of: str | None
    digest: str | None
    to_endpoints: bool
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None


class RunPage(Shape):
    data: list[Run]
    next_cursor: str | None


class RunStep(Shape):
    name: str
    do: str
    state: str
    at: str
    told: str


class Echoed(Shape):
    """How one of the merchant's endpoints took the webhooks of a run; `stopped` is why no more."""

    endpoint: str
    url: str
    sent: int
    stopped: str | None


class WholeRun(Run):
    steps: list[RunStep]
    outcome: dict[str, Any] | None
    end: dict[str, Any]
    echoed: list[Echoed]


class MagicValue(Shape):
    kind: str
    value: str
    does: str


class MagicValues(Shape):
    data: list[MagicValue]


class Counts(Shape):
    """Of deliveries, by state."""

    waiting: Minor
    delivered: Minor
    given_up: Minor
    stopped: Minor


class Endpoint(webhooks.Endpoint):
    counts: Counts
    answers_with: int | None


class Lately(Shape):
    """Attempts of the last 24 hours, by hour."""

    taken: list[Minor]
    failed: list[Minor]
    typical_ms: Minor | None


class WholeEndpoint(Endpoint):
    lately: Lately
    known_types: list[str]


class Endpoints(Shape):
    data: list[Endpoint]
    types: list[str]


class Answering(Shape):
    """What our own receiver says from now on."""

    answers_with: int


class DeliveryPage(webhooks.DeliveryPage):
    counts: Counts


class Plan(Shape):
    made: list[AwareDatetime]
    ahead: list[AwareDatetime]


class WholeDelivery(webhooks.WholeDelivery):
    plan: Plan


class Received(Shape):
    """What came to our own receiver; `problem` where its signature or age isn't right."""

    id: str
    at: AwareDatetime
    event: str | None
    type: str | None
    sequence: int | None
    problem: str | None
    answered: int
    headers: dict[str, str]
    body: str


class ReceivedList(Shape):
    data: list[Received]
