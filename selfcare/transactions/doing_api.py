"""Undo, withdraw, repeat and bulk as JSON: by the same actions as the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Field, Path, Router, Schema, Status
from pydantic import StringConstraints, model_validator

from selfcare.annotations import labels
from selfcare.annotations.refusals import Refused
from selfcare.clients import transactions as service
from selfcare.clients.offers import RepeatOffer
from selfcare.instructions import queue
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.api import (
    ACTED,
    AmountMinor,
    Currency,
    InstructionOut,
    Key,
    Version,
    acted,
    as_json,
)
from selfcare.instructions.models import Instruction, fingerprint
from selfcare.transactions import actions, checking, picking
from selfcare.transactions.api import TransactionId, intent_of
from selfcare.web import problems
from selfcare.web.api import errors_for
from selfcare.web.zones import zone_of

router = Router(tags=["transactions"])

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
Reason = Literal["changed_mind", "wrong_amount", "wrong_payee", "duplicate", "other"]
AN_ID = "txn_01994f5e6a7b7c8d9e0f1a2b3c4d5e6f"
BULK_ERRORS = errors_for(400, 401, 403, 404, 409, 415, 422, 429, 503)


class UndoIn(Schema):
    expected_version: Version = Field(examples=[4])


class RepetitionIn(Schema):
    """What `repeat-offer` told, sent back: a page that was open too long is refused."""

    offer_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")] = Field(
        examples=["off_01994f5e6a7b7c8d9e0f1a2b3c4d5e6f"]
    )
    amount_minor: AmountMinor = Field(examples=[6490])
    currency: Currency = Field(examples=["EUR"])
    fee_minor: AmountMinor = Field(0, examples=[0])
    payee_check: str = Field("match", max_length=40, examples=["match"])
    sure: bool = Field(False, description="true where the name doesn’t match, and you asked them")


class Chosen(Schema):
    id: Id = Field(examples=[AN_ID])
    expected_version: Version = Field(examples=[2])


class BulkCancellationIn(Schema):
    """One reason for all; each of them is an instruction of its own."""

    reason: Reason
    transactions: list[Chosen] = Field(min_length=1, max_length=picking.MOST)

    @model_validator(mode="after")
    def _each_once(self) -> "BulkCancellationIn":
        if len({one.id for one in self.transactions}) < len(self.transactions):
            raise ValueError("each transaction once")
        return self


class BulkRow(Schema):
    """`state` is the instruction's, or not_found where there is no such transaction of yours."""

    transaction_id: str = Field(examples=[AN_ID])
    state: str = Field(examples=["done"])
    code: str = Field("", description="why not, where it wasn’t done")
    instruction: InstructionOut | None = None


class BulkOut(Schema):
    """Look again at `url` while `open` isn’t 0: the rest is carried out without you."""

    url: str = Field(examples=["/api/v1/bulk-cancellations/my-key-of-this-bulk"])
    done: int = Field(examples=[2])
    open: int = Field(examples=[0])
    results: list[BulkRow]


class BulkLabellingIn(Schema):
    label_id: Id = Field(examples=["lbl_01994f5e6a7b7c8d9e0f1a2b3c4d5e6f"])
    on: bool = Field(True, description="false takes it off")
    ids: list[Id] = Field(min_length=1, max_length=picking.MOST, examples=[[AN_ID]])


class BulkLabellingOut(Schema):
    as_of: datetime
    changed: list[str] = Field(examples=[[AN_ID]], description="each of them is so now")
    not_found: list[str] = Field(examples=[[]])


@router.post("/transactions/{transaction_id}/undos", response=ACTED, summary="Undo")
def undo(request: Any, transaction_id: TransactionId, body: UndoIn, key: Key) -> Any:
    """Calls back what you confirmed or repeated seconds ago; `allowed_actions` says until when."""
    intent = intent_of(request, transaction_id, "undo", key, body.expected_version)
    return acted(request, actions.undo, intent=intent)


@router.post(
    "/transactions/{transaction_id}/confirmation-withdrawals",
    response=ACTED,
    summary="Withdraw a confirmation",
)
def confirmation_withdrawal(
    request: Any, transaction_id: TransactionId, body: UndoIn, key: Key
) -> Any:
    """Takes back your confirmation of what is still scheduled."""
    intent = intent_of(request, transaction_id, "withdraw_confirmation", key, body.expected_version)
    return acted(request, actions.withdraw_confirmation, intent=intent)


@router.get(
    "/transactions/{transaction_id}/repeat-offer",
    response={200: RepeatOffer, **errors_for(401, 403, 404, 409, 422, 503)},
    summary="Look afresh before repeating",
)
def repeat_offer(request: Any, transaction_id: TransactionId) -> RepeatOffer:
    """Payee, fee and limits as they are now; holds until `expires_at`."""
    return service.repeat_offer(request.person.subject, transaction_id)


@router.post("/transactions/{transaction_id}/repetitions", response=ACTED, summary="Repeat")
def repetition(request: Any, transaction_id: TransactionId, body: RepetitionIn, key: Key) -> Any:
    """Sends the same again: answered 202 with `step_up_url`, where a fresh proof is asked for."""
    if body.payee_check in checking.CHECKS_TO_TICK and not body.sure:
        told = "The name doesn’t match. Ask the payee, then send `sure`. Nothing was sent."
        return problems.response(request, 422, code="payee_not_sure", detail=told)
    seen = body.dict(exclude={"sure"})
    intent = intent_of(request, transaction_id, "repeat", key, None, **seen)
    return acted(request, actions.repeat, intent=intent)


@router.post(
    "/bulk-cancellations",
    response={201: BulkOut, 202: BulkOut, **BULK_ERRORS},
    summary="Cancel several",
)
def bulk_cancellation(request: Any, body: BulkCancellationIn, key: Key) -> Any:
    """Each on its own, once, with a result a row; 202 while some are still under way."""
    subject = request.person.subject
    try:
        told = _told_before(subject, key, body)
        if not told:
            told = picking.cancel(
                picked=_picked(request, key, body),
                reason=body.reason,
                request_id=request.request_id,
            )
    except KeyReused:
        told_why = "This Idempotency-Key came before with another body. Nothing was sent."
        return problems.response(request, 422, code="idempotency_key_reused", detail=told_why)
    return _answer(key, told, [one.id for one in body.transactions])


@router.get(
    "/bulk-cancellations/{key}",
    response={200: BulkOut, **errors_for(401, 404)},
    summary="Look again at several",
)
def bulk_again(
    request: Any, key: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
) -> BulkOut | HttpResponse:
    """What became of each that you told together under `key`."""
    told = queue.under(request.person.subject, key)
    if not told:
        return problems.response(request, 404)
    return _out(key, told, [one.transaction_id for one in told])


@router.post(
    "/bulk-labellings", response={200: BulkLabellingOut, **BULK_ERRORS}, summary="Label several"
)
def bulk_labelling(request: Any, body: BulkLabellingIn) -> BulkLabellingOut | HttpResponse:
    """Puts one label on each, or takes it off. Doing it again changes nothing."""
    subject = request.person.subject
    label = labels.find(subject, body.label_id)
    if label is None:
        return problems.response(request, 404)
    as_of, found, gone = picking.chosen_at(subject, body.ids)
    try:
        picking.put_label(label=label, transactions=found, on=body.on)
    except Refused as refusal:
        return problems.response(request, refusal.status, code=refusal.code, detail=refusal.words)
    return BulkLabellingOut(as_of=as_of, changed=[txn.id for txn in found], not_found=gone)


def _told_before(subject: str, key: str, body: BulkCancellationIn) -> list[Instruction]:
    """What the same key brought before: its answer needs no look at the service."""
    told = queue.under(subject, key)
    payloads = {
        one.id: {"expected_version": one.expected_version, "reason": body.reason}
        for one in body.transactions
    }
    for one in told:
        payload = payloads.get(one.transaction_id)
        if payload is None or one.fingerprint != fingerprint("cancel", one.transaction_id, payload):
            raise KeyReused
    unknown = payloads.keys() - {one.transaction_id for one in told}
    # What was not found before is not found again: what is there was not in that body.
    if told and unknown and picking.chosen(subject, unknown)[0]:
        raise KeyReused
    queue.send_now(told)
    return told


def _picked(request: Any, key: str, body: BulkCancellationIn) -> picking.Picked:
    subject = request.person.subject
    found, _ = picking.chosen(subject, [one.id for one in body.transactions])
    versions = {one.id: one.expected_version for one in body.transactions}
    rows = picking.rows(found, "cancel", zone_of(request.person))
    return picking.Picked(key, subject, "cancel", picking.as_seen(rows, versions))


def _answer(key: str, told: list[Instruction], ids: list[str]) -> Status[BulkOut]:
    out = _out(key, told, ids)
    return Status(202 if out.open else 201, out)


def _out(key: str, told: list[Instruction], ids: list[str]) -> BulkOut:
    known = {one.transaction_id: one for one in told}
    return BulkOut(
        url=f"/api/v1/bulk-cancellations/{key}",
        done=sum(one.state == "done" for one in told),
        open=sum(one.is_open for one in told),
        results=[_row(one, known.get(one)) for one in ids],
    )


def _row(transaction_id: str, instruction: Instruction | None) -> BulkRow:
    if instruction is None:
        return BulkRow(transaction_id=transaction_id, state="not_found", code="not_found")
    return BulkRow(
        transaction_id=transaction_id,
        state=instruction.state,
        code=instruction.code,
        instruction=as_json(instruction),
    )
