"""The shapes and operations of cases, for the service's OpenAPI document and its tests."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from sandbox.cases import bodies
from sandbox.cases.rules import MEDIA_TYPES
from sandbox.transactions.contract import (
    Actor,
    CaseId,
    CaseKind,
    CaseState,
    Currency,
    Direction,
    Kind,
    Minor,
    Shape,
    Status,
    TransactionDetail,
    WaitingFor,
)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CaseTransaction(Shape):
    id: str
    kind: Kind
    direction: Direction
    status: Status
    amount_minor: Minor
    currency: Currency
    created_at: AwareDatetime
    counterparty_name: str


class CaseEvent(Shape):
    at: AwareDatetime
    name: Literal[
        "case.opened",
        "case.answered",
        "case.message",
        "case.evidence_added",
        "case.contested",
        "case.under_review",
        "case.accepted",
        "case.partly_accepted",
        "case.declined",
        "case.lapsed",
        "case.withdrawn",
        "case.escalated",
        "case.money_returned",
        "case.closed",
    ]
    actor: Actor
    note: str | None
    amount_minor: Minor | None


class CaseMessage(Shape):
    id: str
    at: AwareDatetime
    actor: Actor
    text: str
    evidence: list[Sha256]


class CaseEvidence(Shape):
    sha256: Sha256
    name: str
    media_type: Literal["application/pdf", "image/png", "image/jpeg"]
    size: Minor
    added_at: AwareDatetime
    actor: Actor


class CaseAction(Shape):
    action: Literal["message", "add_evidence", "withdraw", "escalate"]
    allowed: bool
    until: AwareDatetime | None
    reason: (
        Literal[
            "account_restricted",
            "case_closed",
            "still_open",
            "not_escalatable",
            "already_escalated",
            "dispute_open",
            "already_refunded",
            "deadline_passed",
        ]
        | None
    )


class Case(Shape):
    """`waiting_for` is whose turn it is until `respond_by`; null where nobody has to act."""

    id: CaseId
    owner: str
    kind: CaseKind
    transaction_id: str
    transaction: CaseTransaction
    state: CaseState
    waiting_for: WaitingFor | None
    reason: str | None
    amount_minor: Minor | None
    currency: Currency
    granted_minor: Minor
    message: str | None
    version: Annotated[int, Field(ge=1)]
    created_at: AwareDatetime
    updated_at: AwareDatetime
    respond_by: AwareDatetime | None
    escalate_until: AwareDatetime | None
    escalated_to: CaseId | None
    escalated_from: CaseId | None
    timeline: list[CaseEvent]
    messages: list[CaseMessage]
    evidence: list[CaseEvidence]
    allowed_actions: list[CaseAction]


class CasePage(Shape):
    """Newest first; `next_cursor` is null on the last page."""

    data: list[Case]
    next_cursor: str | None
    as_of: AwareDatetime


class CaseOpened(Shape):
    id: CaseId
    case: Case
    transaction: TransactionDetail


class RefundRequestOpened(CaseOpened):
    """Says the same twice for callers that know refund requests only."""

    state: Literal["open"]
    respond_by: AwareDatetime
    amount_minor: Minor
    currency: Currency


class CaseFollowed(Shape):
    """`id` is what was made: a message, a withdrawal, or the dispute, which `case` then is."""

    id: str
    case: Case
    transaction: TransactionDetail


class EvidenceStored(Shape):
    sha256: Sha256
    media_type: str
    size: Minor


USER, ONE = "/v1/users/{sub}", "/v1/users/{sub}/transactions/{transaction_id}"
CASE = f"{USER}/cases/{{case_id}}"
OPERATIONS = (
    (f"{ONE}/refund-requests", "post", "refund_request", "Ask for money back",
     RefundRequestOpened, bodies.RefundWish),
    (f"{ONE}/disputes", "post", "dispute", "Let the platform decide", CaseOpened,
     bodies.DisputeClaim),
    (f"{ONE}/fraud-reports", "post", "fraud_report", "Say that it wasn't wanted", CaseOpened,
     bodies.FraudReport),
    (f"{ONE}/recalls", "post", "recall", "Ask the payee's bank to give it back", CaseOpened,
     bodies.RecallWish),
    (f"{ONE}/inquiries", "post", "inquiry", "Ask the merchant", CaseOpened, bodies.Question),
    (f"{USER}/cases", "get", "cases", "One page, newest first", CasePage),
    (CASE, "get", "case", "One with all that was said", Case),
    (f"{CASE}/messages", "post", "case_message", "Say something, show something", CaseFollowed,
     bodies.Reply),
    (f"{CASE}/withdrawals", "post", "case_withdrawal", "End it without a decision", CaseFollowed,
     bodies.Withdrawal),
    (f"{CASE}/escalations", "post", "case_escalation", "Make a dispute of it", CaseFollowed,
     bodies.Escalation),
)  # fmt: skip

SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PATH = {
    "case_id": {"type": "string", "pattern": "^(rfr|dsp|frd|rcl|inq)_[0-9a-f]{32}$"},
    "sha256": SHA256,
}
LIST_FILTERS: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
    "cursor": {"type": "string", "description": "next_cursor of the page before"},
    "state": {"type": "string", "enum": ["open", "closed"]},
    "transaction_id": {"type": "string", "pattern": "^txn_[0-9a-f]{32}$"},
}
EVIDENCE_PATH = f"{USER}/evidence/{{sha256}}"


def evidence_operations(
    parameters: list[dict[str, Any]], problems: dict[int, str]
) -> dict[str, dict[str, Any]]:
    """PUT and GET of a file: bytes, which the table of operations has no words for."""
    files = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES}
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    stored = {"application/json": {"schema": {"$ref": "#/components/schemas/EvidenceStored"}}}
    headers = {"X-Request-Id": {"schema": {"type": "string"}}}

    def answers(content: dict[str, Any], *statuses: int) -> dict[str, Any]:
        refused = {str(s): {"description": problems[s], "content": told} for s in statuses}
        return {"200": {"description": "Done", "headers": headers, "content": content}, **refused}

    return {
        "put": {
            "operationId": "store_evidence",
            "summary": "Store a file by its digest; the same again changes nothing",
            "parameters": parameters,
            "requestBody": {"required": True, "content": files},
            "responses": answers(stored, 400, 401, 404, 413, 415, 422),
        },
        "get": {
            "operationId": "evidence",
            "summary": "A file that the person or the other side of their case added",
            "parameters": parameters,
            "responses": answers(files, 401, 404),
        },
    }
