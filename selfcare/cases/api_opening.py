"""Putting right as JSON: what is asked, where the answers lead, and each kind of case opened."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema

from selfcare import money
from selfcare.cases import actions, rules, triage
from selfcare.cases.api import DisputeReason, Pieces, Text, pieces
from selfcare.cases.rules import RULES, Step
from selfcare.clients import transactions as service
from selfcare.instructions.api import ACTED, Currency, Key, Version, acted
from selfcare.transactions.api import TransactionId, intent_of
from selfcare.web.api import errors_for
from selfcare.web.zones import zone_of

router = Router(tags=["cases"])

Amount = Annotated[int, Field(strict=True, ge=1, le=money.LARGEST_MINOR)]


class RefundRequestIn(Schema):
    expected_version: Version
    amount_minor: Amount = Field(examples=[2050])
    currency: Currency = Field(examples=["EUR"])
    reason: Literal[
        "not_received", "not_as_described", "duplicate", "wrong_amount", "changed_mind", "other"
    ]
    message: Text = Field("", examples=["Page 7 is blank."])
    evidence: Pieces = []


class DisputeIn(Schema):
    expected_version: Version
    amount_minor: Amount = Field(examples=[2050])
    currency: Currency = Field(examples=["EUR"])
    reason: DisputeReason
    message: Text = Field("", examples=["The parcel was sent to a town where I don’t live."])
    evidence: Pieces = []


class FraudReportIn(Schema):
    expected_version: Version
    reason: Literal["not_me", "tricked", "coerced"]
    message: Text = Field("", examples=["Somebody called and said that they were my bank."])
    evidence: Pieces = []


class RecallIn(Schema):
    expected_version: Version
    reason: Literal["wrong_payee", "wrong_amount", "duplicate", "tricked"]
    message: Text = Field("", examples=["Two digits of the account number are swapped."])


class InquiryIn(Schema):
    message: Annotated[Text, Field(min_length=1)] = Field(examples=["When does it come?"])
    evidence: Pieces = []


class AnswerOut(Schema):
    """One answer: ask again with it, or see where it leads."""

    value: str = Field(examples=["never"])
    words: str = Field(examples=["It never came"])
    fine: str


class QuestionOut(Schema):
    name: str = Field(examples=["goods"], description="the query parameter that takes the answer")
    ask: str = Field(examples=["What is wrong with it?"])
    answers: list[AnswerOut]


class WayOut(Schema):
    """One way to put it right: what it means, can't do, who decides, and how long it takes."""

    action: str = Field(examples=["request_refund"])
    title: str = Field(examples=["Ask Nordlicht Books for a refund"])
    means: str
    cannot: str
    decides: str
    takes: str
    allowed: bool
    until: datetime | None
    reason: str | None = Field(None, description="the service's code, where it isn't allowed")
    refusal: str = Field(description="why it isn't allowed, in words; empty otherwise")


class TriageOut(Schema):
    """The next `question`, or what the answers come to: no `best` where nothing is possible."""

    question: QuestionOut | None
    best: WayOut | None
    others: list[WayOut]
    says: str
    otherwise: str = Field(description="the way that is open where we can do nothing")
    suggested_reason: str = Field(description="what the answers mean as a reason; may be empty")


class TriageRulesOut(Schema):
    """The whole table; `answers` of a question name the `next` question or the `leaf`."""

    first: str = Field(examples=["what"])
    questions: dict[str, Any]
    leaves: dict[str, Any]
    ways: dict[str, Any]


class TriageQuery(Schema):
    """Each question's name takes the value of one of its answers."""

    what: str = Field("", examples=["goods"])
    goods: str = ""
    asked: str = ""
    mistake: str = ""
    fraud: str = ""
    known: str = ""


@router.get(
    "/triage-rules",
    response={200: TriageRulesOut, **errors_for(401)},
    summary="The rules of triage",
)
def triage_rules(request: Any) -> TriageRulesOut:
    """Every question, answer and way as data; words have {name}, {amount} and {most} in them."""
    return TriageRulesOut(
        first=RULES.first,
        questions={name: asdict(q) for name, q in RULES.questions.items()},
        leaves={name: asdict(leaf) for name, leaf in RULES.leaves.items()},
        ways={name: asdict(way) for name, way in RULES.ways.items()},
    )


@router.get(
    "/transactions/{transaction_id}/triage",
    response={200: TriageOut, **errors_for(401, 404, 422, 503)},
    summary="Something’s wrong?",
)
def triage_step(
    request: Any, transaction_id: TransactionId, query: Query[TriageQuery]
) -> TriageOut:
    """At most three questions, one after the other; answering does nothing.

    Each question's `name` is the query parameter of its answer: `?what=goods&goods=never`.
    """
    txn = service.transaction(request.person.subject, transaction_id)
    step = rules.walk(txn, query.model_dump())
    told = triage.outcome(txn, step, zone_of(request.person))
    return TriageOut(
        question=_question(step, txn.counterparty.name),
        best=_way(told["best"]) if told["best"] else None,
        others=[_way(way) for way in told["others"]],
        says=told["says"],
        otherwise=told["otherwise"] if step.leaf and not told["best"] else "",
        suggested_reason=step.reason,
    )


@router.post(
    "/transactions/{transaction_id}/refund-requests", response=ACTED, summary="Ask for a refund"
)
def refund_request(
    request: Any, transaction_id: TransactionId, body: RefundRequestIn, key: Key
) -> Any:
    """Asks the merchant for money back, all of it or a part."""
    intent = intent_of(request, transaction_id, "request_refund", key, body.expected_version)
    return acted(request, actions.request_refund, intent=intent, **_claim(body))


@router.post("/transactions/{transaction_id}/disputes", response=ACTED, summary="Open a dispute")
def dispute(request: Any, transaction_id: TransactionId, body: DisputeIn, key: Key) -> Any:
    """The merchant answers first; if you two don't agree, the platform decides."""
    intent = intent_of(request, transaction_id, "dispute", key, body.expected_version)
    return acted(request, actions.dispute, intent=intent, **_claim(body))


@router.post("/transactions/{transaction_id}/fraud-reports", response=ACTED, summary="Report fraud")
def fraud_report(request: Any, transaction_id: TransactionId, body: FraudReportIn, key: Key) -> Any:
    """For what you didn't want: made by others, under deception or under force."""
    intent = intent_of(request, transaction_id, "report_fraud", key, body.expected_version)
    return acted(request, actions.report_fraud, intent=intent, **_said(body))


@router.post("/transactions/{transaction_id}/recalls", response=ACTED, summary="Ask for a recall")
def recall(request: Any, transaction_id: TransactionId, body: RecallIn, key: Key) -> Any:
    """Asks the payee's bank; nothing comes back without the payee's consent."""
    intent = intent_of(request, transaction_id, "recall", key, body.expected_version)
    return acted(
        request, actions.recall, intent=intent, reason=body.reason, message=body.message.strip()
    )


@router.post("/transactions/{transaction_id}/inquiries", response=ACTED, summary="Ask the merchant")
def inquiry(request: Any, transaction_id: TransactionId, body: InquiryIn, key: Key) -> Any:
    """A question; it asks for no money and stops no clock."""
    intent = intent_of(request, transaction_id, "ask_merchant", key, None)
    return acted(
        request,
        actions.ask_merchant,
        intent=intent,
        message=body.message,
        evidence=pieces(body.evidence),
    )


def _claim(body: RefundRequestIn | DisputeIn) -> dict[str, Any]:
    return {"amount": money.Money(body.amount_minor, body.currency), **_said(body)}


def _said(body: RefundRequestIn | DisputeIn | FraudReportIn) -> dict[str, Any]:
    return {
        "reason": body.reason,
        "message": body.message.strip(),
        "evidence": pieces(body.evidence),
    }


def _question(step: Step, name: str) -> QuestionOut | None:
    if step.question is None:
        return None
    answers = [AnswerOut(value=a.value, words=a.words, fine=a.fine) for a in step.answers]
    return QuestionOut(
        name=step.question.name, ask=step.question.ask.format(name=name), answers=answers
    )


def _way(told: dict[str, Any]) -> WayOut:
    words = {
        n: getattr(told["way"], n)
        for n in ("action", "title", "means", "cannot", "decides", "takes")
    }
    given = {n: told[n] for n in ("allowed", "until", "reason", "refusal")}
    return WayOut(**words, **given)
