"""What people do with notes, labels and rules; the pages and the JSON API both call this."""

import re
import unicodedata
from zlib import crc32

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from selfcare.annotations import limits, texts, unsaved
from selfcare.annotations.models import (
    NAME_LENGTH,
    NOTE_LENGTH,
    TINTS,
    Label,
    Note,
    Placing,
    Rule,
)
from selfcare.annotations.refusals import Refused
from selfcare.web import formats

# As the service takes it: another text would make every list with the label a bad filter.
MERCHANT_ID = re.compile(r"mer_[A-Za-z0-9_]{1,36}")
ALIKE_LENGTH = 200


class NoteChanged(Exception):
    """Somebody saved another text meanwhile: `note` is as it is now, nothing was overwritten."""

    def __init__(self, note: Note) -> None:
        self.note = note
        super().__init__("the note has changed")


def save_note(
    *, subject: str, transaction_id: str, text: str, seen_version: int, writer: str = ""
) -> Note:
    """Saves a note over the version that its writer saw (0: there was none).

    Raises NoteChanged where it is no longer that version, unless the same open page (`writer`)
    saved it last; Refused for a text that is too long.
    """
    text = texts.lines(text)
    if len(text) > NOTE_LENGTH:
        raise Refused("note_too_long", length=formats.number(len(text)))
    note = _note(subject, transaction_id)
    if note.text == text:
        unsaved.forget(subject, transaction_id)
        return note
    own = bool(writer) and note.writer == writer
    if note.version != seen_version and not own:
        raise NoteChanged(note)
    if not _write(note, text, writer):
        raise NoteChanged(_note(subject, transaction_id))
    unsaved.forget(subject, transaction_id)
    return note


def _note(subject: str, transaction_id: str) -> Note:
    """The note, or an empty one that isn't saved yet."""
    found = Note.objects.filter(subject=subject, transaction_id=transaction_id).first()
    return found or Note(subject=subject, transaction_id=transaction_id)


def _write(note: Note, text: str, writer: str) -> bool:
    """Compare and set: True if nobody was quicker."""
    seen, now = note.version, timezone.now()
    note.text, note.writer, note.saved_at, note.version = text, writer, now, seen + 1
    if seen == 0:
        try:
            with transaction.atomic():
                note.save(force_insert=True)
        except IntegrityError:
            return False
        return True
    return bool(
        Note.objects.filter(pk=note.pk, version=seen).update(
            text=text, writer=writer, saved_at=now, version=F("version") + 1
        )
    )


def make_label(*, subject: str, name: str, tint: int | None = None) -> Label:
    """A new label; without a tint it gets one by its name."""
    name, alike = _named(name)
    with limits.held(subject):
        if Label.objects.of(subject).filter(alike=alike).exists():
            raise Refused("name_taken", name=name)
        if Label.objects.of(subject).count() >= limits.LABELS:
            raise Refused("too_many_labels")
        chosen = crc32(alike.encode()) if tint is None else tint
        return Label.objects.create(subject=subject, name=name, alike=alike, tint=chosen % TINTS)


def change_label(*, label: Label, name: str, tint: int) -> Label:
    """Another name or tint; what it is on stays."""
    name, alike = _named(name)
    with limits.held(label.subject):
        others = Label.objects.of(label.subject).exclude(pk=label.pk)
        if others.filter(alike=alike).exists():
            raise Refused("name_taken", name=name)
        changed = Label.objects.filter(pk=label.pk).update(
            name=name, alike=alike, tint=tint % TINTS
        )
    if not changed:
        raise Refused("unknown_label")
    label.name, label.alike, label.tint = name, alike, tint % TINTS
    return label


def remove_label(*, label: Label) -> None:
    """Takes it off everything, with its rules and what was said by hand."""
    with limits.held(label.subject):
        label.delete()


def add_rule(*, label: Label, kind: str, value: str, words: str = "") -> Rule:
    """Puts the label on all, old and new, of a merchant or with exactly this other side's name."""
    merchant = kind == Rule.Kind.MERCHANT
    value = value.strip() if merchant else texts.lines(value)
    if not value.strip() or len(value) > 200 or (merchant and not MERCHANT_ID.fullmatch(value)):
        raise Refused("rule_empty")
    with limits.held(label.subject):
        _still_there(label)
        same = Rule.objects.filter(label=label, kind=kind, value=value).first()
        if same is not None:
            return same
        if Rule.objects.filter(subject=label.subject).count() >= limits.RULES:
            raise Refused("too_many_rules")
        shown = (texts.line(words) or value)[:200]
        return Rule.objects.create(
            subject=label.subject, label=label, kind=kind, value=value, words=shown
        )


def remove_rule(*, rule: Rule) -> None:
    """What the rule put on is off again; what was said by hand stays."""
    rule.delete()


def put_on(*, label: Label, transaction_id: str) -> None:
    """By hand, on one transaction."""
    _place(label, transaction_id, is_on=True, full="label_full")


def take_off(*, label: Label, transaction_id: str) -> None:
    """By hand, off one transaction, also where a rule puts the label on."""
    if Rule.objects.filter(label=label).exists():
        _place(label, transaction_id, is_on=False, full="label_exceptions_full")
    else:
        Placing.objects.filter(label=label, transaction_id=transaction_id).delete()


def follow_rules(*, label: Label, transaction_id: str) -> None:
    """Forgets what was said by hand of one transaction: the label's rules decide again."""
    Placing.objects.filter(label=label, transaction_id=transaction_id).delete()


def _place(label: Label, transaction_id: str, *, is_on: bool, full: str) -> None:
    with limits.held(label.subject):
        _still_there(label)
        said = Placing.objects.filter(label=label, transaction_id=transaction_id)
        if said.filter(is_on=is_on).exists():
            return
        if Placing.objects.filter(label=label, is_on=is_on).count() >= limits.BY_HAND:
            raise Refused(full, name=label.name)
        if not said.update(is_on=is_on, placed_at=timezone.now()):
            Placing.objects.create(
                subject=label.subject, label=label, transaction_id=transaction_id, is_on=is_on
            )


def _still_there(label: Label) -> None:
    if not Label.objects.filter(pk=label.pk).exists():
        raise Refused("unknown_label")


def _named(name: str) -> tuple[str, str]:
    """A label's name as it is kept, and by what it is told from others."""
    name = texts.line(name)
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        raise Refused("name_missing")
    alike = texts.alike(name)
    if len(name) > NAME_LENGTH or len(alike) > ALIKE_LENGTH:
        raise Refused("name_too_long")
    return name, alike
