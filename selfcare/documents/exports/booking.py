"""What the bank formats share: entries in an account's books, gathered by account, with balances.

What never moved money (failed, cancelled, lapsed) is no entry; a fee is an entry of its own, as it
leaves the account beside the amount.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from django.utils.translation import gettext_noop as noop

from selfcare.clients import shapes
from selfcare.clients.stream import Row
from selfcare.documents.exports.delimited import COPY_BYTES
from selfcare.documents.exports.manifest import About, Books, Posting
from selfcare.documents.exports.rows import signed

# Digits that the narrowest field of each format takes are its own; none takes more than these.
IN_MEMORY_BYTES = 1 << 20
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# Files and manifests speak English; the page says these in the reader's language.
COUNTED = noop(
    "Balances are counted from zero over these entries alone: they don't make up the whole of "
    "the account's bookings in the period."
)
ADDED = re.compile(
    r"(?P<account>.*): (?P<count>\d+) bookings? that .* so that the balances add up\."
)
NEVER_MOVED, NOT_BOOKED = "never moved money", "not booked yet"


class CannotBeTold(Exception):
    """The format has no room for something in the rows; `code` says for what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement: `amount_minor` with its sign, at the time of booking or, pending, of making."""

    reference: str
    transaction_id: str
    is_booked: bool
    is_fee: bool
    kind: str
    at: datetime
    amount_minor: int
    currency: str
    name: str
    iban: str
    end_to_end_id: str
    text: str


@dataclass
class Account:
    """An account in one currency, what was booked on it, and the fragment of file that tells it."""

    id: str
    name: str
    iban: str
    currency: str
    entries: BinaryIO
    count: int = 0
    booked: int = 0
    in_minor: int = 0
    out_minor: int = 0
    fees_minor: int = 0
    credits: int = 0
    debits: int = 0
    credit_minor: int = 0
    debit_minor: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    opening_minor: int = 0
    is_whole: bool = False

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.credit_minor - self.debit_minor

    def add(self, entry: Entry) -> None:
        """Counts an entry; a pending one changes no balance."""
        self.count += 1
        if not entry.is_booked:
            return
        if entry.amount_minor >= 0:
            self.credits += 1
            self.credit_minor += entry.amount_minor
        else:
            self.debits += 1
            self.debit_minor -= entry.amount_minor
        self.first_at = min(self.first_at or entry.at, entry.at)
        self.last_at = max(self.last_at or entry.at, entry.at)


type Tell = Callable[[Entry, Account], bytes]


def entries_of(row: Row) -> Iterator[Entry]:
    """The movements of a transaction: the amount, and the fee beside it; none if it is void."""
    if row["status"] in shapes.VOID:
        return
    is_booked = row["status"] == "completed"
    at = datetime.fromisoformat(row.get("completed_at") or row["created_at"])
    other, references = row["counterparty"], row["references"]
    # Ids are a prefix and 32 figures; the fields for them take 35 characters.
    reference = row["id"].rpartition("_")[2][:32]
    common = {
        "transaction_id": row["id"],
        "is_booked": is_booked,
        "at": at.astimezone(UTC),
        "currency": row["currency"],
    }
    yield Entry(
        reference=reference,
        is_fee=False,
        kind=row["kind"],
        amount_minor=signed(row),
        name=plain(other["name"]),
        iban=(other.get("iban") or "").replace(" ", ""),
        end_to_end_id=plain(references.get("end_to_end_id") or ""),
        text=plain(references.get("remittance_information") or ""),
        **common,  # type: ignore[arg-type]
    )
    if row["fee_minor"]:
        yield Entry(
            reference=f"{reference}FEE",
            is_fee=True,
            kind="fee",
            amount_minor=-row["fee_minor"],
            name="Fee",
            iban="",
            end_to_end_id="",
            text=f"Fee of {row['id']}",
            **common,  # type: ignore[arg-type]
        )


def plain(text: str) -> str:
    """On one line, without what no file format may hold."""
    return CONTROL.sub(" ", text).strip()


class Ledger:
    """Entries gathered by account and currency, on disk as soon as they are many."""

    def __init__(self, about: About, tell: Tell, *, with_pending: bool) -> None:
        self._about = about
        self._tell = tell
        self._with_pending = with_pending
        self._files = ExitStack()
        self.accounts: dict[tuple[str, str], Account] = {}

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *why: object) -> None:
        self._files.close()

    def gather(self, rows: Iterable[Row]) -> None:
        """Every row becomes entries, or is counted as left out."""
        for row in rows:
            found = list(entries_of(row))
            if not found:
                self._about.left_out[NEVER_MOVED] += 1
            elif not found[0].is_booked and not self._with_pending:
                self._about.left_out[NOT_BOOKED] += 1
            else:
                self._book(row, found)
        for account in self.accounts.values():
            self._balance(account)

    def _book(self, row: Row, found: list[Entry]) -> None:
        account = self._account(row)
        for entry in found:
            self._enter(account, entry)
        if found[0].is_booked:
            account.booked += 1
            account.fees_minor += row["fee_minor"]
            if row["direction"] == "in":
                account.in_minor += row["amount_minor"]
            else:
                account.out_minor += row["amount_minor"]

    def _enter(self, account: Account, entry: Entry) -> None:
        account.add(entry)
        account.entries.write(self._tell(entry, account))

    def _account(self, row: Row) -> Account:
        own = row["account"]
        key = (own["id"], row["currency"])
        if key not in self.accounts:
            kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
            self._files.callback(kept.close)
            self.accounts[key] = Account(
                id=own["id"],
                name=plain(own["name"]),
                iban=(own.get("iban") or "").replace(" ", ""),
                currency=row["currency"],
                entries=kept,  # type: ignore[arg-type]
            )
        return self.accounts[key]

    def _balance(self, account: Account) -> None:
        """The account's real balances, if its books for the period hold just these entries."""
        start, end = self._about.period
        start, end = start or BEGINNING, min(end or self._about.as_of, self._about.as_of)
        books = self._about.books(account.id, start, end)
        inside = not account.first_at or start <= account.first_at <= account.last_at < end  # type: ignore[operator]
        if books is None or not inside or not _agree(account, books):
            account.opening_minor = 0
            if COUNTED not in self._about.notes:
                self._about.notes.append(COUNTED)
            return
        account.opening_minor, account.is_whole = books.opening_minor, True
        for number, posting in enumerate(books.other, 1):
            self._enter(account, _other(account, posting, number))
        if books.other:
            count = len(books.other)
            are = (
                "booking that is no transaction is"
                if count == 1
                else ("bookings that are no transactions are")
            )
            self._about.notes.append(
                f"{account.name}: {count} {are} in it, so that the balances add up."
            )


def _agree(account: Account, books: Books) -> bool:
    ours = (account.booked, account.in_minor, account.out_minor, account.fees_minor)
    return ours == (books.count, books.in_minor, books.out_minor, books.fees_minor)


def _other(account: Account, posting: Posting, number: int) -> Entry:
    return Entry(
        reference=f"OTHER{number}",
        transaction_id="",
        is_booked=True,
        is_fee=False,
        kind="other",
        at=posting.at,
        amount_minor=posting.amount_minor,
        currency=account.currency,
        name=plain(posting.name),
        iban="",
        end_to_end_id="",
        text=plain(posting.name),
    )


def copy_entries(out: BinaryIO, account: Account) -> None:
    """The account's fragment, from its start."""
    account.entries.seek(0)
    while chunk := account.entries.read(COPY_BYTES):
        out.write(chunk)
