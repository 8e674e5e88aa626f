"""Why something can't be added to a transaction, in words for people and codes for programs."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop


@dataclass(frozen=True, slots=True)
class Row:
    """How a refusal is told; `words` may name facts in braces."""

    status: int
    words: str


TABLE = {
    "note_too_long": Row(
        422, noop("A note holds 4,000 characters, and this has {length}. Nothing was saved.")
    ),
    "name_missing": Row(422, noop("Give the label a name that can be read.")),
    "name_too_long": Row(422, noop("A label's name holds 40 characters. Choose a shorter one.")),
    "name_taken": Row(
        409, noop("You have a label “{name}” already. Use it, or choose another name.")
    ),
    "unknown_label": Row(404, noop("There is no such label of yours any more.")),
    "too_many_labels": Row(409, noop("You have 100 labels, as many as fit. Delete one first.")),
    "rule_empty": Row(422, noop("Say whom the rule is about.")),
    "rule_unknown": Row(
        503,
        noop(
            "We can’t reach your transactions right now, so we don’t know whom the rule would be "
            "about. Nothing was changed."
        ),
    ),
    "too_many_rules": Row(409, noop("You have 200 rules, as many as fit. Delete one first.")),
    "label_full": Row(
        409,
        noop(
            "“{name}” is on 1,000 transactions by hand, as many as fit. Make a rule for the "
            "others, or take it off some."
        ),
    ),
    "label_exceptions_full": Row(
        409,
        noop(
            "“{name}” was taken off 1,000 transactions by hand, as many as fit. Change its rules "
            "instead."
        ),
    ),
    "file_missing": Row(422, noop("Choose a file first.")),
    "file_empty": Row(422, noop("“{name}” is empty. Nothing was added.")),
    "file_too_large": Row(413, noop("A file may have {most}. Nothing was added.")),
    "file_type": Row(
        422, noop("“{name}” is neither a PDF nor a PNG or JPEG picture inside. Nothing was added.")
    ),
    "picture_too_large": Row(
        422,
        noop("“{name}” has more than 50 million pixels. Nothing was added; make it smaller first."),
    ),
    "file_already_here": Row(409, noop("This very file is here already, as “{name}”.")),
    "file_arriving": Row(
        409, noop("This very file is being added at this moment. Look again in a minute.")
    ),
    "too_many_files": Row(
        409, noop("A transaction holds 20 files, and this one has as many. Remove one first.")
    ),
    "quota_reached": Row(
        409,
        noop("All your files together may have {most}, and {left} are left. Nothing was added."),
    ),
    "files_unavailable": Row(
        503,
        noop("We can’t reach the place where files are kept. Nothing was lost; try again soon."),
    ),
}


class Refused(Exception):
    """It was not done; `code` is its row in the table, `words` the sentence for the person."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)

    @property
    def status(self) -> int:
        return TABLE[self.code].status

    @property
    def words(self) -> str:
        return _(TABLE[self.code].words).format(**self.facts)
