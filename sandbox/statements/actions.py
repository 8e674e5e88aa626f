"""Writes the statements of one file as a person's history, whole or not at all; parses nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from sandbox import ids
from sandbox.ledger.journal import Line, platform_account
from sandbox.ledger.models import Account, Posting
from sandbox.ledger.models import Entry as JournalEntry
from sandbox.people.models import Person
from sandbox.statements import rows
from sandbox.statements.matching import Known, Sieve, compared, day_of
from sandbox.statements.statement import Entry, Statement, in_words
from sandbox.transactions.models import Transaction, TransactionEvent

BATCH = 2000
WORLD = Account.Kind.WORLD
NAMES = ("merchant_reference", "end_to_end_id", "counterparty_iban", "counterparty_name",
         "remittance_information")  # fmt: skip
type Key = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """What an import did; balances are (minor units, currency) by account."""

    imported: int = 0
    already_there: int = 0
    notes: list[str] = field(default_factory=list)
    balances: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Import:
    """One file on its way in: the accounts it touches and the rows it will write."""

    person: Person
    accounts: dict[Key, Account] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    events: list[TransactionEvent] = field(default_factory=list)
    posted: list[tuple[JournalEntry, list[Line]]] = field(default_factory=list)

    def post(self, entry: JournalEntry, account: Account, amount_minor: int) -> None:
        """Between an account and the world outside."""
        world = platform_account(WORLD, account.currency)
        self.posted.append((entry, [(account, amount_minor), (world, -amount_minor)]))


def import_statements(person: Person, statements: list[Statement]) -> Outcome:
    """Write what is not there yet, in one database transaction; positive entries are money in."""
    outcome = Outcome(notes=[note for s in statements for note in (*s.notes, *s.mismatches())])
    # Files give the newest first or last; an account must open with the oldest.
    statements = sorted(statements, key=_first_day)
    with transaction.atomic():
        # Two imports for one person go one after the other, so that neither misses the other's.
        Person.objects.select_for_update().get(pk=person.pk)
        coming = Import(person)
        for statement in statements:
            for currency in statement.currencies:
                _account(coming, statement, currency)
        sieve = _sieve(coming, statements)
        for statement in statements:
            fresh = sieve.fresh(statement)
            outcome.imported += len(fresh)
            outcome.already_there += len(statement.entries) - len(fresh)
            for external_id, entry in fresh:
                _take(coming, statement, entry, external_id)
        _write(coming)
    _tell_balances(outcome, coming, statements)
    return outcome


def _first_day(statement: Statement) -> date:
    days = [entry.booked_on for entry in statement.entries]
    days += [balance.stated_on for balance in statement.opening if balance.stated_on]
    return min(days, default=date.max)


def _account(coming: Import, statement: Statement, currency: str) -> None:
    """The person's account at the bank; a new one begins with the first opening balance."""
    key = (statement.account, currency)
    if key in coming.accounts:
        return
    iban = statement.account[:34]
    held = Account.objects.select_for_update().filter(
        kind=Account.Kind.STATEMENT, person=coming.person, iban=iban, currency=currency
    )
    account = held.first()
    if account is None:
        day = _first_day(statement)
        at = datetime.now(UTC) if day == date.max else datetime.combine(day, time(), tzinfo=UTC)
        account = Account.objects.create(
            public_id=ids.wire("acc", ids.uuid7(at)), kind=Account.Kind.STATEMENT,
            person=coming.person, currency=currency, name=f"Statement •••• {iban[-4:]}",
            iban=iban, opened_at=at,
        )  # fmt: skip
        opening = statement.opening_minor(currency)
        if opening:
            coming.post(JournalEntry(at=at, name="account.opened"), account, opening)
    coming.accounts[key] = account


def _sieve(coming: Import, statements: list[Statement]) -> Sieve:
    """What the touched accounts hold already around the days of the file."""
    sieve = Sieve()
    days = [entry.booked_on for statement in statements for entry in statement.entries]
    if not days:
        return sieve
    margin = timedelta(days=2)
    since = datetime.combine(min(days), time(), tzinfo=UTC) - margin
    until = datetime.combine(max(days), time(), tzinfo=UTC) + margin
    for (name, currency), account in coming.accounts.items():
        there = Transaction.objects.filter(
            person=coming.person, account=account, external_id__isnull=False,
            created_at__range=(since, until),
        )  # fmt: skip
        for row in there.only("external_id", "amount_minor", "direction", *NAMES):
            external_id = row.external_id or ""
            amount = row.amount_minor if row.direction == "in" else -row.amount_minor
            said = [getattr(row, field_name) for field_name in NAMES]
            if row.counterparty_name == rows.NOT_NAMED:
                said[3] = ""
            known = Known(external_id, compared(*said))
            sieve.remember((name, currency, day_of(external_id), amount), known)
    return sieve


def _take(coming: Import, statement: Statement, entry: Entry, external_id: str) -> None:
    account = coming.accounts[statement.account, entry.currency]
    row = rows.transaction_row(
        entry, external_id=external_id, person=coming.person, account=account,
        world=platform_account(WORLD, entry.currency), number=len(coming.transactions),
    )  # fmt: skip
    coming.transactions.append(row)
    coming.events += rows.event_rows(row, entry)
    journal = JournalEntry(at=row.created_at, name="transaction.completed", transaction_id=row.id)
    coming.post(journal, account, entry.amount_minor)
    if entry.booked_on < account.opened_at.date():
        # Older than what the account opened with, which already had this in it.
        brought = JournalEntry(at=row.created_at, name="account.opened")
        coming.post(brought, account, -entry.amount_minor)


def _write(coming: Import) -> None:
    Transaction.objects.bulk_create(coming.transactions, batch_size=BATCH)
    TransactionEvent.objects.bulk_create(coming.events, batch_size=BATCH)
    JournalEntry.objects.bulk_create([entry for entry, _ in coming.posted], batch_size=BATCH)
    changes: Counter[int] = Counter()
    postings = []
    for entry, lines in coming.posted:
        for account, amount in lines:
            postings.append(Posting(entry=entry, account=account, amount_minor=amount))
            changes[account.pk] += amount
    Posting.objects.bulk_create(postings, batch_size=BATCH)
    # In the order of ids, as the journal locks them, and on fresh figures.
    for row in Account.objects.select_for_update().filter(pk__in=changes).order_by("pk"):
        row.balance_minor += changes[row.pk]
        row.save(update_fields=["balance_minor"])


def _tell_balances(outcome: Outcome, coming: Import, statements: list[Statement]) -> None:
    last = {
        (statement.account, balance.currency): (statement, balance)
        for statement in statements
        for balance in statement.closing
    }
    for key, account in coming.accounts.items():
        account.refresh_from_db()
        outcome.balances[f"{key[0]}"] = (account.balance_minor, key[1])
        statement, closing = last.get(key, (None, None))
        if not statement or not closing or statement.mismatches():
            continue
        if outcome.imported and closing.amount_minor != account.balance_minor:
            outcome.notes.append(
                f"line {closing.line}: the statement closes with "
                f"{in_words(closing.amount_minor, key[1])}, all that was imported comes to "
                f"{in_words(account.balance_minor, key[1])}: others are missing in between"
            )
