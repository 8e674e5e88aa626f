"""Files of a transaction: taken in, handed out to their owner alone, and removed."""

from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpResponse
from django.utils.csp import CSP
from django.utils.http import content_disposition_header
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare.annotations import attachments, card, limits
from selfcare.annotations.models import Attachment
from selfcare.annotations.refusals import Refused
from selfcare.annotations.views import back, returned, show
from selfcare.web import problems, uploads
from selfcare.web.guards import signed_in
from selfcare.web.request import Request, SignedInRequest

# Whatever a browser makes of the bytes, it runs nothing, loads nothing and has no origin.
HARMLESS: dict[str, Any] = {"default-src": [CSP.NONE], "sandbox": True}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def attachment_list(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Takes one file; a refusal is told beside the form."""
    if request.method != "POST":
        return back(transaction_id)
    card.known(request.person.subject, transaction_id)
    try:
        add(request, transaction_id)
    except Refused as refusal:
        more = {"file_refusal": refusal.words}
        return show(request, transaction_id, "files", refusal.status, **more)
    return returned(request, transaction_id)


def add(request: Request, transaction_id: str) -> Attachment:
    """Keeps the file of a request, of a page or of the JSON API."""
    if request.person is None:
        raise SuspiciousOperation("nobody's file")
    try:
        file = request.FILES.get("file")
    except OSError as failure:
        # Our own disk is full, or the sender went away.
        raise Refused("files_unavailable") from failure
    if uploads.too_large(request):
        raise Refused("file_too_large", most=limits.largest())
    if file is None:
        raise Refused("file_missing")
    return attachments.add(
        subject=request.person.subject,
        transaction_id=transaction_id,
        name=file.name or "",
        file=file,
    )


@require_safe
@signed_in
def attachment_detail(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The file to keep: never shown by the browser as a page."""
    return content(request, _own(request, public_id), as_attachment=True)


@require_safe
@signed_in
def attachment_picture(request: SignedInRequest, public_id: str) -> HttpResponse:
    """A picture for an <img>; there is no such address for anything else."""
    attachment = _own(request, public_id)
    if not attachment.is_picture:
        raise Http404
    return content(request, attachment, as_attachment=False)


@require_POST
@signed_in
def attachment_removal(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Removes the file for good."""
    attachment = _own(request, public_id)
    attachments.remove(attachment)
    return returned(request, attachment.transaction_id)


def content(request: Request, attachment: Attachment, *, as_attachment: bool) -> HttpResponse:
    """The bytes under the media type that was found in them, and under no other (nosniff)."""
    try:
        file = attachments.open_bytes(attachment)
    except Refused as refusal:
        return problems.page(
            request, refusal.status, code=refusal.code, detail=refusal.words, retry_after=5
        )
    return _handed_out(request, attachment, file, as_attachment=as_attachment)


@csp_override(HARMLESS)
def _handed_out(
    request: Request, attachment: Attachment, file: IO[bytes], *, as_attachment: bool
) -> HttpResponse:
    response: HttpResponse = FileResponse(  # type: ignore[assignment]
        file, content_type=attachment.media_type
    )
    # RFC 6266, with the name in UTF-8 where it needs it (RFC 8187).
    disposition = content_disposition_header(as_attachment, attachment.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Length"] = str(attachment.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _own(request: SignedInRequest, public_id: str) -> Attachment:
    attachment = attachments.get(request.person.subject, public_id)
    if attachment is None:
        raise Http404
    return attachment
