"""Files as evidence, kept by what is in them; who may see which."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest

from sandbox.cases.bodies import Piece
from sandbox.cases.models import Case, CaseEvidence, CaseMessage, Evidence
from sandbox.cases.rules import LARGEST_EVIDENCE, MEDIA_TYPES, MOST_EVIDENCE
from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions.machine import Actor

CHUNK = 65_536


def take_in(request: HttpRequest, person: Person, sha256: str) -> Evidence:
    """The file of a request, stored once. ProblemError 413, 415 or 422 says what is wrong."""
    if request.content_type not in MEDIA_TYPES:
        raise ProblemError(415, "unsupported_media_type", "Send a PDF, PNG or JPEG.")
    content = _read(request)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ProblemError(422, "digest_mismatch", "These aren't the bytes of that digest.")
    if not content.startswith(MEDIA_TYPES[request.content_type]):
        told = f"The content isn't {request.content_type}."
        raise ProblemError(422, "type_mismatch", told)
    return store(content, request.content_type, person)


def store(content: bytes, media_type: str, person: Person) -> Evidence:
    digest = hashlib.sha256(content).hexdigest()
    facts = {"media_type": media_type, "size": len(content), "content": content}
    row, _ = Evidence.objects.get_or_create(sha256=digest, defaults=facts)
    row.holders.add(person)
    return row


def _read(request: HttpRequest) -> bytes:
    """The body; a file that is somewhat too large is read to its end, so that the answer arrives.

    Who is still sending when the connection closes never sees why.
    """
    parts, size = [], 0
    while size <= 2 * LARGEST_EVIDENCE and (part := request.read(CHUNK)):
        size += len(part)
        if size <= LARGEST_EVIDENCE:
            parts.append(part)
    if size > LARGEST_EVIDENCE:
        raise ProblemError(413, "too_large", f"A file may have {LARGEST_EVIDENCE} bytes.")
    return b"".join(parts)


def seen_by(person: Person, sha256: str) -> Evidence:
    """A file that the person or the other side of their case added, or ProblemError 404."""
    mine = Evidence.objects.filter(sha256=sha256, holders=person)
    shared = Evidence.objects.filter(sha256=sha256, uses__case__person=person)
    found = mine.first() or shared.first()
    if found is None:
        raise ProblemError(404, "unknown_evidence", "There is no such file.")
    return found


def attach(
    case: Case,
    pieces: Iterable[Piece],
    *,
    by: Actor,
    at: datetime,
    message: CaseMessage | None = None,
) -> list[str]:
    """Add files that the person stored before; gives the digests of those that are new here."""
    wanted = {piece.sha256: piece.name for piece in pieces}
    held = set(
        Evidence.objects.filter(sha256__in=wanted, holders=case.person).values_list("pk", flat=True)
    )
    if missing := sorted(set(wanted) - held):
        told = "Store each file before you refer to it."
        raise ProblemError(422, "unknown_evidence", told, sha256=missing)
    known = set(case.files.values_list("evidence", flat=True))
    new = [digest for digest in wanted if digest not in known]
    if len(known) + len(new) > MOST_EVIDENCE:
        raise ProblemError(422, "too_much_evidence", f"A case holds {MOST_EVIDENCE} files.")
    CaseEvidence.objects.bulk_create(
        CaseEvidence(
            case=case, evidence_id=digest, message=message, name=wanted[digest], added_at=at,
            actor_kind=by.kind, actor_name=by.name,
        )
        for digest in new
    )  # fmt: skip
    return new
