"""Makes large exports in the background, part by part, under a lease; the rows are the truth.

A part's rows and the cursor behind it are committed together: whoever goes on after a kill begins
behind the last part. Each write compares the lease's holder, so that a worker that lost its lease
changes nothing.
"""

import secrets
import tempfile
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from selfcare import errors
from selfcare.clients import stream
from selfcare.documents import typeset
from selfcare.documents.exports.booking import CannotBeTold
from selfcare.documents.exports.formats import BY_NAME
from selfcare.documents.exports.making import forget_files, make_file, stored_parts
from selfcare.documents.exports.models import Export, ExportPart, State
from selfcare.documents.exports.rows import Tally

log = structlog.get_logger("selfcare.exports")

# How often in a row nothing may come of it before it counts as failed: some ten minutes.
MOST_ATTEMPTS = 8
LONGEST_PAUSE_SECONDS = 120
LOOKED_AT = 10


class Lost(Exception):
    """Somebody else has it now, or it was cancelled: hands off."""


class ToldToStop(Exception):
    """The worker ends; another goes on."""


class TooManyRows(Exception):
    """More came than the format has room for."""


class Lease:
    """Holds an export while the block runs: a thread says every third of the time that we live."""

    def __init__(self, export: Export, stop: threading.Event) -> None:
        self.export = export
        self._stop = stop
        self._lost = threading.Event()
        self._done = threading.Event()
        self._beat = threading.Thread(target=self._say_so, name="export-lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._beat.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._done.set()
        self._beat.join()

    def check(self) -> None:
        """Raises Lost or ToldToStop where there is no use in going on."""
        if self._lost.is_set():
            raise Lost
        if self._stop.is_set():
            raise ToldToStop

    def save(self, **changes: Any) -> None:
        """Writes to the export if it is still ours; else raises Lost."""
        ours = Export.objects.filter(
            pk=self.export.pk, state=State.RUNNING, lease_holder=self.export.lease_holder
        )
        if not ours.update(**changes):
            raise Lost
        for name, value in changes.items():
            setattr(self.export, name, value)

    def _say_so(self) -> None:
        try:
            while not self._done.wait(settings.EXPORT_LEASE_SECONDS / 3):
                # A database that is away for a moment is no reason to stop: writes compare anyway.
                with suppress(OperationalError, InterfaceError):
                    ours = Export.objects.filter(
                        pk=self.export.pk,
                        state=State.RUNNING,
                        lease_holder=self.export.lease_holder,
                    )
                    if not ours.update(lease_until=_until()):
                        self._lost.set()
                        return
        finally:
            connection.close()


def run_due(stop: threading.Event) -> None:
    """Makes what is due, one after the other; any number of workers may do so at once."""
    while not stop.is_set():
        export = claim()
        if export is None:
            return
        work(export, stop)


def claim() -> Export | None:
    """The oldest export that nobody works on, now ours; None if there is none."""
    now = timezone.now()
    for export in Export.objects.claimable(now)[:LOOKED_AT]:
        as_seen = Export.objects.filter(
            pk=export.pk,
            state=export.state,
            lease_holder=export.lease_holder,
            lease_until=export.lease_until,
        )
        changes = {
            "state": State.RUNNING,
            "lease_holder": secrets.token_hex(16),
            "lease_until": _until(),
            "attempts": export.attempts + 1,
            "started_at": export.started_at or now,
        }
        try:
            with transaction.atomic():
                taken = as_seen.update(**changes)
        except IntegrityError:
            continue  # another of this person's began in this moment
        if taken:
            export.refresh_from_db()
            return export
    return None


def work(export: Export, stop: threading.Event) -> None:
    """Goes on with an export that was claimed, until it is ready, fails, or has to wait."""
    structlog.contextvars.bind_contextvars(request_id=export.request_id)
    told = log.bind(export=export.public_id, format=export.format)
    told.info("export.claimed", rows=export.rows, attempt=export.attempts)
    with Lease(export, stop) as lease:
        try:
            if export.attempts > MOST_ATTEMPTS:
                _fail(lease, export.failure or "gave_up")
                return
            _carry_on(lease)
            told.info("export.made", rows=export.rows, size=export.size)
        except Lost:
            told.info("export.lost")
            _tidy(export)
        except ToldToStop:
            _pause(lease, 0, attempts=max(0, export.attempts - 1))
        except errors.TooMany as busy:
            _pause(lease, busy.retry_after)
        except errors.NoAnswer as failure:
            told.warning("export.interrupted", detail=failure.detail)
            _pause(lease, _patience(export), failure="service_unavailable")
        except errors.CallFailed as failure:
            told.error("export.refused", detail=failure.detail)
            _fail(lease, "refused")
        except (CannotBeTold, TooManyRows, typeset.NotTypeset) as failure:
            _fail(lease, getattr(failure, "code", _code(failure)))
        except Exception:
            told.exception("export.broke")
            _pause(lease, _patience(export), failure="internal_error")
        finally:
            structlog.contextvars.clear_contextvars()


def _carry_on(lease: Lease) -> None:
    export = lease.export
    while not export.is_read:
        lease.check()
        _read_part(lease)
    changes = make_file(export, _watched(lease))
    try:
        lease.save(**changes, lease_holder="", lease_until=None)
    except BaseException:
        default_storage.delete(str(changes["file"]))
        raise
    forget_files(export, but=export.file)
    export.parts.all().delete()


def _read_part(lease: Lease) -> None:
    export = lease.export
    kind, tally = BY_NAME[export.format], Tally.of(export.totals)
    number = export.parts.count() + 1
    with tempfile.TemporaryFile() as kept:
        with stream.read(
            export.subject,
            export.question,
            sort=export.sort,
            after=export.cursor,
            limit=settings.EXPORT_PART_ROWS,
        ) as reading:
            for rows in reading:
                lease.check()
                tally.add(rows)
                kept.write(kind.keep(rows))
        if tally.rows > kind.most_rows:
            raise TooManyRows
        kept.seek(0)
        name = default_storage.save(f"{export.folder}/part-{number:05}", File(kept))
    try:
        with transaction.atomic():
            ExportPart.objects.create(export=export, number=number, name=name, rows=reading.count)
            lease.save(
                rows=tally.rows,
                totals=tally.told(),
                cursor=reading.next_cursor,
                is_read=not reading.next_cursor,
                as_of=export.as_of or reading.as_of,
                attempts=0,
                lease_until=_until(),
            )
    except BaseException:
        default_storage.delete(name)
        raise


def _watched(lease: Lease) -> Any:
    for part in stored_parts(lease.export):
        lease.check()
        yield part
    lease.check()


def _pause(lease: Lease, seconds: float, **changes: Any) -> None:
    """Lets go, so that anybody may go on after `seconds`."""
    with suppress(Lost):
        lease.save(
            state=State.WAITING,
            lease_holder="",
            lease_until=None,
            next_try_at=timezone.now() + timedelta(seconds=seconds),
            **changes,
        )


def _fail(lease: Lease, code: str) -> None:
    with suppress(Lost):
        lease.save(
            state=State.FAILED,
            failure=code,
            lease_holder="",
            lease_until=None,
            finished_at=timezone.now(),
        )
        lease.export.parts.all().delete()
        forget_files(lease.export)


def _tidy(export: Export) -> None:
    """What we wrote after a cancellation is nobody's; another worker's parts stay."""
    now = Export.objects.filter(pk=export.pk).first()
    if now is None or now.state == State.CANCELLED:
        forget_files(export)


def _patience(export: Export) -> float:
    return float(min(LONGEST_PAUSE_SECONDS, 2**export.attempts))


def _code(failure: Exception) -> str:
    return "too_many_rows" if isinstance(failure, TooManyRows) else "not_typeset"


def _until() -> Any:
    return timezone.now() + timedelta(seconds=settings.EXPORT_LEASE_SECONDS)
