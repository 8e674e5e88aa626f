"""Makes an export's file out of its parts and keeps it in the storage; knows no job and no page."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from selfcare import errors
from selfcare.clients import statements
from selfcare.documents.exports.asking import words_of
from selfcare.documents.exports.delimited import COPY_BYTES
from selfcare.documents.exports.formats import BY_NAME
from selfcare.documents.exports.manifest import (
    About,
    AskBooks,
    Books,
    Posting,
    file_name,
    period_of,
)
from selfcare.documents.exports.models import Export, State
from selfcare.documents.readers import written_for
from selfcare.web import formats
from selfcare.web.request import Person


def make_file(export: Export, parts: Iterator[BinaryIO]) -> dict[str, object]:
    """Writes and keeps the file; gives the fields of `export` that say so, as not yet saved.

    The file is whole in a place of its own before the storage takes it: what is cut off stays
    unseen. Raises CannotBeTold, NotTypeset, errors.CallFailed (balances), OSError (storage).
    """
    kind = BY_NAME[export.format]
    with tempfile.TemporaryFile() as out:
        with _written(export):
            about = about_of(export, timezone.now())
            kind.write(out, parts, about)
        size, digest = _measured(out)
        name = default_storage.save(f"{export.folder}/{about.file_name}", File(out))
    manifest = {**about.told(), "size": size, "sha256": digest}
    # Whatever language the file is in: programs read the manifest.
    manifest["filter"]["words"] = export.words
    return {
        "state": State.READY,
        "file": name,
        "size": size,
        "sha256": digest,
        "manifest": manifest,
        "finished_at": about.made_at,
        "expires_at": about.made_at + timedelta(days=settings.EXPORT_DAYS),
        "failure": "",
    }


def reader_of(export: Export) -> Person:
    """Whose export it is, as far as a worker knows them."""
    return Person(subject=export.subject, name=export.holder, email="", zone=export.zone)


def words_for_reader(export: Export) -> str:
    """What it shows, in the active language; as it was kept where that can't be said anew."""
    if formats.active().language == "en":
        return export.words
    return words_of(reader_of(export), export.query_string, export.question) or export.words


def _written(export: Export) -> AbstractContextManager[Any]:
    """A PDF is read by its person; all other files by programs, which read English."""
    zone = ZoneInfo(export.zone)
    if export.format == "pdf":
        return written_for(reader_of(export), zone)
    return formats.use(formats.Formats(zone=zone))


def about_of(export: Export, made_at: datetime) -> About:
    """What the export's file says of itself."""
    kind = BY_NAME[export.format]
    zone = ZoneInfo(export.zone)
    return About(
        id=export.public_id,
        format=kind.name,
        format_words=kind.words,
        media_type=kind.media_type,
        file_name=file_name(export.public_id, made_at.astimezone(zone), kind.extension),
        words=words_for_reader(export),
        query_string=export.query_string,
        sort=export.sort,
        holder=export.holder,
        zone=zone,
        as_of=export.as_of or made_at,
        made_at=made_at,
        rows=export.rows,
        totals=export.totals,
        period=period_of(export.question),
        books=_books_of(export.subject),
    )


def _books_of(subject: str) -> AskBooks:
    def ask(account_id: str, start: datetime, end: datetime) -> Books | None:
        if start >= end:
            return None
        try:
            told = statements.statement(subject, account_id, start, end)
        except (errors.NotFound, errors.Rejected):
            return None
        others = tuple(Posting(one.at, one.name, one.amount_minor) for one in told.other)
        return Books(
            told.opening_minor,
            told.closing_minor,
            told.count,
            told.in_minor,
            told.out_minor,
            told.fees_minor,
            others,
        )

    return ask


def _measured(out: BinaryIO) -> tuple[int, str]:
    out.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := out.read(COPY_BYTES):
        digest.update(chunk)
        size += len(chunk)
    out.seek(0)
    return size, digest.hexdigest()


def stored_parts(export: Export) -> Iterator[BinaryIO]:
    """The parts in their order, each open while it is read."""
    for name in list(export.parts.values_list("name", flat=True)):
        with default_storage.open(name, "rb") as part:
            # Django's wrapper splits lines in Python; what it wraps does so in C.
            yield cast("BinaryIO", part.file)


def forget_files(export: Export, *, but: str = "") -> None:
    """Removes what lies in the export's folder, also what a killed worker left; keeps `but`."""
    try:
        _, names = default_storage.listdir(export.folder)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{export.folder}/{name}"
        if path != but:
            default_storage.delete(path)
    if not but:
        default_storage.delete(export.folder)
