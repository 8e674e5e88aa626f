"""Files of a transaction as JSON, and their bytes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.urls import reverse
from ninja import Field, File, Path, Router, Schema, Status
from ninja.files import UploadedFile

from selfcare.annotations import attachments, card, file_views
from selfcare.annotations.models import Attachment
from selfcare.web.api import errors_for

router = Router(tags=["annotations"])

TransactionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$")]
FILE = "att_019c8f3e0a7b7c52a1d4f0b7c3a2e915"
AttachmentId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{3,80}$", examples=[FILE])]
BINARY = {"schema": {"type": "string", "format": "binary"}}


class AttachmentOut(Schema):
    """A file of yours; `media_type` is what its content is, whatever its name said."""

    id: str = Field(examples=[FILE])
    transaction_id: str
    name: str = Field(examples=["invoice.pdf"])
    media_type: Literal["application/pdf", "image/png", "image/jpeg"]
    size: int = Field(examples=[48213], description="bytes")
    sha256: str = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    added_at: datetime
    content_url: str = Field(examples=[f"/api/v1/attachments/{FILE}/content"])


class AttachmentsOut(Schema):
    data: list[AttachmentOut]


@router.get(
    "/transactions/{transaction_id}/attachments",
    response={200: AttachmentsOut, **errors_for(401, 404, 503)},
    summary="Files at a transaction",
    url_name="attachments",
)
def attachment_list(request: Any, transaction_id: TransactionId) -> Any:
    """Oldest first."""
    card.known(request.person.subject, transaction_id)
    found = attachments.of(request.person.subject, transaction_id)
    return {"data": [as_json(one) for one in found]}


@router.post(
    "/transactions/{transaction_id}/attachments",
    response={201: AttachmentOut, **errors_for(400, 401, 403, 404, 409, 413, 415, 422, 503)},
    summary="Add a file",
    url_name="attachments",
)
def attachment_new(
    request: Any,
    transaction_id: TransactionId,
    file: Annotated[
        UploadedFile | None, File(description="PDF, PNG or JPEG, at most 10 MB")
    ] = None,
) -> Any:
    """A PDF, PNG or JPEG, checked by its content; the very same file again is a 409."""
    card.known(request.person.subject, transaction_id)
    return Status(201, as_json(file_views.add(request, transaction_id)))


@router.get(
    "/attachments/{attachment_id}",
    response={200: AttachmentOut, **errors_for(401, 404, 503)},
    summary="One file",
)
def attachment_detail(request: Any, attachment_id: AttachmentId) -> Any:
    """What is known of it; its bytes are at `content_url`."""
    return as_json(_own(request, attachment_id))


@router.get(
    "/attachments/{attachment_id}/content",
    response=errors_for(401, 404, 503),
    summary="A file's bytes",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, as an attachment",
                "content": dict.fromkeys(
                    ("application/pdf", "image/png", "image/jpeg"),
                    BINARY,
                ),
            }
        }
    },
)
def attachment_content(request: Any, attachment_id: AttachmentId) -> HttpResponse:
    """To keep, not to show: with `Content-Disposition: attachment` and nosniff."""
    return file_views.content(request, _own(request, attachment_id), as_attachment=True)


@router.delete(
    "/attachments/{attachment_id}",
    response={204: None, **errors_for(400, 401, 403, 404, 415, 503)},
    summary="Remove a file",
)
def attachment_removal(request: Any, attachment_id: AttachmentId) -> Any:
    """For good."""
    attachments.remove(_own(request, attachment_id))
    return Status(204, None)


def as_json(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.public_id,
        "transaction_id": attachment.transaction_id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "added_at": attachment.added_at,
        "content_url": reverse("api:attachment_content", args=[attachment.public_id]),
    }


def _own(request: Any, attachment_id: str) -> Attachment:
    attachment = attachments.get(request.person.subject, attachment_id)
    if attachment is None:
        raise Http404
    return attachment
