"""What a merchant's customer does at a hand-off, without their browser."""

from django.http import HttpRequest, HttpResponse

from sandbox import clock
from sandbox.control.views import facts_of, known_person, lever, transaction_of
from sandbox.handoffs import deciding
from sandbox.problems import answer
from sandbox.transactions import wire


@lever("POST")
def handoff_new(request: HttpRequest, sub: str) -> HttpResponse:
    """{"url", "decision"?: "confirm"|"decline"} → the transaction, which this person answered."""
    facts = facts_of(request)
    url, decision = facts.get("url"), facts.get("decision", "confirm")
    if not isinstance(url, str):
        raise ValueError("url is the address that the customer is sent to")
    if decision not in {"confirm", "decline"}:
        raise ValueError("decision must be confirm or decline")
    token = url.rstrip("/").rpartition("/")[2]
    row = deciding.decide(known_person(sub), token, decision)
    return answer(201, wire.detail(transaction_of(row.wire_id), clock.now()))
