"""A month of an account: read, checked, put into words for page and PDF; it stores nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.clients import statements, stream
from selfcare.clients.filters import Filters
from selfcare.clients.statements import Statement
from selfcare.documents.receipts.content import no_proof
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.web import formats
from selfcare.web.moments import Zone
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

# More are taken as a file: nobody reads on through hundreds of pages.
MOST_ENTRIES = 5_000
MOST_PRINTED = 1_000
FIRST_YEAR = 1970
# What moved money without being a transaction, by the service's name for it.
OTHERS = {"account.opened": noop("Brought in"), "balance.opened": noop("Brought in")}
OTHER = noop("Other booking")


@dataclass(frozen=True, slots=True)
class Month:
    """A month in a zone: `begin` and `end` are instants, `name` is 2026-03."""

    name: str
    words: str
    begin: datetime
    end: datetime
    first: date
    last: date
    is_over: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what moved, and the fee that went with it."""

    at: datetime
    day: str
    words: str
    about: str
    amount: Money
    fee: Money
    transaction_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """A statement with its entries; `entries` is None where there are too many for a paper."""

    month: Month
    totals: Statement
    entries: tuple[Entry, ...] | None
    as_of: datetime

    @property
    def is_printable(self) -> bool:
        return self.entries is not None and len(self.entries) <= MOST_PRINTED

    @property
    def mismatch(self) -> str:
        """What doesn't add up, in words; empty where all does."""
        if not self.totals.adds_up:
            return _(
                "What came in and went out makes %(expected)s of the opening balance, but the "
                "closing balance is %(closing)s."
            ) % {"expected": self.totals.expected_closing, "closing": self.totals.closing}
        if self.entries is None:
            return ""
        listed = [one for one in self.entries if one.transaction_id]
        zero = self.totals.money(0)
        came = sum((one.amount for one in listed if one.amount.amount_minor > 0), zero)
        went = sum((one.amount for one in listed if one.amount.amount_minor < 0), zero)
        fees = sum((one.fee for one in listed), zero)
        pairs = (
            (
                _("By its entries %(ours)s came in, by its totals %(theirs)s."),
                came,
                self.totals.moved_in,
            ),
            (
                _("By its entries %(ours)s went out, by its totals %(theirs)s."),
                went,
                self.totals.moved_out,
            ),
            (
                _("By its entries %(ours)s were fees, by its totals %(theirs)s."),
                fees,
                self.totals.fees,
            ),
        )
        for words, ours, theirs in pairs:
            if ours != theirs:
                return words % {"ours": ours, "theirs": theirs}
        if len(listed) != self.totals.count:
            counted = self.totals.count
            return ngettext(
                "It counts %(counted)d entry and has %(listed)d.",
                "It counts %(counted)d entries and has %(listed)d.",
                counted,
            ) % {"counted": counted, "listed": len(listed)}
        return ""


def month_of(name: str, zone: ZoneInfo, now: datetime) -> Month | None:
    """The month `2026-03` in the zone; None for one that isn't a month, or hasn't begun."""
    year, dash, number = name.partition("-")
    if not dash or not (year.isascii() and number.isascii()) or len(year) != 4 or len(number) != 2:
        return None
    try:
        first = date(int(year), int(number), 1)
    except ValueError:
        return None
    if first.year < FIRST_YEAR or first > now.astimezone(zone).date():
        return None
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    end = _midnight(following, zone)
    return Month(
        name=name,
        words=formats.month(first),
        begin=_midnight(first, zone),
        end=end,
        first=first,
        last=date.fromordinal(following.toordinal() - 1),
        is_over=end <= now,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def read(person: Person, account_id: str, month: Month, now: datetime) -> Told:
    """Asks twice where the first answers don't fit: something may have moved between them."""
    told = _read(person, account_id, month, now)
    return told if not told.mismatch else _read(person, account_id, month, now)


def _read(person: Person, account_id: str, month: Month, now: datetime) -> Told:
    totals = statements.statement(person.subject, account_id, month.begin, month.end)
    zone = Zone.of(zone_of(person), now)
    if totals.count + len(totals.other) > MOST_ENTRIES:
        return Told(month, totals, None, now)
    filters = Filters(
        account=(account_id,),
        status=("completed",),
        completed_from=month.begin,
        completed_until=month.end,
    )
    nothing = totals.money(0)
    entries = [
        Entry(one.at, _day(zone, one.at), _(OTHERS.get(one.name, OTHER)), "", moved, nothing, "")
        for one in totals.other
        for moved in [totals.money(one.amount_minor)]
    ]
    limit = MOST_ENTRIES + 1
    with stream.read(
        person.subject, filters.body(), sort="created_at", limit=limit, for_page=True
    ) as rows:
        for batch in rows:
            entries += [_entry(row, zone) for row in batch]
    return Told(month, totals, tuple(sorted(entries, key=lambda one: one.at)), now)


def _entry(row: stream.Row, zone: Zone) -> Entry:
    at = datetime.fromisoformat(row.get("completed_at") or row["created_at"])
    sign = 1 if row["direction"] == "in" else -1
    refs = row["references"]
    about = refs.get("merchant_reference") or refs.get("remittance_information") or ""
    kind = wording.kind_of(row["kind"])
    return Entry(
        at=at,
        day=_day(zone, at),
        words=_(kind.into if sign > 0 else kind.out).format(name=row["counterparty"]["name"]),
        about=about,
        amount=Money(sign * row["amount_minor"], row["currency"]),
        fee=Money(-row["fee_minor"], row["currency"]),
        transaction_id=row["id"],
    )


def _day(zone: Zone, moment: datetime) -> str:
    return formats.day(zone.local(moment).date(), year=False)


def data(told: Told, person: Person) -> dict[str, Any]:
    """For typst/statement.typ."""
    zone = Zone.of(zone_of(person), told.as_of)
    totals, month = told.totals, told.month
    as_of = _("%(day)s at %(clock)s (%(zone)s)") % {
        "day": formats.day(zone.local(told.as_of).date()),
        "clock": zone.clock(told.as_of),
        "zone": zone.name,
    }
    line = "final" if month.is_over else "open"
    rows = [
        {"words": _("Opening balance"), **_figures(totals.opening)},
        {"words": _("In"), **_figures(totals.moved_in)},
        {"words": _("Out"), **_figures(totals.moved_out)},
        {"words": _("Fees"), **_figures(totals.fees)},
    ]
    if totals.other:
        rows.append({"words": _("Other"), **_figures(totals.others)})
    closing = _("Closing balance") if month.is_over else _("Balance so far")
    rows.append({"words": closing, **_figures(totals.closing), "line": line})
    iban = totals.account.iban or ""
    return {
        "title": title(month),
        "over": month.is_over,
        "facts": [
            [_("Account"), totals.account.name],
            [
                _("Account number"),
                " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)),
                "code",
            ],
            [_("Holder"), person.name],
            [_("From"), formats.day(month.first)],
            [_("Until"), formats.day(month.last)],
            [_("Days are those of"), zone.name],
        ],
        "sum": rows,
        "entries": [
            {
                "day": one.day,
                "words": one.words,
                "about": one.about,
                "amount": one.amount.figures(),
                "fee": one.fee.figures() if one.fee.amount_minor else "",
            }
            for one in told.entries or ()
        ],
        "currency": totals.account.currency,
        "environment": no_proof(),
        "foot": _("%(account)s, %(month)s. As of %(at)s.")
        % {"account": totals.account.name, "month": month.words, "at": as_of},
        "said": _said(totals.account.currency),
    }


def title(month: Month) -> str:
    return _("Statement, %(month)s") % {"month": month.words}


def _said(currency: str) -> dict[str, Any]:
    """The words of the PDF between the figures."""
    return {
        "not_over": _("Not over yet: what is booked later in this month still joins it."),
        "balances": _("Balances"),
        "entries": _("Entries"),
        "nothing": _("Nothing was booked in this month."),
        "heads": [
            _("Day"),
            _("What"),
            _("Amount in %(currency)s") % {"currency": currency},
            _("Fee"),
        ],
    }


def _figures(amount: Money) -> dict[str, str]:
    return {"figures": amount.figures(), "currency": amount.currency}
