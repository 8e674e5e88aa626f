"""The files of people: added, read, removed, and swept up after a process that died midway."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Sum
from django.utils import timezone

from selfcare import ids
from selfcare.annotations import limits, media
from selfcare.annotations.models import Attachment
from selfcare.annotations.refusals import Refused

log = structlog.get_logger("selfcare.annotations")

State = Attachment.State
# Longer than any upload takes once it has arrived here.
ARRIVES_WITHIN = timedelta(minutes=10)
CHUNK = 256 * 1024


def of(subject: str, transaction_id: str) -> list[Attachment]:
    """The person's files at a transaction, oldest first."""
    here = Attachment.objects.of(subject).kept().filter(transaction_id=transaction_id)
    return list(here.order_by("added_at"))


def get(subject: str, public_id: str) -> Attachment | None:
    """This person's file; None for anybody else's as for one that never was."""
    pk = ids.decode("att", public_id)
    return Attachment.objects.of(subject).kept().filter(pk=pk).first() if pk else None


def open_bytes(attachment: Attachment) -> IO[bytes]:
    """The content, opened for reading; raises Refused files_unavailable where it can't be had."""
    try:
        file: Any = default_storage.open(attachment.path, "rb")
        # A bucket answers only now, and a failure amid the download could not be told any more.
        file.seek(0)
    except Exception as failure:  # whichever storage it is, it has errors of its own
        raise _unavailable("open", failure) from failure
    return file  # type: ignore[no-any-return]


def add(*, subject: str, transaction_id: str, name: str, file: "File[bytes]") -> Attachment:
    """Keeps a file; Refused says why not. The row is committed before the file is written."""
    name = media.plain_name(name)
    if not file.size:
        raise Refused("file_empty", name=name)
    if file.size > settings.ATTACHMENT_BYTES:
        raise Refused("file_too_large", most=limits.largest())
    media_type = media.recognise(file, name)
    attachment = Attachment(
        subject=subject,
        transaction_id=transaction_id,
        path=f"attachments/{secrets.token_hex(20)}",
        name=media.true_name(name, media_type),
        media_type=media_type,
        size=file.size,
        sha256=_digest(file),
    )
    with limits.held(subject):
        _check_room(attachment)
        attachment.save(force_insert=True)
    _store(attachment, file)
    log.info("attachment.added", attachment=attachment.public_id, size=attachment.size)
    return attachment


def remove(attachment: Attachment) -> None:
    """Gone for its person at once; the file follows now, or with the next sweep."""
    if _move(attachment, State.LEAVING):
        log.info("attachment.removed", attachment=attachment.public_id)
        _clear([attachment])


def sweep(limit: int = 100) -> int:
    """Removes what processes that died have left behind; how many files those were."""
    before = timezone.now() - ARRIVES_WITHIN
    left = Attachment.objects.left_behind(before).order_by("changed_at")[:limit]
    return _clear(left)


def left_bytes(subject: str) -> int:
    """How much more the person may keep."""
    kept = Attachment.objects.of(subject).exclude(state=State.LEAVING)
    used: int = kept.aggregate(used=Sum("size"))["used"] or 0
    return max(0, settings.ATTACHMENTS_BYTES - used)


def _check_room(attachment: Attachment) -> None:
    """Called under the person's lock."""
    present = Attachment.objects.of(attachment.subject).exclude(state=State.LEAVING)
    here = present.filter(transaction_id=attachment.transaction_id)
    same = here.filter(sha256=attachment.sha256).first()
    if same is not None:
        if same.state == State.KEPT:
            raise Refused("file_already_here", name=same.name)
        if same.changed_at > timezone.now() - ARRIVES_WITHIN:
            raise Refused("file_arriving")
        # Its upload died long ago: the sweep takes what there is of it, and this one goes on.
        _move(same, State.LEAVING)
    if here.count() >= limits.FILES:
        raise Refused("too_many_files")
    left = left_bytes(attachment.subject)
    if attachment.size > left:
        most = limits.megabytes(settings.ATTACHMENTS_BYTES)
        raise Refused("quota_reached", most=most, left=limits.megabytes(left))


def _store(attachment: Attachment, file: "File[bytes]") -> None:
    try:
        file.seek(0)
        default_storage.save(attachment.path, File(file))
    except Exception as failure:
        _move(attachment, State.LEAVING)
        raise _unavailable("save", failure) from failure
    if not _move(attachment, State.KEPT):
        # It took so long that it was swept up: nobody was told that it is kept.
        _clear([attachment])
        raise Refused("files_unavailable")


def _move(attachment: Attachment, to: str) -> bool:
    """Compare and set: True if it was still in the state that `attachment` shows."""
    now = timezone.now()
    moved = Attachment.objects.filter(pk=attachment.pk, state=attachment.state).update(
        state=to, changed_at=now
    )
    if moved:
        attachment.state, attachment.changed_at = to, now
    return bool(moved)


def _clear(attachments: Iterable[Attachment]) -> int:
    """First no longer an attachment, then no file, then no row: each step may be the last."""
    cleared = 0
    for attachment in attachments:
        if attachment.state == State.ARRIVING and not _move(attachment, State.LEAVING):
            continue
        try:
            default_storage.delete(attachment.path)
        except Exception as failure:
            _unavailable("delete", failure)
            continue
        Attachment.objects.filter(pk=attachment.pk).delete()
        cleared += 1
    return cleared


def _unavailable(operation: str, failure: Exception) -> Refused:
    log.error("files.not_available", operation=operation, error=type(failure).__name__)
    return Refused("files_unavailable")


def _digest(file: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
