"""Cases as JSON: what is under way, what is said in it, and its files."""

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Field, File, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from selfcare.annotations import media
from selfcare.annotations.refusals import Refused
from selfcare.cases import actions, evidence
from selfcare.cases.evidence import Piece
from selfcare.cases.views import attached
from selfcare.clients import cases as service
from selfcare.clients.case_shapes import Case, CasePage
from selfcare.instructions.api import ACTED, Key, acted
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction
from selfcare.web import problems, uploads
from selfcare.web.api import errors_for

router = Router(tags=["cases"])

CASE = "rfr_019c8f3e0a7b7c52a1d4f0b7c3a2e915"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BINARY = {"schema": {"type": "string", "format": "binary"}}
CaseId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[CASE])]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", examples=[SHA])]
# No database keeps NUL in a text.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2000)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]+$", min_length=1, max_length=120)]
DisputeReason = Literal["not_received", "not_as_described", "duplicate", "wrong_amount"]


class EvidenceIn(Schema):
    """A file that was handed over before."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", examples=[SHA])
    name: Name = Field(examples=["invoice.pdf"])


class EvidenceOut(Schema):
    """A file that you handed over, and that a case may name from now on."""

    sha256: str = Field(examples=[SHA])
    name: str = Field(examples=["invoice.pdf"])
    media_type: Literal["application/pdf", "image/png", "image/jpeg"]
    size: int = Field(examples=[48213], description="bytes")


Pieces = Annotated[list[EvidenceIn], Field(max_length=evidence.MOST)]


class MessageIn(Schema):
    text: Text = Field("", examples=["Here is the photo of the broken frame."])
    evidence: Pieces = []


class WithdrawalIn(Schema):
    """Nothing has to be said."""


class EscalationIn(Schema):
    reason: DisputeReason
    message: Text = Field("", examples=["They offer 20.00 EUR for a bell that never came."])


class CasesQuery(Schema):
    state: Literal["", "open", "closed"] = ""
    transaction_id: str = Field("", pattern=r"^([A-Za-z0-9_-]{3,80})?$")
    cursor: str = Field("", max_length=2000, description="next_cursor of the page before")
    limit: int = Field(25, ge=1, le=100)


@router.get(
    "/cases",
    response={200: CasePage, **errors_for(400, 401, 404, 422, 503)},
    summary="List cases",
)
def case_list(request: Any, query: Query[CasesQuery]) -> CasePage:
    """Newest first; follow `next_cursor` until it is null."""
    return service.cases(
        request.person.subject,
        state=query.state,
        transaction_id=query.transaction_id,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/cases/{case_id}", response={200: Case, **errors_for(401, 404, 422, 503)}, summary="One case"
)
def case_detail(request: Any, case_id: CaseId) -> Case:
    """With its timeline, messages and files, and what you can do until when, or why not."""
    return service.case(request.person.subject, case_id)


@router.post("/cases/{case_id}/messages", response=ACTED, summary="Write into a case")
def message(request: Any, case_id: CaseId, body: MessageIn, key: Key) -> Any:
    """A message, files, or both; 422 for neither."""
    text = body.text.strip()
    if not text and not body.evidence:
        return problems.response(
            request, 422, code="invalid", detail="Write something, or add a file."
        )
    intent = _intent_in(request, case_id, "case_message", key)
    return acted(request, actions.say, intent=intent, text=text, evidence=pieces(body.evidence))


@router.post("/cases/{case_id}/withdrawals", response=ACTED, summary="Withdraw a case")
def withdrawal(request: Any, case_id: CaseId, body: WithdrawalIn, key: Key) -> Any:
    """Ends it without a decision, for good."""
    intent = _intent_in(request, case_id, "case_withdraw", key)
    return acted(request, actions.withdraw, intent=intent)


@router.post("/cases/{case_id}/escalations", response=ACTED, summary="Make it a dispute")
def escalation(request: Any, case_id: CaseId, body: EscalationIn, key: Key) -> Any:
    """For a refund request that was declined, granted in part, or not answered in time."""
    intent = _intent_in(request, case_id, "case_escalate", key)
    return acted(
        request, actions.escalate, intent=intent, reason=body.reason, message=body.message.strip()
    )


@router.post(
    "/evidence",
    response={201: EvidenceOut, **errors_for(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)},
    summary="Hand a file over",
    url_name="evidence_new",
)
def evidence_new(
    request: Any,
    file: Annotated[
        UploadedFile | None, File(description="PDF, PNG or JPEG, at most 10 MB")
    ] = None,
) -> Any:
    """Checked by its content. Name its `sha256` when you open a case or write into one."""
    if uploads.too_large(request):
        return problems.response(request, 413, code="file_too_large", detail=evidence.TOO_LARGE)
    if file is None:
        return problems.response(request, 422, code="file_missing", detail="Add a file.")
    try:
        piece = evidence.store(request.person.subject, file.name or "file", file)
    except Refused as refusal:
        return problems.response(request, refusal.status, code=refusal.code, detail=refusal.words)
    return Status(201, EvidenceOut(**piece.facts))


@router.get(
    "/cases/{case_id}/evidence/{sha256}",
    response=errors_for(401, 404, 422, 503),
    summary="The bytes of a file",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, as an attachment",
                "content": dict.fromkeys(
                    ("application/pdf", "image/png", "image/jpeg", "application/octet-stream"),
                    BINARY,
                ),
            }
        }
    },
)
def evidence_detail(request: Any, case_id: CaseId, sha256: Sha256) -> HttpResponse:
    """Only of a case of yours, whoever added it."""
    return attached(request.person.subject, case_id, sha256)


def pieces(named: list[EvidenceIn]) -> list[Piece]:
    """The files as the actions take them; what they are is known to the service."""
    found = {}
    for one in named:
        name = media.plain_name(one.name) or "file"
        found[one.sha256] = Piece(one.sha256, name, "", 0)
    return list(found.values())


def _intent_in(request: Any, case_id: str, action: str, key: str) -> Intent:
    """What the caller sees; a key that came before needs no look at the service."""
    subject = request.person.subject
    before = Instruction.objects.of(subject).filter(key=key).first()
    if before is None:
        return actions.intent_in(service.case(subject, case_id), action, key=key)
    return Intent(
        key=key,
        subject=subject,
        action=action,
        transaction_id=before.transaction_id,
        case_id=case_id,
        **before.shown,
    )
