"""Exports as JSON: the same filters, limits and refusals as on the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse, QueryDict
from ninja import Field, Header, Path, Router, Schema, Status
from pydantic import StringConstraints

from selfcare.documents.exports import actions, views
from selfcare.documents.exports.asking import asked_for
from selfcare.documents.exports.formats import BY_NAME
from selfcare.documents.exports.models import Export
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["exports"])

Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{16,128}$")]
ExportId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=["exp_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
]
QueryText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=8000)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
DIGEST = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"


class ExportIn(Schema):
    """What to export: `query` is the query string of the list, or `ids` name the rows."""

    format: Literal["csv", "xlsx", "pdf", "jsonl", "camt053", "mt940", "ofx"] = Field(
        examples=["csv"]
    )
    query: QueryText = Field(
        "", description="as in the list page's address", examples=["status=completed&currency=EUR"]
    )
    ids: list[Id] = Field([], max_length=1000, examples=[[]])


class TotalsLine(Schema):
    currency: str = Field(examples=["EUR"])
    status: str = Field(examples=["completed"])
    count: int = Field(examples=[412])
    in_minor: int = Field(examples=[120_000])
    out_minor: int = Field(examples=[2_673_880])
    fee_minor: int = Field(examples=[0])


class FilterOut(Schema):
    words: str = Field(examples=["Completed payments to Nordlicht Books, March 2026"])
    query: str = Field(examples=["status=completed&merchant=mer_1&from=2026-03-01"])
    sort: str = Field(examples=["-created_at"])


class Manifest(Schema):
    """What the file says of itself, and its size and SHA-256."""

    id: str = Field(examples=["exp_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
    format: str = Field(examples=["csv"])
    media_type: str = Field(examples=["text/csv; charset=utf-8"])
    file_name: str = Field(examples=["selfcare-transactions-2026-11-21-c3a2e915.csv"])
    filter: FilterOut
    rows: int = Field(examples=[412])
    totals: list[TotalsLine]
    left_out: dict[str, int] = Field(
        description="rows that this format has no place for, by reason",
        examples=[{"not booked yet": 3}],
    )
    notes: list[str] = Field(examples=[[]])
    zone: str = Field(examples=["Europe/Berlin"])
    as_of: datetime = Field(examples=["2026-11-21T14:02:11.000Z"])
    made_at: datetime = Field(examples=["2026-11-21T14:02:12.000Z"])
    size: int = Field(examples=[91_230])
    sha256: str = Field(examples=[DIGEST])


class ExportOut(Schema):
    """An export as it stands. `open` means that it may still change: look again."""

    id: str = Field(examples=["exp_019c8f3e0a7b7c52a1d4f0b7c3a2e915"])
    state: Literal["waiting", "running", "ready", "failed", "cancelled"] = Field(examples=["ready"])
    open: bool = Field(examples=[False])
    format: str = Field(examples=["csv"])
    words: str = Field(examples=["Completed payments to Nordlicht Books, March 2026"])
    query: str = Field(examples=["status=completed&merchant=mer_1&from=2026-03-01"])
    rows: int = Field(description="read so far", examples=[412])
    rows_expected: int = Field(examples=[412])
    percent: int = Field(examples=[100])
    failure: str = Field(description="why it failed; empty otherwise", examples=[""])
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime = Field(description="until when it is kept")
    manifest: Manifest | None = Field(description="while it is ready")


class Exports(Schema):
    data: list[ExportOut]


MADE: dict[int, Any] = {
    201: ExportOut,
    202: ExportOut,
    **errors_for(400, 401, 403, 404, 409, 415, 422, 429, 503),
}


def as_json(export: Export) -> ExportOut:
    return ExportOut.model_validate(
        {
            "id": export.public_id,
            "state": export.state,
            "open": export.is_unfinished,
            "format": export.format,
            "words": export.words,
            "query": export.query_string,
            "rows": export.rows,
            "rows_expected": export.rows_expected,
            "percent": export.percent,
            "failure": export.failure if export.state == "failed" else "",
            "created_at": export.created_at,
            "finished_at": export.finished_at,
            "expires_at": export.expires_at,
            "manifest": export.manifest,
        }
    )


@router.post("", response=MADE, summary="Export what a list shows")
def export_new(request: Any, body: ExportIn, key: Key) -> Any:
    """201 with the file ready up to 5,000 rows (PDF: 500); else 202, and a worker makes it."""
    found = asked_for(QueryDict(body.query), request.person, body.ids)
    if not found.is_valid:
        told = [
            {"location": ["query", name], "detail": " ".join(sentences)}
            for name, sentences in found.errors.items()
        ]
        return problems.response(request, 400, code="bad_filter", errors=told)
    try:
        export = actions.create(
            person=request.person,
            finding=found,
            format_name=body.format,
            key=key,
            request_id=request.request_id,
        )
    except actions.KeyReused:
        return problems.response(
            request,
            422,
            code="idempotency_key_reused",
            detail="This Idempotency-Key came before with another body. Nothing was made.",
        )
    except actions.Refused as refusal:
        status = 429 if refusal.code in {"too_many_exports", "too_many_kept"} else 422
        return problems.response(request, status, code=refusal.code, detail=refusal.words)
    return Status(202 if export.is_unfinished else 201, as_json(export))


@router.get("", response={200: Exports, **errors_for(401)}, summary="Your exports")
def exports(request: Any) -> Any:
    """Newest first; each is kept for seven days."""
    own = Export.objects.shown_to(request.person.subject).order_by("-created_at")
    return {"data": [as_json(one) for one in own[: actions.MOST_KEPT]]}


@router.get("/{export_id}", response={200: ExportOut, **errors_for(401, 404, 422)}, summary="One")
def export(request: Any, export_id: ExportId) -> ExportOut:
    """How far it is; look again while `open` is true."""
    return as_json(views.own(request, export_id))


@router.post(
    "/{export_id}/cancellations",
    response={200: ExportOut, **errors_for(401, 403, 404, 409, 415, 422)},
    summary="Cancel one",
)
def cancellation(request: Any, export_id: ExportId) -> Any:
    """Ends one that is on its way; twice is as good as once. A finished one answers 409."""
    own = views.own(request, export_id)
    if not actions.cancel(own) and own.state != "cancelled":
        return problems.response(request, 409, code="already_finished")
    return as_json(own)


@router.get(
    "/{export_id}/manifest",
    response={200: Manifest, **errors_for(401, 404, 422)},
    summary="Its manifest",
)
def manifest(request: Any, export_id: ExportId) -> Any:
    """404 until the file is ready."""
    own = views.own(request, export_id)
    return own.manifest or problems.response(request, 404, code="not_ready")


@router.get(
    "/{export_id}/file",
    response={**errors_for(401, 404, 409, 422)},
    summary="Its file",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file. Repr-Digest (RFC 9530) tells its SHA-256.",
                "content": {
                    kind.media_type.partition(";")[0]: {
                        "schema": {"type": "string", "format": "binary"}
                    }
                    for kind in BY_NAME.values()
                },
            }
        }
    },
)
def file(request: Any, export_id: ExportId) -> HttpResponse:
    """409 while it isn't ready; 404 once it is gone."""
    answer: HttpResponse = views.file_of(views.own(request, export_id), request)
    return answer
