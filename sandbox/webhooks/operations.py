"""Events and webhooks for the merchant API's OpenAPI document; the shapes are in `contract.py`."""

from typing import Any

from sandbox.merchant_api.operations import Operation
from sandbox.webhooks import contract
from sandbox.webhooks.models import Delivery
from sandbox.webhooks.objects import TYPES

ROOT = "/v1/webhook-endpoints"
ONE = ROOT + "/{endpoint_id}"
OPERATIONS = (
    Operation(
        "/v1/events", "get", "events", "What has happened, in the order of its numbers",
        contract.EventPage, ("after", "limit", "type"),
    ),
    Operation("/v1/events/{event_id}", "get", "event", "One of them", contract.Event),
    Operation(
        ROOT, "get", "webhook_endpoints", "Where you are told", contract.EndpointList
    ),
    Operation(
        ROOT, "post", "webhook_endpoint_create", "Be told at one more address",
        contract.EndpointWithSecret, body=contract.NewEndpoint,
    ),
    Operation(ONE, "get", "webhook_endpoint", "One of them", contract.Endpoint),
    Operation(
        f"{ONE}/changes", "post", "webhook_endpoint_change",
        "Another address, other types, switched off or on", contract.Endpoint,
        body=contract.EndpointChange,
    ),
    Operation(
        f"{ONE}/removals", "post", "webhook_endpoint_remove", "Be told there no more",
        contract.Endpoint, body=contract.EndpointRemoval,
    ),
    Operation(
        f"{ONE}/secret-rotations", "post", "webhook_secret_rotate",
        "Another secret; both sign for a while", contract.EndpointWithSecret,
        body=contract.SecretRotation,
    ),
    Operation(
        f"{ONE}/samples", "post", "webhook_sample", "Have a sample sent, numbered 0",
        contract.Delivery, body=contract.NewSample,
    ),
    Operation(
        f"{ONE}/resends", "post", "webhook_resend", "Have events sent again",
        contract.Resend, body=contract.NewResend,
    ),
    Operation(
        f"{ONE}/deliveries", "get", "webhook_deliveries", "One page, newest first",
        contract.DeliveryPage, ("limit", "cursor", "delivery_state", "type"),
    ),
    Operation(
        "/v1/webhook-deliveries/{delivery_id}", "get", "webhook_delivery",
        "One of them with every attempt", contract.WholeDelivery,
    ),
)  # fmt: skip
QUERY: dict[str, dict[str, Any]] = {
    "after": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1, "default": 0},
    "type": {"type": "string", "enum": list(TYPES)},
    "delivery_state": {"type": "string", "enum": Delivery.State.values},
}
PATH = {
    "event_id": {"type": "string", "pattern": "^evt_[0-9a-f]{32}$"},
    "endpoint_id": {"type": "string", "pattern": "^whe_[0-9a-f]{32}$"},
    "delivery_id": {"type": "string", "pattern": "^dlv_[0-9a-f]{32}$"},
}


def posted(ref: str) -> dict[str, Any]:
    """What comes to an endpoint, signed after Standard Webhooks 1.0."""
    told = {
        "webhook-id": "The event's id; the same however often it comes",
        "webhook-timestamp": "Seconds since 1970 of this attempt",
        "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; two with a "
        "space between them while a former secret signs along",
    }
    return {
        "operationId": "event_posted",
        "summary": "An event, at least once and in no certain order: `sequence` tells it",
        "description": "Any 2xx says that it was taken; everything else, a redirect too, is a "
        "failure, and so is an answer that is longer than 64 kB or takes over ten seconds. Then it "
        "comes again after 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, 8 h and five times "
        "12 h. An endpoint that took nothing for all that time is switched off, at 410 at once. "
        "Nothing is lost: `resends` sends what was missed, and `/v1/events` has it.",
        "security": [],
        "parameters": [
            {
                "name": name, "in": "header", "required": True, "schema": {"type": "string"},
                "description": words,
            }
            for name, words in told.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"{ref}Event"}}},
        },
        "responses": {"2XX": {"description": "Taken"}},
    }  # fmt: skip
