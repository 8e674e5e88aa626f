"""What writes about cases may say; rules about state live next door."""

from typing import Annotated, Literal

from pydantic import Field

from sandbox.cases.rules import MOST_EVIDENCE
from sandbox.transactions.bodies import MOST, Body, Currency, Text, Version

Message = Annotated[Text, Field(max_length=2000)]
Amount = Annotated[int, Field(ge=1, le=MOST)]


class Piece(Body):
    """A file that was stored before, by its digest, with the name to show."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[Text, Field(min_length=1, max_length=200)]


Pieces = Annotated[list[Piece], Field(max_length=MOST_EVIDENCE, default_factory=list)]


class RefundWish(Body):
    expected_version: Version
    amount_minor: Amount
    currency: Currency
    reason: Literal[
        "not_received", "not_as_described", "duplicate", "wrong_amount", "changed_mind", "other"
    ]
    message: Message | None = None
    evidence: Pieces


class DisputeClaim(Body):
    expected_version: Version
    amount_minor: Amount
    currency: Currency
    reason: Literal["not_received", "not_as_described", "duplicate", "wrong_amount"]
    message: Message | None = None
    evidence: Pieces


class FraudReport(Body):
    expected_version: Version
    reason: Literal["not_me", "tricked", "coerced"]
    message: Message | None = None
    evidence: Pieces


class RecallWish(Body):
    expected_version: Version
    reason: Literal["wrong_payee", "wrong_amount", "duplicate", "tricked"]
    message: Message | None = None


class Question(Body):
    message: Annotated[Text, Field(min_length=1, max_length=2000)]
    evidence: Pieces


class Reply(Body):
    text: Annotated[Text, Field(min_length=1, max_length=2000)]
    evidence: Pieces


class Withdrawal(Body):
    pass


class Escalation(Body):
    reason: Literal["not_received", "not_as_described", "duplicate", "wrong_amount"]
    message: Message | None = None
