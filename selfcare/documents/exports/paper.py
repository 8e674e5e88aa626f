"""PDF: the rows as a tagged document that a screen reader reads and a person files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from selfcare.clients.stream import Row
from selfcare.documents import typeset
from selfcare.documents.exports.manifest import About
from selfcare.documents.exports.rows import decimal, from_lines, signed
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.web import formats

# Some 60 pages: more than anybody leafs through. Setting takes 0.1 MB and a millisecond a row.
MOST_ROWS = 2000
AT_ONCE_ROWS = 500


def write(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    """PDF/UA-1 with title, language and structure; raises typeset.NotTypeset."""
    data = {
        "title": _("Transactions"),
        "lead": about.words,
        "facts": [list(line) for line in about.lines() if not line[0].endswith(STATUSES)],
        "totals": [_total(one) for one in about.totals],
        "rows": [_row(row, about.zone) for row in from_lines(parts)],
        "foot": _("Selfcare export %(id)s") % {"id": about.id},
        "said": {
            "totals": _("Totals"),
            "rows": _("Transactions"),
            "total_heads": [
                *(_("Currency"), _("Status"), _("Rows"), _("In"), _("Out"), _("Fees")),
            ],
            "row_heads": [_("Date"), _("What and with whom"), _("Status"), _("Amount")],
        },
    }
    out.write(typeset.pdf("export", data, made_at=about.made_at))


STATUSES = tuple(f", {status}" for status in wording.STATUSES)


def _total(one: dict[str, Any]) -> list[str]:
    currency = one["currency"]
    mark = formats.active().style.mark
    sums = [
        decimal(one[name], currency).replace(".", mark)
        for name in ("in_minor", "out_minor", "fee_minor")
    ]
    return [currency, _status(one["status"]), str(one["count"]), *sums]


def _row(row: Row, zone: ZoneInfo) -> dict[str, str]:
    at = datetime.fromisoformat(row["created_at"]).astimezone(zone)
    kind = wording.KINDS.get(row["kind"], wording.OTHER_KIND)
    words = kind.into if row["direction"] == "in" else kind.out
    title = _(words).format(name=row["counterparty"]["name"] or _("somebody without a name"))
    references = row["references"]
    fee = row["fee_minor"]
    currency = row["currency"]
    return {
        "day": f"{at:%Y-%m-%d}",
        "clock": f"{at:%H:%M}",
        "title": title,
        "told": references.get("remittance_information") or "",
        "id": row["id"],
        "status": _status(row["status"]),
        "figures": Money(signed(row), currency).figures(sign=True),
        "currency": currency,
        "fee": _("fee %(amount)s") % {"amount": Money(fee, currency).figures()} if fee else "",
    }


def _status(status: str) -> str:
    return _(wording.STATUSES.get(status, wording.OTHER_STATUS).words)
