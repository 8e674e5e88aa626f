"""Notes, labels and rules as JSON; files have their own room. What decides is in actions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Path, Router, Schema, Status
from pydantic import StringConstraints

from selfcare import ids
from selfcare.annotations import actions, card, labels
from selfcare.annotations.models import Label, Note, Rule
from selfcare.annotations.refusals import Refused
from selfcare.clients.shapes import rfc3339
from selfcare.web import problems
from selfcare.web.api import api, errors_for

router = Router(tags=["annotations"])

TransactionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
LabelId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["lbl_019c8f3e0a7b"])]
# Room for what is then told in words; no database keeps NUL in a text.
Text = Annotated[str, StringConstraints(max_length=20_000)]
Words = Annotated[str, StringConstraints(max_length=400)]
Tint = Annotated[int, Field(strict=True, ge=0, le=7, description="one of the look's eight hues")]

LABEL = "lbl_019c8f3e0a7b7c52a1d4f0b7c3a2e915"
RULE = "rul_019c8f3e0a7b7c52a1d4f0b7c3a2e915"


class NoteOut(Schema):
    """Your note; `version` is 0 and `text` empty where you never wrote one."""

    text: str = Field(examples=["Birthday present for Ada. Warranty until 2028."])
    version: int = Field(examples=[3])
    saved_at: datetime | None = Field(examples=["2026-11-21T14:02:11Z"])


class NoteIn(Schema):
    text: Text = Field(examples=["Birthday present for Ada. Warranty until 2028."])
    seen_version: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = Field(
        examples=[2], description="the version that you saw; 0 where there was no note"
    )


class LabelOut(Schema):
    id: str = Field(examples=[LABEL])
    name: str = Field(examples=["Groceries"])
    tint: int = Field(examples=[3])
    created_at: datetime


class LabelIn(Schema):
    name: Words = Field(examples=["Groceries"], description="at most 40 characters")
    tint: Tint | None = Field(None, examples=[3])


class LabelChange(Schema):
    """What is left out stays."""

    name: Words | None = Field(None, examples=["Food"])
    tint: Tint | None = Field(None, examples=[5])


class LabelsOut(Schema):
    data: list[LabelOut]


class RuleOut(Schema):
    id: str = Field(examples=[RULE])
    kind: Literal["merchant", "counterparty"]
    value: str = Field(examples=["mer_nordlicht"])
    words: str = Field(examples=["Nordlicht Books"])


class RulesOut(Schema):
    data: list[RuleOut]


class RuleIn(Schema):
    """All of a merchant (`value` is its id), or all whose other side has exactly this name."""

    kind: Literal["merchant", "counterparty"] = Field(examples=["merchant"])
    value: Words = Field(examples=["mer_nordlicht"])
    words: Words = Field("", examples=["Nordlicht Books"], description="how people know it")


class LabelOnOut(LabelOut):
    """A label on one transaction; `rule` is the rule that put it there, null when by hand."""

    rule: str | None = Field(examples=[RULE])


class LabelsOnOut(Schema):
    data: list[LabelOnOut]


def as_json(label: Label) -> dict[str, Any]:
    return {
        "id": label.public_id,
        "name": label.name,
        "tint": label.tint,
        "created_at": label.created_at,
    }


@api.exception_handler(Refused)
def _refused(request: Any, refusal: Refused) -> HttpResponse:
    return problems.response(request, refusal.status, code=refusal.code, detail=refusal.words)


@router.get(
    "/transactions/{transaction_id}/note",
    response={200: NoteOut, **errors_for(401, 404, 503)},
    summary="Your note",
)
def note(request: Any, transaction_id: TransactionId) -> Any:
    """What you wrote on a transaction; only you see it."""
    card.known(request.person.subject, transaction_id)
    return _note(card.note_of(request.person.subject, transaction_id))


@router.put(
    "/transactions/{transaction_id}/note",
    response={200: NoteOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Write your note",
)
def save_note(request: Any, transaction_id: TransactionId, body: NoteIn) -> Any:
    """Over the version that you saw; 409 `note_changed` carries the one that is there now.

    An empty text takes the note away.
    """
    subject = request.person.subject
    card.known(subject, transaction_id)
    try:
        saved = actions.save_note(
            subject=subject,
            transaction_id=transaction_id,
            text=body.text,
            seen_version=body.seen_version,
        )
    except actions.NoteChanged as change:
        current = {**_note(change.note), "saved_at": rfc3339(change.note.saved_at)}
        words = "The note was changed elsewhere. Yours is not saved."
        return problems.response(request, 409, code="note_changed", detail=words, current=current)
    return _note(saved)


@router.get(
    "/transactions/{transaction_id}/labels",
    response={200: LabelsOnOut, **errors_for(401, 404, 503)},
    summary="Labels on a transaction",
)
def labels_on(request: Any, transaction_id: TransactionId) -> Any:
    """By rules and by hand. 503 while we can't know what your rules put on."""
    subject = request.person.subject
    txn = card.look(subject, transaction_id)
    found = card.labels_on(subject, transaction_id, txn)
    rows = [{**as_json(one), "rule": rule and rule.public_id} for one, rule in found]
    return {"data": rows}


@router.put(
    "/transactions/{transaction_id}/labels/{label_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Put a label on",
)
def put_on(request: Any, transaction_id: TransactionId, label_id: LabelId) -> Any:
    """By hand; again is the same as once."""
    card.known(request.person.subject, transaction_id)
    actions.put_on(label=_own(request, label_id), transaction_id=transaction_id)
    return Status(204, None)


@router.delete(
    "/transactions/{transaction_id}/labels/{label_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Take a label off",
)
def take_off(request: Any, transaction_id: TransactionId, label_id: LabelId) -> Any:
    """By hand, also where a rule puts it on; again is the same as once."""
    card.known(request.person.subject, transaction_id)
    actions.take_off(label=_own(request, label_id), transaction_id=transaction_id)
    return Status(204, None)


@router.get("/labels", response={200: LabelsOut, **errors_for(401, 503)}, summary="Your labels")
def label_list(request: Any) -> Any:
    """By name. A list takes an id as its `label` filter."""
    return {"data": [as_json(label) for label in labels.of(request.person.subject)]}


@router.post(
    "/labels",
    response={201: LabelOut, **errors_for(400, 401, 403, 409, 415, 422, 503)},
    summary="Make a label",
)
def label_new(request: Any, body: LabelIn) -> Any:
    """Its name is yours alone once, whatever the case; without a tint it gets one."""
    label = actions.make_label(subject=request.person.subject, name=body.name, tint=body.tint)
    return Status(201, as_json(label))


@router.get(
    "/labels/{label_id}", response={200: LabelOut, **errors_for(401, 404, 503)}, summary="One label"
)
def label_detail(request: Any, label_id: LabelId) -> Any:
    """Its name and tint."""
    return as_json(_own(request, label_id))


@router.patch(
    "/labels/{label_id}",
    response={200: LabelOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Rename or recolour",
)
def label_change(request: Any, label_id: LabelId, body: LabelChange) -> Any:
    """What it is on stays."""
    label = _own(request, label_id)
    name = label.name if body.name is None else body.name
    tint = label.tint if body.tint is None else body.tint
    return as_json(actions.change_label(label=label, name=name, tint=tint))


@router.delete(
    "/labels/{label_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 415, 503)},
    summary="Delete a label",
)
def label_removal(request: Any, label_id: LabelId) -> Any:
    """With its rules, and off everything; the transactions stay as they are."""
    actions.remove_label(label=_own(request, label_id))
    return Status(204, None)


@router.get(
    "/labels/{label_id}/rules",
    response={200: RulesOut, **errors_for(401, 404, 503)},
    summary="Rules of a label",
)
def rule_list(request: Any, label_id: LabelId) -> Any:
    """Oldest first."""
    label = _own(request, label_id)
    return {"data": [_rule(rule) for rule in label.rules.order_by("created_at")]}


@router.post(
    "/labels/{label_id}/rules",
    response={201: RuleOut, **errors_for(400, 401, 403, 404, 409, 415, 422, 503)},
    summary="Make a rule",
)
def rule_new(request: Any, label_id: LabelId, body: RuleIn) -> Any:
    """It counts for old and new transactions at once; the same rule again is the one there is."""
    label = _own(request, label_id)
    rule = actions.add_rule(label=label, kind=body.kind, value=body.value, words=body.words)
    return Status(201, _rule(rule))


@router.delete(
    "/labels/{label_id}/rules/{rule_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 415, 503)},
    summary="Delete a rule",
)
def rule_removal(
    request: Any,
    label_id: LabelId,
    rule_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[RULE])],
) -> Any:
    """What was said by hand stays."""
    pk = ids.decode("rul", rule_id)
    rule = _own(request, label_id).rules.filter(pk=pk).first() if pk else None
    if rule is None:
        raise Http404
    actions.remove_rule(rule=rule)
    return Status(204, None)


def _own(request: Any, label_id: str) -> Label:
    label = labels.find(request.person.subject, label_id)
    if label is None:
        raise Http404
    return label


def _note(note: Note) -> dict[str, Any]:
    saved_at = note.saved_at if note.version else None
    return {"text": note.text, "version": note.version, "saved_at": saved_at}


def _rule(rule: Rule) -> dict[str, Any]:
    return {"id": rule.public_id, "kind": rule.kind, "value": rule.value, "words": rule.words}
