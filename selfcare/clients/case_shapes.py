"""What the transaction service answers about cases, checked as it comes in, with rules about it."""

from typing import Literal

from selfcare.clients.shapes import (
    Actor,
    Code,
    Currency,
    Done,
    Identifier,
    Minor,
    Moment,
    Shape,
    Text,
    TransactionId,
)
from selfcare.money import Money

KINDS = ("refund_request", "dispute", "fraud_report", "recall", "inquiry")
OPEN = frozenset({"open", "needs_user", "under_review", "answered"})
STATES = (
    *("open", "needs_user", "under_review", "answered", "accepted", "partly_accepted"),
    *("declined", "lapsed", "withdrawn", "closed"),
)


class CaseAction(Shape):
    """`action` is allowed until `until`, or refused for `reason`; the service decides, not we."""

    action: Code
    allowed: bool
    until: Moment | None = None
    reason: Code | None = None


class CaseEvent(Shape):
    at: Moment
    name: Code
    actor: Actor
    note: Text | None = None
    amount_minor: Minor | None = None


class CaseMessage(Shape):
    """What one side wrote; `evidence` names files of the case by their SHA-256."""

    id: Identifier
    at: Moment
    actor: Actor
    text: Text
    evidence: tuple[Code, ...] = ()


class EvidenceFile(Shape):
    """A file in a case; its bytes are asked for by their SHA-256."""

    sha256: Code
    name: Text
    media_type: Text
    size: Minor
    added_at: Moment
    actor: Actor


class CaseTransaction(Shape):
    """The transaction that a case is about, in short."""

    id: TransactionId
    kind: Code
    direction: Literal["in", "out"]
    status: Code
    amount_minor: Minor
    currency: Currency
    created_at: Moment
    counterparty_name: Text | None = None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def name(self) -> str:
        return self.counterparty_name or "somebody"


class Case(Shape):
    """One attempt to put a transaction right, or a question about it, as its person sees it."""

    id: Identifier
    owner: Identifier
    kind: Code
    transaction_id: TransactionId
    transaction: CaseTransaction
    state: Code
    waiting_for: Code | None = None
    reason: Code | None = None
    amount_minor: Minor | None = None
    currency: Currency
    granted_minor: Minor = 0
    message: Text | None = None
    version: int
    created_at: Moment
    updated_at: Moment
    respond_by: Moment | None = None
    escalate_until: Moment | None = None
    escalated_to: Identifier | None = None
    escalated_from: Identifier | None = None
    timeline: tuple[CaseEvent, ...] = ()
    messages: tuple[CaseMessage, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()
    allowed_actions: tuple[CaseAction, ...] = ()

    @property
    def amount(self) -> Money | None:
        """What is asked for; None where it isn't about money."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    @property
    def granted(self) -> Money:
        return Money(self.granted_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def needs_person(self) -> bool:
        return self.is_open and self.waiting_for == "user"

    def action(self, name: str) -> CaseAction | None:
        """What the service says of `name`; None if it says nothing of it."""
        return next((a for a in self.allowed_actions if a.action == name), None)

    def may(self, name: str) -> bool:
        action = self.action(name)
        return action is not None and action.allowed

    def file(self, sha256: str) -> EvidenceFile | None:
        return next((f for f in self.evidence if f.sha256 == sha256), None)


class CasePage(Shape):
    """One page of cases; `next_cursor` is None at its end; `as_of` is the service's clock."""

    data: tuple[Case, ...]
    next_cursor: Text | None = None
    as_of: Moment


class CaseDone(Done):
    """The answer to a write about a case: besides the transaction, the case as it is now."""

    case: Case

    @property
    def owned(self) -> tuple[Shape, ...]:
        return (self.case, self.transaction)
