"""Asks for exports, cancels and removes them; called by the pages and the JSON API alike."""

import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare import errors
from selfcare.clients import stream
from selfcare.clients import transactions as service
from selfcare.documents.exports.asking import words_of
from selfcare.documents.exports.booking import CannotBeTold
from selfcare.documents.exports.formats import BY_NAME, Format
from selfcare.documents.exports.making import forget_files, make_file
from selfcare.documents.exports.models import UNFINISHED, Export, State
from selfcare.documents.exports.rows import Tally
from selfcare.documents.exports.wording import FAILURES
from selfcare.transactions.finding import Finding
from selfcare.web import formats
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

log = structlog.get_logger("selfcare.exports")

MOST_UNFINISHED = 5
MOST_KEPT = 100


class KeyReused(Exception):
    """The key came before, for something else."""


class Refused(Exception):
    """Not made: `code` for programs, `words` for people."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def create(
    *, person: Person, finding: Finding, format_name: str, key: str, request_id: str
) -> Export:
    """The export of what `finding` shows: ready if it is small, else waiting for a worker.

    The same key gives the same export again. Raises KeyReused, Refused, errors.CallFailed; where
    the service is cut off meanwhile nothing is kept.
    """
    kind = BY_NAME[format_name]
    export = _wanted(person, finding, kind, key, request_id)
    before = Export.objects.of(person.subject).filter(key=key).first()
    if before is not None:
        return _same(before, export)
    _check_room(person.subject)
    totals = service.transaction_totals(person.subject, finding.filters)
    export.rows_expected = sum(one.count for one in totals.data)
    check_rows(kind, export.rows_expected)
    if export.rows_expected > kind.at_once_rows or not _made_at_once(export, kind):
        _check_turn(person.subject)
    try:
        with transaction.atomic():
            export.save(force_insert=True)
    except IntegrityError:
        # Sent twice in one moment: the other one counts.
        forget_files(export)
        return _same(Export.objects.of(person.subject).get(key=key), export)
    log.info("export.asked", export=export.public_id, format=kind.name, state=export.state)
    return export


def check_rows(kind: Format, rows: int) -> None:
    """Raises Refused with the sentence that says what to do instead."""
    if rows > kind.most_rows:
        these = ngettext(
            "These are %(rows)s transaction.", "These are %(rows)s transactions.", rows
        )
        words = f"{these % {'rows': formats.number(rows)}} {kind.advice}"
        raise Refused("too_many_rows", words)


def cancel(export: Export) -> bool:
    """Ends an export that isn't finished; False if it was finished already."""
    cancelled = Export.objects.filter(pk=export.pk, state__in=UNFINISHED).update(
        state=State.CANCELLED, lease_holder="", lease_until=None, finished_at=timezone.now()
    )
    if cancelled:
        export.parts.all().delete()
        forget_files(export)
        export.refresh_from_db()
    return bool(cancelled)


def remove(export: Export) -> None:
    """Removes a finished export with its file."""
    gone, _ = Export.objects.filter(pk=export.pk).exclude(state__in=UNFINISHED).delete()
    if gone:
        forget_files(export)


def sweep() -> None:
    """Removes what has been kept long enough; a duty of the worker."""
    for export in Export.objects.expired(timezone.now())[:1000]:
        cancel(export)
        remove(export)


def _wanted(person: Person, finding: Finding, kind: Format, key: str, request_id: str) -> Export:
    now = timezone.now()
    # Bookkeeping reads from old to new, whatever the list shows first.
    sort = "created_at" if kind.is_bank else finding.sort
    question = finding.filters.body()
    told = json.dumps([kind.name, question, sort], sort_keys=True)
    return Export(
        subject=person.subject,
        key=key,
        fingerprint=hashlib.sha256(told.encode()).hexdigest(),
        format=kind.name,
        question=question,
        sort=sort,
        query_string=finding.query_string,
        words=_in_english(person, finding),
        holder=person.name[:300],
        zone=zone_of(person).key,
        request_id=request_id,
        rows_expected=0,
        next_try_at=now,
        expires_at=now + timedelta(days=settings.EXPORT_DAYS),
    )


def _in_english(person: Person, finding: Finding) -> str:
    """What is kept and told to programs; pages say it anew in the language of their reader."""
    with formats.use(replace(formats.active(), language="en", number_format="comma")):
        return words_of(person, finding.query_string, finding.filters.body()) or finding.words


def _same(before: Export, wanted: Export) -> Export:
    if before.fingerprint != wanted.fingerprint:
        raise KeyReused
    return before


def _check_room(subject: str) -> None:
    if Export.objects.of(subject).count() >= MOST_KEPT:
        raise Refused(
            "too_many_kept",
            ngettext(
                "You keep %(n)d export already. Remove some you don’t need.",
                "You keep %(n)d exports already. Remove some you don’t need.",
                MOST_KEPT,
            )
            % {"n": MOST_KEPT},
        )


def _check_turn(subject: str) -> None:
    if Export.objects.of(subject).unfinished().count() >= MOST_UNFINISHED:
        raise Refused(
            "too_many_exports",
            ngettext(
                "%(n)d of your exports isn’t finished. Wait for it, or cancel it.",
                "%(n)d of your exports aren’t finished. Wait for one, or cancel one.",
                MOST_UNFINISHED,
            )
            % {"n": MOST_UNFINISHED},
        )


def _made_at_once(export: Export, kind: Format) -> bool:
    """True if the file is there; False if more came than is made while somebody waits."""
    with tempfile.SpooledTemporaryFile(max_size=1 << 23) as kept:
        tally = Tally()
        with stream.read(
            export.subject,
            export.question,
            sort=export.sort,
            limit=kind.at_once_rows + 100,
            for_page=True,
        ) as reading:
            for rows in reading:
                tally.add(rows)
                kept.write(kind.keep(rows))
        if reading.next_cursor:
            return False
        export.rows, export.totals = tally.rows, tally.told()
        export.as_of, export.is_read = reading.as_of, True
        export.rows_expected = tally.rows
        kept.seek(0)
        try:
            made = make_file(export, iter([kept]))  # type: ignore[list-item]
        except CannotBeTold as failure:
            words = FAILURES["amount_too_long"]
            raise Refused(failure.code, _(words)) from failure
    for name, value in made.items():
        setattr(export, name, value)
    export.started_at = export.finished_at
    return True


def opened(export: Export) -> "File[bytes]":
    """The file, open; raises errors.NotFound where it is gone."""
    try:
        return default_storage.open(export.file, "rb")
    except FileNotFoundError as missing:
        raise errors.NotFound("exports", "file", "gone") from missing
