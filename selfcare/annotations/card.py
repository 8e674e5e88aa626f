"""What the card of a transaction shows: labels, note, files; it changes nothing."""

import secrets
from typing import Any

from django.db.models import QuerySet

from selfcare import errors
from selfcare.annotations import attachments, labels, limits, unsaved
from selfcare.annotations.models import Attachment, Label, Note, Placing, Rule
from selfcare.clients import transactions as service
from selfcare.clients.shapes import Transaction


def known(subject: str, transaction_id: str) -> None:
    """Raises errors.NotFound unless the transaction is this person's.

    What they have put on it before says so as well, without asking the service.
    """
    if not _has_something(subject, transaction_id):
        look(subject, transaction_id)


def context(subject: str, transaction_id: str, **more: Any) -> dict[str, Any]:
    """All three parts; `more` overrides, such as the text that couldn't be saved.

    With the service away, what is ours is shown all the same, and `rules_unknown` says what isn't.
    """
    try:
        txn = look(subject, transaction_id)
    except errors.NoAnswer:
        if not _has_something(subject, transaction_id):
            raise
        txn = None
    note = note_of(subject, transaction_id)
    return {
        "transaction_id": transaction_id,
        "txn": txn,
        "note": note,
        "text": note.text,
        "mark": unsaved.owner_mark(subject, transaction_id),
        "writer": secrets.token_hex(12),
        "files": attachments.of(subject, transaction_id),
        "most": limits.largest(),
        **_labels(subject, transaction_id, txn),
        **_unsaved(subject, transaction_id, note),
        **more,
    }


def _unsaved(subject: str, transaction_id: str, note: Note) -> dict[str, Any]:
    """What was typed when the session had ended stands in the field, beside what is saved."""
    left = unsaved.of(subject, transaction_id)
    if left is None or left.text == note.text:
        return {}
    return {"text": left.text, "other": note, "seen": note.version, "left": left}


def note_of(subject: str, transaction_id: str) -> Note:
    """The note; an empty one of version 0 where there is none."""
    found = Note.objects.filter(subject=subject, transaction_id=transaction_id).first()
    return found or Note(subject=subject, transaction_id=transaction_id)


def labels_on(
    subject: str, transaction_id: str, txn: Transaction | None
) -> list[tuple[Label, Rule | None]]:
    """The labels on one transaction, each with the rule that put it there (None: by hand)."""
    by_rule: dict[object, Rule] = {}
    for rule in Rule.objects.filter(subject=subject).order_by("created_at"):
        if txn is not None and _fits(rule, txn):
            by_rule.setdefault(rule.label_id, rule)
    said = dict(_placings(subject, transaction_id).values_list("label_id", "is_on"))
    return [
        (label, None if said.get(label.pk) else by_rule[label.pk])
        for label in labels.of(subject)
        if said.get(label.pk, label.pk in by_rule)
    ]


def _labels(subject: str, transaction_id: str, txn: Transaction | None) -> dict[str, Any]:
    on = labels_on(subject, transaction_id, txn)
    here = {label.pk for label, _ in on}
    return {
        "labels": [{"label": label, "rule": rule} for label, rule in on],
        "others": [label for label in labels.of(subject) if label.pk not in here],
        "whom": (txn.merchant.name if txn.merchant else txn.counterparty.name) if txn else "",
        "rules_unknown": txn is None and Rule.objects.filter(subject=subject).exists(),
    }


def _fits(rule: Rule, txn: Transaction) -> bool:
    if rule.kind == Rule.Kind.MERCHANT:
        return txn.merchant is not None and txn.merchant.id == rule.value
    return txn.counterparty.name == rule.value


def look(subject: str, transaction_id: str) -> Transaction:
    """The transaction as it is, or as it was last known while the service is away."""
    try:
        return service.transaction(subject, transaction_id)
    except errors.NoAnswer as failure:
        if isinstance(failure.last_known, Transaction):
            return failure.last_known
        raise


def _placings(subject: str, transaction_id: str) -> QuerySet[Placing]:
    return Placing.objects.filter(subject=subject, transaction_id=transaction_id)


def _has_something(subject: str, transaction_id: str) -> bool:
    here = {"subject": subject, "transaction_id": transaction_id}
    tables = (Note, Placing, Attachment)
    return any(table._default_manager.filter(**here).exists() for table in tables)
