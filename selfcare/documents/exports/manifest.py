"""What a file says of itself: filter, rows, totals, as of when; the page and the file tell it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from selfcare.clients.shapes import rfc3339
from selfcare.documents.exports.rows import decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement of an account that is no transaction, in minor units, below zero for out."""

    at: datetime
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Books:
    """What the service's own statement says of an account and a period, in minor units."""

    opening_minor: int
    closing_minor: int
    count: int
    in_minor: int
    out_minor: int
    fees_minor: int
    other: tuple[Posting, ...] = ()


type AskBooks = Callable[[str, datetime, datetime], Books | None]


@dataclass
class About:
    """An export as its file's writer knows it; writers add `left_out` and `notes`."""

    id: str
    format: str
    format_words: str
    media_type: str
    file_name: str
    words: str
    query_string: str
    sort: str
    holder: str
    zone: ZoneInfo
    as_of: datetime
    made_at: datetime
    rows: int
    totals: list[dict[str, Any]]
    period: tuple[datetime | None, datetime | None] = (None, None)
    books: AskBooks = lambda _account, _start, _end: None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"Selfcare export {self.id}"

    def told(self) -> dict[str, Any]:
        """The manifest as JSON; size and SHA-256 are known when the file is whole."""
        return {
            "id": self.id,
            "format": self.format,
            "media_type": self.media_type,
            "file_name": self.file_name,
            "filter": {"words": self.words, "query": self.query_string, "sort": self.sort},
            "rows": self.rows,
            "totals": self.totals,
            "left_out": dict(sorted(self.left_out.items())),
            "notes": self.notes,
            "zone": self.zone.key,
            "as_of": rfc3339(self.as_of),
            "made_at": rfc3339(self.made_at),
        }

    def lines(self) -> list[tuple[str, str]]:
        """The manifest for people: heading and value, one a line, in the active language.

        Sums and what was left out stand in a workbook alone, which is English.
        """
        found = [
            (_("Export"), self.id),
            (_("Holder"), self.holder),
            (_("Shows"), self.words),
            (_("Query"), self.query_string or _("none")),
            (_("Order"), self.sort),
            (_("Rows"), str(self.rows)),
            (_("As of"), rfc3339(self.as_of)),
            (_("Made at"), rfc3339(self.made_at)),
            (_("Time zone of days"), self.zone.key),
        ]
        for one in self.totals:
            currency = one["currency"]
            came, went = (decimal(one[name], currency) for name in ("in_minor", "out_minor"))
            fees = decimal(one["fee_minor"], currency)
            value = f"{one['count']} rows, in {came}, out {went}, fees {fees}"
            found.append((f"{currency}, {one['status']}", value))
        found += [(f"Left out, {why}", str(count)) for why, count in sorted(self.left_out.items())]
        return found + [(_("Note"), note) for note in self.notes]


def file_name(export_id: str, made_on: datetime, extension: str) -> str:
    """ASCII without spaces: no header and no file system trips over it."""
    return f"selfcare-transactions-{made_on:%Y-%m-%d}-{export_id[-8:]}.{extension}"


def period_of(question: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The period that the filters name, by completion if they do, else by creation."""

    def moment(name: str) -> datetime | None:
        for by in ("completed", "created"):
            if found := question.get(f"{by}_{name}"):
                return datetime.fromisoformat(found).astimezone(UTC)
        return None

    return moment("from"), moment("until")
