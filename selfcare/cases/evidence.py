"""Files for a case: checked by content, handed over, and named in the form until it is sent."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare import errors
from selfcare.annotations import media
from selfcare.annotations.refusals import Refused
from selfcare.clients import cases as service
from selfcare.web import uploads
from selfcare.web.request import SignedInRequest

log = structlog.get_logger("selfcare.cases")

SALT = "selfcare.cases.evidence"
# As many as a case holds at the service.
MOST = 20
LOST = noop(
    "We couldn’t hand over “{name}” just now. Nothing else is lost: choose it again and send."
)
REFUSED = noop("The platform didn’t take “{name}”. Choose another file.")
TOO_MANY = noop("At most 20 files go with it. “{name}” and what came after it was left out.")
TOO_LARGE = noop(
    "A file may have 10 MB, and one had more. Choose the others again with a smaller one."
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that the service has already, and that no case names so far."""

    sha256: str
    name: str
    media_type: str
    size: int

    @property
    def named(self) -> dict[str, str]:
        """As a case names it."""
        return {"sha256": self.sha256, "name": self.name}

    @property
    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def token(self, subject: str) -> str:
        """What stands in the form: whose file it is can't be changed by anybody."""
        return signing.dumps([subject, asdict(self)], salt=SALT, compress=True)


@dataclass(slots=True)
class Taken:
    """The files that stay with a form, and what was wrong with others."""

    pieces: list[Piece] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def take(request: SignedInRequest) -> Taken:
    """The files of an earlier try that are still ticked, and the new ones, each handed over."""
    subject = request.person.subject
    taken = Taken(kept(request.POST.getlist("kept"), subject))
    for file in request.FILES.getlist("files"):
        name = media.plain_name(file.name or "") or "file"
        if len(taken.pieces) >= MOST:
            taken.faults.append(_(TOO_MANY).format(name=name))
            break
        _hand_over(taken, subject, name, file)
    if uploads.too_large(request):
        taken.faults.append(_(TOO_LARGE))
    return taken


def kept(tokens: Iterable[str], subject: str) -> list[Piece]:
    """What the tokens of a form stand for; one that isn't this person's is left out."""
    found: dict[str, Piece] = {}
    for token in list(tokens)[:MOST]:
        try:
            whose, facts = signing.loads(token, salt=SALT)
            piece = Piece(**facts)
        except (signing.BadSignature, TypeError, ValueError):
            continue
        if whose == subject:
            found[piece.sha256] = piece
    return list(found.values())


def store(subject: str, name: str, file: "UploadedFile[bytes]") -> Piece:
    """Checks one file by its content and hands it over. Raises Refused and errors.CallFailed."""
    media_type = media.recognise(file, name)
    file.seek(0)
    content = file.read()
    digest = service.put_evidence(subject, content, media_type)
    return Piece(digest, media.true_name(name, media_type), media_type, len(content))


def _hand_over(taken: Taken, subject: str, name: str, file: "UploadedFile[bytes]") -> None:
    try:
        piece = store(subject, name, file)
    except Refused as refusal:
        taken.faults.append(refusal.words)
    except errors.NoAnswer as failure:
        log.warning("evidence.not_stored", detail=failure.detail)
        taken.faults.append(_(LOST).format(name=name))
    except errors.CallFailed as refusal:
        log.warning("evidence.refused", detail=refusal.detail)
        taken.faults.append(_(REFUSED).format(name=name))
    else:
        if piece.sha256 not in {p.sha256 for p in taken.pieces}:
            taken.pieces.append(piece)
